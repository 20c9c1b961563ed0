//! Writing one file, whole or not at all.

use super::disk::{self, folder_of};
use super::left_over::TEMPORARY;
use super::target::Target;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// The error of a file or folder that could not be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {}: {source}", path.display())]
pub struct WriteError {
    /// The file or folder.
    pub path: PathBuf,
    /// The system's error.
    pub source: io::Error,
}

impl WriteError {
    /// Add the path to an error of the system.
    pub(super) fn of(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self { path: path.to_owned(), source }
    }
}

/// Write `content` as a file, in the way of [`write_with`].
///
/// # Errors
/// The file cannot be written.
pub fn write(path: &Path, content: impl AsRef<[u8]>) -> Result<(), WriteError> {
    write_with(path, |file| file.write_all(content.as_ref())).map_err(WriteError::of(path))
}

/// Write a file under a temporary name beside `path`, sync it, rename it and sync the folder. Whoever reads the file,
/// even after a crash or power cut half-way, finds the old content or the new, never a part; once this function has
/// returned, the new. An existing file is replaced; its folder must exist (see [`create_parent`]). If `path` is a link,
/// the file that it leads to is replaced and the link stays. A device, a pipe or `/dev/stdout` is written to, not
/// replaced.
///
/// # Errors
/// The file system refuses, or `write` fails. No temporary file is left behind then.
pub fn write_with<E: From<io::Error>>(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<&File>) -> Result<(), E>,
) -> Result<(), E> {
    let path = match Target::of(path)? {
        Target::File(path) => path,
        Target::Open(special) => {
            let mut writer = BufWriter::new(&special);
            write(&mut writer)?;
            return Ok(writer.flush()?);
        }
    };
    // An ordinary file, whose rights are the umask's to decide: temporary files of the library's own are private.
    let temporary =
        tempfile::Builder::new().prefix(TEMPORARY).make_in(folder_of(&path), |path| File::create_new(path))?;
    let mut writer = BufWriter::new(temporary.as_file());
    write(&mut writer)?;
    writer.flush()?;
    drop(writer);
    temporary.as_file().sync_all()?;
    #[cfg(test)]
    super::trace::note_content(temporary.path());
    disk::rename(temporary.path(), &path)?;
    // The name is another's now: there is nothing left to remove under the temporary one.
    let _ = temporary.keep();
    Ok(disk::sync_folder(folder_of(&path))?)
}

/// Write a file that a reader finds whole, old or new, but that a power cut may lose. This is for signs of life, which
/// are written often and mean nothing afterwards.
///
/// # Errors
/// The file cannot be written.
pub fn write_lightly(path: &Path, content: impl AsRef<[u8]>) -> Result<(), WriteError> {
    let write = || {
        let folder = folder_of(path);
        let temporary = tempfile::Builder::new().prefix(TEMPORARY).make_in(folder, |path| File::create_new(path))?;
        temporary.as_file().write_all(content.as_ref())?;
        std::fs::rename(temporary.path(), path)?;
        // The name is another's now: there is nothing left to remove under the temporary one.
        let _ = temporary.keep();
        Ok(())
    };
    write().map_err(WriteError::of(path))
}

/// Rename a file to `NAME.1`, or to the next number that is free.
///
/// # Errors
/// The file cannot be written.
pub fn set_aside(path: &Path) -> io::Result<()> {
    let named = |number: u32| {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".{number}"));
        PathBuf::from(name)
    };
    let free = (1..).map(named).find(|path| !path.exists()).unwrap_or_else(|| named(0));
    disk::rename(path, &free)?;
    disk::sync_folder(folder_of(path))
}

/// Make a folder and its missing parents, and wait until they are on the disk.
///
/// # Errors
/// A folder cannot be made or synced.
pub fn create_folder(path: &Path) -> Result<(), WriteError> {
    disk::make_folders(path).map_err(WriteError::of(path))
}

/// Make the folder that contains `path`, and its missing parents, and wait until they are on the disk.
///
/// # Errors
/// A folder cannot be made or synced.
pub fn create_parent(path: &Path) -> Result<(), WriteError> {
    disk::make_folders(folder_of(path)).map_err(WriteError::of(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_write_leaves_the_old_file_and_no_litter() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/er/file.txt");
        create_parent(&path).unwrap();
        write(&path, "old").unwrap();
        let failed = write_with(&path, |writer| {
            writer.write_all(b"half")?;
            Err(io::Error::other("the disk is full"))
        });
        assert!(failed.is_err());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
        write(&path, "new").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "new");
    }

    #[test]
    fn a_path_through_a_file_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        write(&file, "").unwrap();
        let below = file.join("below");
        let messages = [create_parent(&below).unwrap_err(), write(&below, "").unwrap_err()].map(|e| e.to_string());
        assert!(messages.iter().all(|message| message.contains("below")), "{messages:?}");
    }

    #[test]
    #[cfg(unix)]
    fn item_16_links_stay_and_their_file_is_written() {
        use std::fs;
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("deep")).unwrap();
        fs::write(at("deep/file"), "old").unwrap();
        symlink("deep/file", at("link")).unwrap();
        symlink("link", at("link-to-link")).unwrap();
        symlink("deep/new", at("dangling")).unwrap();
        for link in ["link", "link-to-link", "dangling"] {
            write(&at(link), link).unwrap();
            assert!(at(link).is_symlink(), "{link}");
            assert_eq!(fs::read_to_string(at(link)).unwrap(), link);
        }
        assert_eq!(fs::read_to_string(at("deep/file")).unwrap(), "link-to-link");
        assert_eq!(fs::read_dir(at("deep")).unwrap().count(), 2);

        symlink("loop", at("loop")).unwrap();
        assert!(write(&at("loop"), "").unwrap_err().to_string().contains("loop"));
    }

    #[test]
    #[cfg(unix)]
    fn item_16_devices_are_written_to() {
        use std::os::unix::fs::FileTypeExt;
        write("/dev/null".as_ref(), "nothing").unwrap();
        assert!(std::fs::metadata("/dev/null").unwrap().file_type().is_char_device());
    }
}
