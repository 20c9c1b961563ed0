//! The fault of a filter, and its place.

/// The fault of a filter: its place, and a mend.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("column {column}: {what}")]
pub struct FilterError {
    /// The place in the text, in characters from 1.
    pub column: usize,
    /// The fault in words, and a mend.
    pub what: String,
}

impl FilterError {
    pub(super) fn at<T>(column: usize, what: impl Into<String>) -> Result<T, Self> {
        Err(Self { column, what: what.into() })
    }
}
