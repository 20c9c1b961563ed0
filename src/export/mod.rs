//! Exports: grids of images as PNG with the experiment inside, and tables as CSV.

mod error;
mod film;
mod font;
mod grid;
mod png_file;
mod sheet;
mod table;

pub use crate::files::WriteError;
pub use error::ExportError;
pub use film::{FilmOf, FilmOptions, Frame, Shot, elbo_at, film, widest, write_film};
pub use grid::{GridLabels, GridOptions, RgbImage, grid};
pub use png_file::{EXPERIMENT_KEY, PROVENANCE_KEY, STEP_KEY, read_experiment, write_png};
pub use sheet::{Sheet, save_sheet, save_sheet_with};
pub use table::write_table;
