//! What is wrong with a filter, and where.

/// What is wrong with a filter: the place, and what would do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("column {column}: {what}")]
pub struct FilterError {
    /// The place in the text, in characters from 1.
    pub column: usize,
    /// What is wrong, and what would do.
    pub what: String,
}

impl FilterError {
    pub(super) fn at<T>(column: usize, what: impl Into<String>) -> Result<T, Self> {
        Err(Self { column, what: what.into() })
    }
}
