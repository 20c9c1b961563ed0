//! The files of a point.

use super::outcome::{PointFailure, PointResult};
use super::sign::Sign;
use crate::files::{self, WriteError};
use crate::train::RunFolder;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io;
use std::path::{Path, PathBuf};

/// Largest file read, in bytes.
const MOST: u64 = 1 << 26;

/// The folder of a point: a run folder with the study's own files in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PointFolder {
    path: PathBuf,
}

impl PointFolder {
    /// The point folder at a path. It need not exist.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// The folder's path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The folder as a run folder.
    pub fn run(&self) -> RunFolder {
        RunFolder::at(&self.path)
    }

    /// The last sign of life of the point's process.
    pub fn sign(&self) -> Option<Sign> {
        read(&self.sign_file())
    }

    /// Write a sign of life. A power cut may lose it, and a disk that refuses it stops no training.
    pub fn set_sign(&self, sign: &Sign) {
        if let Ok(text) = serde_json::to_string(sign) {
            let _ = files::write_lightly(&self.sign_file(), text);
        }
    }

    /// The point's result, if it is done.
    pub fn result(&self) -> Option<PointResult> {
        read(&self.result_file())
    }

    /// Write the result; durable when this returns.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn set_result(&self, result: &PointResult) -> Result<(), WriteError> {
        write(&self.result_file(), result)
    }

    /// Why the point failed, if it did.
    pub fn failure(&self) -> Option<PointFailure> {
        read(&self.failure_file())
    }

    /// Record why the point failed.
    ///
    /// # Errors
    /// The folder or the file cannot be written.
    pub fn set_failure(&self, message: String) -> Result<(), WriteError> {
        files::create_folder(&self.path)?;
        write(&self.failure_file(), &PointFailure { message })
    }

    /// Forget the failure, so that the point is tried again.
    ///
    /// # Errors
    /// The file system refuses to remove the file.
    pub fn forget_failure(&self) -> io::Result<()> {
        match std::fs::remove_file(self.failure_file()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// The file with the output of the point's processes.
    pub fn log_file(&self) -> PathBuf {
        self.path.join("log.txt")
    }

    pub(super) fn sign_file(&self) -> PathBuf {
        self.path.join("point.json")
    }

    pub(super) fn result_file(&self) -> PathBuf {
        self.path.join("result.json")
    }

    pub(super) fn failure_file(&self) -> PathBuf {
        self.path.join("failure.json")
    }
}

/// The value in a JSON file; `None` if the file is missing or damaged, since it is then made again.
fn read<T: DeserializeOwned>(path: &Path) -> Option<T> {
    serde_json::from_slice(&files::read(path, MOST).ok()?).ok()
}

fn write(path: &Path, value: &impl Serialize) -> Result<(), WriteError> {
    let text = serde_json::to_string_pretty(value)
        .map_err(|error| WriteError { path: path.to_owned(), source: io::Error::other(error) })?;
    files::write(path, text + "\n")
}
