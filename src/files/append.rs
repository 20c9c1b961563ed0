//! Appending to files durably.

use super::WriteError;
use super::disk::{self, folder_of};
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

/// Append a line to a file, which is made if it is missing, and sync it. Several processes may do so at once. A last
/// line without its end, from an append that was cut off, stays and is ended.
///
/// # Errors
/// The file cannot be written.
pub fn append_line(path: &Path, line: &str) -> Result<(), WriteError> {
    let is_new = !path.exists();
    let write = || -> io::Result<()> {
        let mut file = OpenOptions::new().create(true).append(true).open(path)?;
        let length = file.metadata()?.len();
        let is_cut = length > 0 && super::read_from(path, length - 1, 1)? != b"\n";
        let content = if is_cut { format!("\n{line}") } else { line.to_owned() };
        // In one write, so that lines of two processes do not get into each other.
        file.write_all(content.as_bytes())?;
        file.sync_all()?;
        #[cfg(test)]
        {
            if is_new {
                trace::note(|| Step::Content(path.into(), Vec::new()));
            }
            trace::note(|| Step::Append(path.into(), length as usize, content.into_bytes()));
        }
        if is_new { disk::sync_folder(folder_of(path)) } else { Ok(()) }
    };
    write().map_err(WriteError::of(path))
}
