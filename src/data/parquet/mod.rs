//! Parquet files: pictures as Hugging Face stores them (`images.rs`), and rows of a table (`rows.rs`).

mod content;
mod file;
mod images;
mod rows;
mod scalars;

pub use content::{Content, content, folder_content};
pub use file::is_parquet;
pub use images::{ParquetImages, Read, Wanted};
pub use rows::ParquetRows;
