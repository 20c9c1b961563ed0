//! Opening files of arrays.

use crate::data::{DataError, looked_in};
use std::fs::File;
use std::io::ErrorKind;
use std::path::Path;

/// Open a regular file; opening a pipe would wait for somebody to write.
pub fn open(path: &Path) -> Result<File, DataError> {
    let wrong = |error: std::io::Error| {
        DataError::of_file(
            path,
            match error.kind() {
                ErrorKind::NotFound => format!("there is no such file{}; check the path", looked_in(path)),
                _ => format!("cannot be opened: {error}"),
            },
        )
    };
    if !std::fs::metadata(path).map_err(wrong)?.is_file() {
        return Err(DataError::of_file(path, "is no regular file; give a file of arrays"));
    }
    File::open(path).map_err(wrong)
}

/// A guess, by its first bytes, at the kind of a file that holds no arrays: words for an error message.
pub fn hint(start: &[u8]) -> &'static str {
    match start {
        [] => ": it is empty",
        [0x1f, 0x8b, ..] => ": it is gzipped (unpack it, or use the IDX source for IDX)",
        [0, 0, 8, _, ..] => ": it is IDX (use the IDX source)",
        [0x80, 2..=5, ..] => ": it is a Python pickle (save the arrays with numpy.savez)",
        _ if start.starts_with(b"\x89PNG") || start.starts_with(b"\xff\xd8") => {
            ": it is a picture (use the folder source)"
        }
        _ if start.starts_with(b"vers") => ": it is a Git LFS pointer (fetch the file itself)",
        _ if start.starts_with(b"<") => ": it is a web page (the download did not give the file)",
        _ => "",
    }
}
