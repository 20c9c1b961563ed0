//! Parquet files: pictures as Hugging Face stores them (`images.rs`), and rows of a table (`rows.rs`, `table.rs`).

mod content;
mod file;
mod images;
mod rows;
mod scalars;
mod table;

pub use content::{Content, content, folder_content};
pub use file::{SplitFiles, is_parquet};
pub use images::{ParquetImages, Read, Wanted};
pub use table::ParquetTable;
