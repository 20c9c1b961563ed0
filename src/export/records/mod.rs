//! Records in a file of any kind that other programs read: rows with named columns, some of which hold a vector or an
//! image each. Rows come some at a time, so that a file may be larger than the memory.

mod npz;
mod parquet;
mod read;
mod text;

pub use read::read_vectors;

use super::ExportError;
use crate::files::{self, WriteError};
use std::fs::File;
use std::io::{self, BufWriter};
use std::path::Path;

/// A column of some rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// The column's name.
    pub name: String,
    /// The shape of one row's value: empty for a number or a text, `[d]` for a vector.
    pub shape: Vec<usize>,
    /// The values, row by row.
    pub values: Values,
}

/// The values of a [`Column`].
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Whole numbers.
    Whole(Vec<i64>),
    /// Real numbers in single precision.
    Single(Vec<f32>),
    /// Real numbers in double precision.
    Double(Vec<f64>),
    /// Texts.
    Text(Vec<String>),
}

impl Column {
    /// A column with one value a row.
    pub fn new(name: impl Into<String>, values: Values) -> Self {
        Self { name: name.into(), shape: Vec::new(), values }
    }

    /// A column with a vector, or an array of any shape, a row.
    pub fn block(name: impl Into<String>, shape: &[usize], values: Vec<f32>) -> Self {
        Self { name: name.into(), shape: shape.to_vec(), values: Values::Single(values) }
    }

    /// Number of values in one row.
    fn width(&self) -> usize {
        self.shape.iter().product()
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        let count = match &self.values {
            Values::Whole(values) => values.len(),
            Values::Single(values) => values.len(),
            Values::Double(values) => values.len(),
            Values::Text(values) => values.len(),
        };
        count / self.width().max(1)
    }

    /// The names of the column's values in a table of plain columns: `mean_0`, `mean_1`, …; `draws_0_1` in a matrix.
    fn names(&self) -> Vec<String> {
        self.shape.iter().fold(vec![self.name.clone()], |names, &side| {
            names.iter().flat_map(|name| (0..side).map(move |i| format!("{name}_{i}"))).collect()
        })
    }
}

/// A kind of file for records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordFormat {
    /// Arrays of NumPy, one a column, in a zip archive.
    Npz,
    /// Comma-separated text with a header.
    Csv,
    /// Tab-separated text: where a column holds vectors, in the form of the Embedding Projector, vectors in the file
    /// itself and the other columns in a file of metadata beside it.
    Tsv,
    /// Apache Parquet.
    Parquet,
}

impl RecordFormat {
    /// The format that a file's name says.
    ///
    /// # Errors
    /// The name says none.
    pub fn of(path: &Path) -> Result<Self, String> {
        let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase());
        match extension.as_deref() {
            Some("npz") => Ok(Self::Npz),
            Some("csv") => Ok(Self::Csv),
            Some("tsv") => Ok(Self::Tsv),
            Some("parquet") => Ok(Self::Parquet),
            _ => Err(format!("{}: name the file .npz, .csv, .tsv or .parquet", path.display())),
        }
    }
}

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

/// Where rows go to.
trait Sink {
    /// Take some rows; every call has the same columns.
    fn push(&mut self, columns: &[Column]) -> io::Result<()>;

    /// Write what is left.
    fn finish(self: Box<Self>) -> io::Result<()>;
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
