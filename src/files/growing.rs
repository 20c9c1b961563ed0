//! A table that another process writes: its new lines, without reading the old ones again.

use super::read_from;
use std::io;
use std::path::Path;

/// Bytes read at once.
const CHUNK: u64 = 1 << 20;

/// How far the lines of a growing file have been read. Half a line at its end waits for the next time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Growing {
    /// Bytes read, all of whole lines.
    read: u64,
    /// Number of lines read.
    lines: u64,
    /// The last line read: where it is no longer there, the file is another.
    last: Vec<u8>,
}

impl Growing {
    /// Whether the lines that were read are no longer in the file, which was cut or replaced: it has to be read anew.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn is_replaced(&self, path: &Path) -> io::Result<bool> {
        let length = self.last.len() as u64;
        Ok(read_from(path, self.read - length, length)? != self.last)
    }

    /// Read the lines that have been added, without their ends. `take` gets each with its number, counted from 1.
    /// Returns whether there were any.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn read_lines(&mut self, path: &Path, take: &mut dyn FnMut(u64, &[u8])) -> io::Result<bool> {
        let before = self.read;
        loop {
            let bytes = read_from(path, self.read, CHUNK)?;
            let Some(end) = bytes.iter().rposition(|&byte| byte == b'\n') else { break };
            for line in bytes[..end].split(|&byte| byte == b'\n') {
                self.lines += 1;
                take(self.lines, line);
            }
            let last = bytes[..end].iter().rposition(|&byte| byte == b'\n').map_or(0, |start| start + 1);
            self.last = bytes[last..=end].to_vec();
            self.read += end as u64 + 1;
            if (bytes.len() as u64) < CHUNK {
                break;
            }
        }
        Ok(self.read != before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn new_lines(growing: &mut Growing, path: &Path) -> Vec<(u64, String)> {
        let mut lines = Vec::new();
        growing
            .read_lines(path, &mut |number, line| lines.push((number, String::from_utf8_lossy(line).into_owned())))
            .unwrap();
        lines
    }

    #[test]
    fn lines_are_read_once_and_a_replaced_file_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("table.csv");
        let mut growing = Growing::default();
        assert!(growing.is_replaced(&path).is_err());
        fs::write(&path, "a\nb\nc").unwrap();
        assert_eq!(new_lines(&mut growing, &path), [(1, "a".into()), (2, "b".into())]);
        assert_eq!(new_lines(&mut growing, &path), []);
        fs::write(&path, "a\nb\ncd\n\n").unwrap();
        assert!(!growing.is_replaced(&path).unwrap());
        assert_eq!(new_lines(&mut growing, &path), [(3, "cd".into()), (4, String::new())]);
        for other in ["a\nb\n", "a\nb\nce\n", ""] {
            fs::write(&path, other).unwrap();
            assert!(growing.is_replaced(&path).unwrap(), "{other:?}");
        }
        // More than is read at once.
        let long: String = (0..300_000).map(|i| format!("{i}\n")).collect();
        fs::write(&path, long).unwrap();
        let lines = new_lines(&mut Growing::default(), &path);
        assert_eq!((lines.len(), lines[299_999].clone()), (300_000, (300_000, "299999".into())));
    }
}
