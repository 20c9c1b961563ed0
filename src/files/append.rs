//! Files that grow at their end.

use super::WriteError;
#[cfg(test)]
use super::trace::{self, Step};
use std::fs::OpenOptions;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;

/// Append to a file behind its first `length` bytes, which stay as they are, and sync it; what else is there, of an
/// append that was cut off, goes. A crash or a power cut half-way leaves the first `length` bytes and any part of what
/// was to follow.
///
/// # Errors
/// What the disk says.
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
