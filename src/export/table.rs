//! Tables as CSV files.

use super::ExportError;
use crate::files;
use std::path::Path;

/// Write a table's text as a file, whole or not at all; missing parent folders are created.
///
/// # Errors
/// The file cannot be written.
pub fn write_table(path: &Path, text: &str) -> Result<(), ExportError> {
    files::create_parent(path)?;
    Ok(files::write(path, text)?)
}
