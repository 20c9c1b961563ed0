//! Parquet files, opened and found.

use crate::data::bytes::counted;
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

/// The Parquet files of a source, by the split that their rows belong to.
#[derive(Debug)]
pub struct SplitFiles {
    /// At least one.
    pub training: Vec<PathBuf>,
    pub validation: Vec<PathBuf>,
    pub test: Vec<PathBuf>,
    /// The numbers of files in words, where the files' names tell splits.
    pub note: Option<String>,
}

impl SplitFiles {
    /// The files at a path: the file itself, or a folder's. Where files of a folder begin with "train", as Hugging Face
    /// names them, those that begin with "val", "dev" and "test" are the other splits'; else all are for training.
    ///
    /// # Errors
    /// There is nothing there, or no Parquet file in the folder.
    pub fn find(path: &Path) -> Result<Self, DataError> {
        if !path.exists() {
            let message = format!("there is no such file or folder{}; check the path", looked_in(path));
            return Err(DataError::of_file(path, message));
        }
        let all_for_training = |training| Self { training, validation: Vec::new(), test: Vec::new(), note: None };
        if !path.is_dir() {
            return Ok(all_for_training(vec![path.to_owned()]));
        }
        let files = parquet_files(path)?;
        let starting = |words: &[&str]| -> Vec<PathBuf> {
            let begins = |file: &&PathBuf| {
                let name = file.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
                words.iter().any(|word| name.starts_with(word))
            };
            files.iter().filter(begins).cloned().collect()
        };
        let [training, validation, test] = [&["train"][..], &["val", "dev"], &["test"]].map(starting);
        if files.is_empty() {
            let message = "holds no Parquet files (.parquet), nor does its sub-folder data; give a folder that does";
            return Err(DataError::of_file(path, message));
        }
        if training.is_empty() {
            return Ok(all_for_training(files));
        }
        let counts = [("train", &training), ("validation", &validation), ("test", &test)];
        let counts = counts.iter().filter(|(_, files)| !files.is_empty());
        let words: Vec<_> = counts.map(|(name, files)| format!("{} of {name}", counted(files.len(), "file"))).collect();
        let note = format!("{}: {}", path.display(), words.join(", "));
        Ok(Self { training, validation, test, note: Some(note) })
    }

    /// The files of all splits.
    pub fn all(self) -> Vec<PathBuf> {
        [self.training, self.validation, self.test].concat()
    }
}
