//! Parquet files, opened and found.

use crate::data::{DataError, looked_in};
use crate::files::{ParquetReader, contained};
use parquet::errors::ParquetError;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The first bytes of a Parquet file.
const START: &[u8] = b"PAR1";

/// Whether a file begins as Parquet does.
pub fn is_parquet(path: &Path) -> bool {
    let read = || -> std::io::Result<bool> {
        let mut start = [0; START.len()];
        // Opening a pipe would wait for somebody to write.
        Ok(fs::metadata(path)?.is_file() && {
            std::io::Read::read_exact(&mut File::open(path)?, &mut start)?;
            start == START
        })
    };
    read().unwrap_or(false)
}

pub fn wrong(path: &Path, error: &ParquetError) -> DataError {
    let text = error.to_string();
    let message = match text.split_once("Disabled feature at compile time: ") {
        Some((_, method)) => {
            format!("is compressed by {method}, which is not read; write it with snappy, gzip or zstd")
        }
        None => format!("its Parquet data cannot be read ({error}); fetch the file again"),
    };
    DataError::of_file(path, message)
}

/// The result of a call of the Parquet reader, which panics on some damaged files.
pub fn taken<T>(path: &Path, read: impl FnOnce() -> Result<T, ParquetError>) -> Result<T, DataError> {
    let result = contained(read).unwrap_or_else(|panic| Err(ParquetError::General(panic)));
    result.map_err(|error| wrong(path, &error))
}

pub fn open(path: &Path) -> Result<ParquetReader, DataError> {
    let unreadable = |error: std::io::Error| match error.kind() {
        ErrorKind::NotFound => {
            DataError::of_file(path, format!("there is no such file{}; check the path", looked_in(path)))
        }
        _ => DataError::of_file(path, format!("cannot be read: {error}")),
    };
    // Opening a pipe would wait for somebody to write.
    if !fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(DataError::of_file(path, "is no regular file; give a Parquet file or a folder of them"));
    }
    let file = File::open(path).map_err(unreadable)?;
    taken(path, || ParquetReader::new(file.into()))
}

/// The Parquet files of a folder, or else of its sub-folder `data`, by name.
pub fn parquet_files(folder: &Path) -> Result<Vec<PathBuf>, DataError> {
    let within = |folder: &Path| -> std::io::Result<Vec<PathBuf>> {
        let mut files = Vec::new();
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("parquet")) && path.is_file() {
                files.push(path);
            }
        }
        files.sort_unstable();
        Ok(files)
    };
    let files = within(folder).map_err(|error| DataError::of_file(folder, format!("cannot be listed: {error}")))?;
    Ok(if files.is_empty() { within(&folder.join("data")).unwrap_or_default() } else { files })
}
