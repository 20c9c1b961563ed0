//! Runs that were deleted: moved into a hidden folder beside, from where they can be put back until it is emptied.

use super::reader::bytes_of;
use crate::files;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// The file beside a deleted run that says where it was.
const ORIGIN: &str = ".origin";
/// Longest path that is read, in bytes.
const MOST: u64 = 1 << 16;

/// A run that was deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trashed {
    /// Where the run is now.
    pub folder: PathBuf,
    /// Where it was.
    pub origin: PathBuf,
}

/// Move a run into a folder for deleted ones, which must be on the run's disk.
///
/// # Errors
/// The disk's error, which names the run.
pub fn throw_away(run: &Path, trash: &Path) -> Result<Trashed, String> {
    let failed = |error: &dyn std::fmt::Display| format!("{} was not deleted: {error}", run.display());
    let run = std::path::absolute(run).map_err(|error| failed(&error))?;
    let name = run.file_name().ok_or_else(|| failed(&"it has no name"))?;
    files::create_folder(trash).map_err(|error| failed(&error))?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let mut folder = trash.join(format!("{now:014}-{}", name.display()));
    while folder.exists() {
        folder.as_mut_os_string().push("+");
    }
    // Where it was goes first: a run without it could not be put back.
    let origin = run.to_str().ok_or_else(|| failed(&"its path is not Unicode"))?;
    files::write(&files::beside(&folder, ORIGIN), origin).map_err(|error| failed(&error))?;
    if let Err(error) = std::fs::rename(&run, &folder) {
        let _ = std::fs::remove_file(files::beside(&folder, ORIGIN));
        return Err(failed(&error));
    }
    Ok(Trashed { folder, origin: run })
}

/// Put a deleted run back where it was, or beside, if something else is there now; returns where it is.
///
/// # Errors
/// The disk's error, which names the run.
pub fn put_back(trashed: &Trashed) -> Result<PathBuf, String> {
    let failed = |error: &dyn std::fmt::Display| format!("{} was not put back: {error}", trashed.origin.display());
    let mut origin = trashed.origin.clone();
    while origin.exists() {
        origin.as_mut_os_string().push("-back");
    }
    files::create_parent(&origin).map_err(|error| failed(&error))?;
    std::fs::rename(&trashed.folder, &origin).map_err(|error| failed(&error))?;
    // Where this fails, a file of one line is left.
    let _ = std::fs::remove_file(files::beside(&trashed.folder, ORIGIN));
    Ok(origin)
}

/// The deleted runs in such a folder and their bytes, the oldest first.
pub fn list(trash: &Path) -> Vec<(Trashed, u64)> {
    let entries = std::fs::read_dir(trash).into_iter().flatten().flatten();
    let mut found: Vec<(Trashed, u64)> = entries
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .filter_map(|entry| {
            let folder = entry.path();
            let origin = files::read(&files::beside(&folder, ORIGIN), MOST).ok()?;
            let origin = PathBuf::from(String::from_utf8(origin).ok()?);
            let bytes = bytes_of(&folder);
            Some((Trashed { folder, origin }, bytes))
        })
        .collect();
    found.sort_unstable_by(|(a, _), (b, _)| a.folder.cmp(&b.folder));
    found
}

/// Remove deleted runs for good.
///
/// # Errors
/// The first that cannot be removed; the others are.
pub fn empty(trashed: &[Trashed]) -> Result<(), String> {
    let mut outcome = Ok(());
    for Trashed { folder, origin } in trashed {
        match std::fs::remove_dir_all(folder) {
            Ok(()) => drop(std::fs::remove_file(files::beside(folder, ORIGIN))),
            Err(error) if outcome.is_ok() => {
                outcome = Err(format!("{} ({}) was not removed: {error}", origin.display(), folder.display()));
            }
            Err(_) => {}
        }
    }
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_deleted_run_comes_back_whole_and_beside_another_of_its_name() {
        let root = tempfile::tempdir().unwrap();
        let (run, trash) = (root.path().join("mine"), root.path().join(".trash"));
        let throw_away = |run: &Path| throw_away(run, &trash);
        let make = |text: &str| {
            fs::create_dir_all(run.join("checkpoint")).unwrap();
            fs::write(run.join("experiment.ron"), text).unwrap();
        };
        make("first");
        let first = throw_away(&run).unwrap();
        assert!(!run.exists() && first.folder.join("experiment.ron").exists());
        make("second");
        assert_eq!(list(&trash), [(first.clone(), 5)]);
        let back = put_back(&first).unwrap();
        assert_eq!(back, root.path().join("mine-back"));
        assert_eq!(fs::read_to_string(back.join("experiment.ron")).unwrap(), "first");
        assert_eq!(list(&trash), []);

        let second = throw_away(&run).unwrap();
        assert_eq!(put_back(&second).unwrap(), run);
        let gone = throw_away(&run).unwrap();
        empty(&[gone]).unwrap();
        assert_eq!(fs::read_dir(&trash).unwrap().count(), 0);
        assert!(throw_away(&run).unwrap_err().contains("mine was not deleted"));
    }
}
