//! Opening a table, whichever kind of files it is in.

use super::records::Records;
use super::text::TextRecords;
use crate::data::parquet::{self, ParquetTable, SplitFiles};
use crate::data::{Cancelled, DataError};
use std::path::{Path, PathBuf};

/// The records of a split, and the file or folder that errors name.
pub struct Part<'a> {
    pub path: PathBuf,
    pub records: Box<dyn Records + 'a>,
}

/// The records of a table by split, none of them read yet.
pub struct Opened<'a> {
    pub training: Part<'a>,
    /// The rows of a folder's files that are for validation by their names.
    pub validation: Option<Part<'a>>,
    pub test: Option<Part<'a>>,
    /// The numbers of a folder's files in words, where their names tell splits.
    pub note: Option<String>,
}

/// Open the table at a path, a file or a folder of Parquet files, and a table of test rows, if one is given, in place
/// of the folder's own.
///
/// # Errors
/// A file is not there or not whole, or a folder has no Parquet files.
pub fn open<'a>(path: &'a Path, test: Option<&'a Path>, cancelled: Cancelled<'a>) -> Result<Opened<'a>, DataError> {
    let parquet = |path: &Path, files: Vec<PathBuf>| -> Result<Part<'a>, DataError> {
        Ok(Part { path: path.to_owned(), records: Box::new(ParquetTable::open(files, cancelled)?) })
    };
    let file = |path: &'a Path| match parquet::is_parquet(path) {
        true => parquet(path, vec![path.to_owned()]),
        false => Ok(Part { path: path.to_owned(), records: Box::new(TextRecords::open(path, cancelled)?) }),
    };
    let given = |test: &'a Path| match test.is_dir() {
        // Whichever split the files' names tell: they were given as the test's.
        true => SplitFiles::find(test).and_then(|files| parquet(test, files.all())),
        false => file(test),
    };
    let given = test.map(given).transpose()?;
    if !path.is_dir() {
        return Ok(Opened { training: file(path)?, validation: None, test: given, note: None });
    }
    let SplitFiles { training, validation, test, note } = SplitFiles::find(path)?;
    let some = |files: Vec<PathBuf>| (!files.is_empty()).then(|| parquet(path, files)).transpose();
    let test = if given.is_some() { given } else { some(test)? };
    Ok(Opened { training: parquet(path, training)?, validation: some(validation)?, test, note })
}

/// Number of bytes of the files of the table at a path; 0 if there are none.
pub fn bytes(path: &Path) -> u64 {
    let files = SplitFiles::find(path).map_or_else(|_| Vec::new(), SplitFiles::all);
    files.iter().map(|file| std::fs::metadata(file).map_or(0, |metadata| metadata.len())).sum()
}
