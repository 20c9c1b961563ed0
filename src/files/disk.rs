//! The calls that change names and contents on disk. In tests every call is recorded in order (see
//! [`trace`](super::trace)), to replay the states in which a kill or a power cut may leave the disk.

#[cfg(test)]
use super::trace::{self, Step};
use std::fs::File;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// The folder that contains the last component of `path`; `.` for a bare name.
pub fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Wait until the names in a folder (files that are new, renamed or removed) are on the disk.
///
/// # Errors
/// The file system fails to sync. One that cannot sync folders, and a folder that may not be opened, are no errors.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    // Elsewhere a folder cannot be opened as a file, and renames are the journal's to order.
    if cfg!(unix)
        && let Ok(folder) = File::open(folder)
        && let Err(error) = folder.sync_all()
        && !matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::Unsupported)
    {
        return Err(error);
    }
    #[cfg(test)]
    trace::note(|| Step::Sync(folder.into()));
    Ok(())
}

/// Make a folder and its missing parents, and wait until their names are on the disk.
///
/// # Errors
/// A folder cannot be made or synced.
pub fn make_folders(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        make_folders(parent)?;
    }
    match std::fs::create_dir(path) {
        // Another process was faster.
        Err(error) if error.kind() == ErrorKind::AlreadyExists && path.is_dir() => {}
        made => made?,
    }
    #[cfg(test)]
    trace::note(|| Step::Folder(path.into()));
    sync_folder(folder_of(path))
}

/// Rename a file or folder. The new name is safe from a power cut only after [`sync_folder`].
///
/// # Errors
/// The file system refuses to rename.
pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    std::fs::rename(from, to)?;
    #[cfg(test)]
    trace::note(|| Step::Rename(from.into(), to.into()));
    Ok(())
}

/// Remove a folder with everything in it, if there is one.
///
/// # Errors
/// The folder is there and cannot be removed.
pub fn remove_folder(path: &Path) -> io::Result<()> {
    #[cfg(test)]
    trace::note_removal(path);
    match std::fs::remove_dir_all(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

/// Remove files of a folder, and wait until that is on the disk.
///
/// # Errors
/// A file cannot be removed.
pub fn remove_all<'a>(folder: &Path, files: impl Iterator<Item = &'a PathBuf>) -> io::Result<()> {
    let mut is_changed = false;
    for path in files {
        std::fs::remove_file(path)?;
        is_changed = true;
        #[cfg(test)]
        trace::note(|| Step::Remove(path.clone()));
    }
    if is_changed { sync_folder(folder) } else { Ok(()) }
}
