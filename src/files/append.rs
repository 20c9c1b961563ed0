//! Appending to files durably.

use super::WriteError;
#[cfg(test)]
use super::trace::{self, Step};
use std::fs::OpenOptions;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;

/// Append to a file after its first `length` bytes, which are not touched, and sync it. Bytes after `length` from an
/// interrupted append are removed. A crash or a power cut half-way leaves the first `length` bytes and any part of the
/// appended ones.
///
/// # Errors
/// The file cannot be written.
pub fn append(path: &Path, length: u64, content: &[u8]) -> Result<(), WriteError> {
    let write = || -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).open(path)?;
        file.set_len(length)?;
        file.seek(SeekFrom::Start(length))?;
        file.write_all(content)?;
        file.sync_all()
    };
    write().map_err(WriteError::of(path))?;
    #[cfg(test)]
    trace::note(|| Step::Append(path.into(), length as usize, content.into()));
    Ok(())
}
