//! What a Parquet file holds: pictures, or rows of a table.

use super::file::{open, parquet_files};
use super::scalars::Meaning;
use crate::data::DataError;
use parquet::basic::Type;
use parquet::file::reader::FileReader;
use parquet::schema::types::ColumnDescriptor;
use std::path::Path;

/// The content of a Parquet file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// A column has bytes, as those of pictures.
    Pictures,
    /// Numbers and texts alone.
    Rows,
}

/// The content of a Parquet file, by its schema.
///
/// # Errors
/// The file is no whole Parquet file.
pub fn content(path: &Path) -> Result<Content, DataError> {
    let reader = open(path)?;
    let schema = reader.metadata().file_metadata().schema_descr_ptr();
    let has_bytes = |column: &ColumnDescriptor| {
        column.physical_type() == Type::BYTE_ARRAY && column.max_rep_level() == 0 && Meaning::of(column).is_none()
    };
    let pictures = schema.columns().iter().any(|column| has_bytes(column));
    Ok(if pictures { Content::Pictures } else { Content::Rows })
}

/// The content of the first of a folder's Parquet files; `None` for a folder without such files.
///
/// # Errors
/// It is no whole Parquet file.
pub fn folder_content(folder: &Path) -> Result<Option<Content>, DataError> {
    parquet_files(folder).ok().and_then(|files| files.first().map(|file| content(file))).transpose()
}
