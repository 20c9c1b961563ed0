//! What can be wrong with images on disk.

use std::path::Path;

/// Unreadable or malformed data; the message names the file, what is wrong and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct DataError(pub String);

impl DataError {
    /// A message about one file: `path: what is wrong; what to do`.
    pub(super) fn of_file(path: &Path, message: impl std::fmt::Display) -> Self {
        Self(format!("{}: {message}", path.display()))
    }
}
