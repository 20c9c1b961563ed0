//! Grids of images as PNG with the experiment inside, and tables as CSV.

mod csv;
mod error;
mod file;
mod font;
mod grid;
mod png_file;
mod sheet;

pub use csv::table;
pub use error::ExportError;
pub use file::write_atomically;
pub use grid::{GridLabels, GridOptions, RgbImage, grid};
pub use png_file::{EXPERIMENT_KEY, STEP_KEY, read_experiment, write_png};
pub use sheet::{Sheet, save_sheet};
