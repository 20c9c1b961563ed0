//! The error of unusable image data.

use std::path::Path;

/// Unreadable or malformed image data. The message names the file, says what is wrong and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct DataError(pub String);

pub(super) const CANCELLED: &str = "the reading was called off";

impl DataError {
    /// A message about one file: `path: what is wrong; what to do`.
    pub(super) fn of_file(path: &Path, message: impl std::fmt::Display) -> Self {
        Self(format!("{}: {message}", path.display()))
    }

    /// The reading was called off.
    pub(super) fn cancelled() -> Self {
        Self(CANCELLED.into())
    }
}

/// Where a relative path was looked for, to stand behind "there is no such file"; nothing for an absolute path.
pub(super) fn looked_in(path: &Path) -> String {
    match std::path::absolute(path) {
        Ok(absolute) if path.is_relative() => format!(" (looked for {})", absolute.display()),
        _ => String::new(),
    }
}

/// A question that is asked between two pictures, or two pieces of a file: whether to stop reading.
pub type Cancelled<'a> = &'a (dyn Fn() -> bool + Sync);
