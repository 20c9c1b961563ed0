//! Temporary files that a killed writer has left behind.

use std::ffi::OsStr;
use std::fs::DirEntry;
use std::path::Path;
use std::time::Duration;

/// Prefix of the names of [`write_with`](super::write_with)'s temporary files.
pub const TEMPORARY: &str = ".elbow-";

/// Temporary files younger than this may belong to a writer that is still at work.
const AGE: Duration = Duration::from_secs(60);

/// Remove the temporary files that killed writers have left in a folder. Only the folder's owner may call this. Files
/// that cannot be removed stay, and so do files younger than a minute or, after the clock was set back, from the
/// future.
pub fn remove_left_over(folder: &Path) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if is_left_over(&entry) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// Whether a name is that of a temporary file.
pub fn is_temporary(name: &OsStr) -> bool {
    name.to_str().is_some_and(|name| name.starts_with(TEMPORARY))
}

fn is_left_over(entry: &DirEntry) -> bool {
    let name = entry.file_name();
    let is_old = || {
        let metadata = entry.metadata().ok().filter(std::fs::Metadata::is_file)?;
        metadata.modified().ok()?.elapsed().ok().map(|age| age > AGE)
    };
    is_temporary(&name) && is_old() == Some(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{File, FileTimes};
    use std::time::SystemTime;

    #[test]
    fn item_07_old_temporary_files_go_and_all_others_stay() {
        let folder = tempfile::tempdir().unwrap();
        let minute = Duration::from_secs(61);
        let now = SystemTime::now();
        for (name, at) in [
            (".elbow-old", now - minute),
            (".elbow-young", now),
            (".elbow-future", now + minute),
            ("elbow-old", now - minute),
            ("notes.tmp", now - minute),
        ] {
            let file = File::create(folder.path().join(name)).unwrap();
            file.set_times(FileTimes::new().set_modified(at)).unwrap();
        }
        std::fs::create_dir(folder.path().join(".elbow-folder")).unwrap();
        remove_left_over(folder.path());
        let left = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
        let mut left: Vec<_> = left.map(|name| name.into_string().unwrap()).collect();
        left.sort();
        assert_eq!(left, [".elbow-folder", ".elbow-future", ".elbow-young", "elbow-old", "notes.tmp"]);
    }
}
