//! Exports: grids of images and charts of vectors as PNG with the experiment inside, tables as CSV, and records that
//! other programs read.

mod base64;
mod chart;
mod codes;
mod columns_file;
mod error;
mod events;
mod film;
mod font;
mod grid;
mod onnx;
mod png_file;
mod pytorch;
mod records;
mod report;
mod rgb_image;
mod safetensors_file;
mod sheet;
mod table;
pub mod vector_chart;
mod vectors;

pub use crate::files::WriteError;
pub(crate) use base64::base64;
#[cfg(feature = "gui")]
pub(crate) use chart::escaped;
pub use chart::{Chart, Line, Look};
pub use codes::{codes_columns, image_columns};
pub use columns_file::COLUMNS_FILE;
pub use error::ExportError;
pub use events::EventFile;
pub use film::{FilmOf, FilmOptions, FilmOver, Frame, Shot, elbo_at, film, on_the_way, widest, write_film};
pub use grid::{GridLabels, GridOptions, grid};
pub use onnx::write_onnx;
pub use png_file::{EXPERIMENT_KEY, PROVENANCE_KEY, STEP_KEY, png_bytes, read_experiment, write_png};
pub use pytorch::write_pytorch;
pub use records::{Column, RecordFormat, RecordsError, Values, read_vectors, write_records};
pub use report::{Environment, RunReport, StudyReport, run_report, study_report};
pub use rgb_image::RgbImage;
pub use sheet::{Sheet, save_sheet, save_sheet_with};
pub use table::write_table;
pub use vectors::vector_table;
