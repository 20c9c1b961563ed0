//! The columns of a table as a file beside an exported model: how another program makes of a row what the model reads.

use super::ExportError;
use crate::explore::HostModel;
use crate::files;
use crate::train::columns_csv;
use std::path::Path;

/// The file's name.
pub const COLUMNS_FILE: &str = "columns.csv";

/// Write the columns of a model of a table into a folder, as a run folder has them. Nothing is written of a model of
/// images.
///
/// # Errors
/// The file cannot be written.
pub fn write(folder: &Path, model: &HostModel) -> Result<(), ExportError> {
    match &model.columns {
        Some(columns) => Ok(files::write(&folder.join(COLUMNS_FILE), columns_csv(columns))?),
        None => Ok(()),
    }
}
