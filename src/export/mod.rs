//! PNG grids with metadata, CSV.
