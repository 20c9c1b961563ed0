//! Reading files with a limit on their size.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// Read a file of at most `most` bytes. Devices and pipes, which may never end, and larger files are refused, so that a
/// wrong path or link cannot fill the memory.
///
/// # Errors
/// The file cannot be read, is not a regular file, or is too large; the message does not name the path.
pub fn read(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    // Before it is opened: opening a pipe waits for a writer.
    let metadata = std::fs::metadata(path)?;
    if !metadata.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    let mut bytes = Vec::new();
    if metadata.len() <= most {
        File::open(path)?.take(most + 1).read_to_end(&mut bytes)?;
    }
    if metadata.len() > most || bytes.len() as u64 > most {
        return Err(io::Error::other(format!("it is larger than the {most} bytes that it may have")));
    }
    Ok(bytes)
}

/// Read what a growing file has from byte `start` on, at most `most` bytes; nothing where it is shorter.
///
/// # Errors
/// The file cannot be read or is not a regular file; the message does not name the path.
pub fn read_from(path: &Path, start: u64, most: u64) -> io::Result<Vec<u8>> {
    if !std::fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(start))?;
    let mut bytes = Vec::new();
    file.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn item_07_only_regular_files_of_a_fair_size_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, "12345").unwrap();
        assert_eq!(read(&path, 5).unwrap(), b"12345");
        assert!(read(&path, 4).unwrap_err().to_string().contains("larger than the 4 bytes"));
        File::create(&path).unwrap().set_len(1 << 40).unwrap();
        assert!(read(&path, 1 << 20).is_err());
        assert!(read(folder.path(), 5).is_err());
        #[cfg(unix)]
        {
            let link = folder.path().join("link");
            std::os::unix::fs::symlink("/dev/zero", &link).unwrap();
            assert!(read(&link, 5).unwrap_err().to_string().contains("not a regular file"));
        }
    }
}
