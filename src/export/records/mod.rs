//! Records in files that other programs read (npz, CSV, TSV, Parquet): rows with named columns, some of which hold a
//! vector or an image each. Rows come some at a time, so that a file may be larger than the memory.

mod column;
mod format;
mod npz;
mod parquet;
mod read;
mod text;

pub use column::{Column, Values};
pub use format::RecordFormat;
pub use read::read_vectors;

use super::ExportError;
use crate::files::{self, WriteError};
use column::Sink;
use std::fs::File;
use std::io::{self, BufWriter};
use std::path::Path;

/// Why records were not written.
#[derive(Debug)]
pub enum RecordsError<E> {
    /// The rows could not be made.
    Rows(E),
    /// The file could not be written.
    Export(ExportError),
    /// The file system refused.
    System(io::Error),
}

impl<E> From<io::Error> for RecordsError<E> {
    fn from(error: io::Error) -> Self {
        Self::System(error)
    }
}

/// Write records as a file of the format that its name says, whole or not at all; missing parent folders are created.
/// `next` gives some rows at a time, with the same columns each time, until it gives `None`. Returns the number of
/// rows.
///
/// # Errors
/// `next` fails, the name says no format, or the file cannot be written.
pub fn write_records<E>(
    path: &Path,
    mut next: impl FnMut() -> Result<Option<Vec<Column>>, E>,
) -> Result<usize, RecordsError<E>> {
    let encode = |reason: String| RecordsError::Export(ExportError::Encode { path: path.to_owned(), reason });
    let format = RecordFormat::of(path).map_err(encode)?;
    files::create_parent(path).map_err(|error| RecordsError::Export(error.into()))?;
    let mut rows = 0;
    let written = files::write_with(path, |file| {
        let mut sink = sink(format, path, file);
        while let Some(columns) = next().map_err(RecordsError::Rows)? {
            rows += columns.first().map_or(0, Column::rows);
            sink.push(&columns)?;
        }
        Ok(sink.finish()?)
    });
    match written {
        Ok(()) => Ok(rows),
        Err(RecordsError::System(source)) => {
            Err(RecordsError::Export(WriteError { path: path.to_owned(), source }.into()))
        }
        Err(other) => Err(other),
    }
}

fn sink<'a>(format: RecordFormat, path: &Path, file: &'a mut BufWriter<&File>) -> Box<dyn Sink + 'a> {
    match format {
        RecordFormat::Npz => Box::new(npz::Npz::new(file)),
        RecordFormat::Csv => Box::new(text::Csv::new(file)),
        RecordFormat::Tsv => Box::new(text::Projector::new(file, path)),
        RecordFormat::Parquet => Box::new(parquet::Parquet::new(file)),
    }
}

#[cfg(test)]
mod tests;
