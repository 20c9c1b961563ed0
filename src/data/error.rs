//! What can be wrong with images on disk.

/// Unreadable or malformed data; the message names the file, what is wrong and how to mend it.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct DataError(pub String);
