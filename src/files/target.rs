//! The target of a path: a file that can be replaced, or a device or pipe that can only be written to.

use super::disk::folder_of;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// Links followed before a path counts as a loop (Linux's own limit).
const LINKS_MAX: usize = 40;

/// Where the bytes written to a path go.
pub(super) enum Target {
    /// A regular file, or a file that does not exist yet: the path after all links have been followed.
    File(PathBuf),
    /// A device, a pipe or a file that is open already (`/dev/stdout`): opened, emptied if it is a file.
    Open(File),
}

impl Target {
    /// The target of `path`.
    ///
    /// # Errors
    /// A loop of links, or a device that cannot be opened.
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        let mut end = path.to_owned();
        for _ in 0..LINKS_MAX {
            match fs::symlink_metadata(&end) {
                Ok(metadata) if metadata.is_symlink() && !names_open_file(&end) => {
                    let to = fs::read_link(&end)?;
                    // An absolute one replaces what it is joined to.
                    end = folder_of(&end).join(to);
                }
                Ok(metadata) if metadata.is_file() || metadata.is_dir() => return Ok(Self::File(end)),
                Ok(_) => return Ok(Self::Open(File::create(end)?)),
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::File(end)),
                Err(error) => return Err(error),
            }
        }
        Err(io::Error::other("too many links lead on from there"))
    }
}

/// Whether a link is one of the system's own (`/proc/self/fd/1`), whose text names an open file but is no path to it.
fn names_open_file(link: &Path) -> bool {
    cfg!(target_os = "linux") && fs::canonicalize(folder_of(link)).is_ok_and(|folder| folder.starts_with("/proc"))
}
