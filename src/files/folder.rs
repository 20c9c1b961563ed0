//! Folders that are replaced as one.

use super::WriteError;
use std::path::{Path, PathBuf};

/// A folder that is filled beside the one whose place it takes: a reader, or a crash half-way, finds the old content or
/// the new, never a mixture.
///
/// The new folder is `NAME.new` until [`commit`](Self::commit), which renames the old one to `NAME.old`, the new one to
/// `NAME`, and removes the old one. [`newest_whole`] finds what there is, also after a crash between the renames.
pub struct FolderReplacement {
    target: PathBuf,
    fresh: PathBuf,
}

impl FolderReplacement {
    /// Make an empty folder beside `target`, and the parents that are missing.
    ///
    /// # Errors
    /// What the disk says.
    pub fn begin(target: &Path) -> Result<Self, WriteError> {
        let fresh = beside(target, ".new");
        // Left over from a replacement that was cut off.
        let _ = std::fs::remove_dir_all(&fresh);
        std::fs::create_dir_all(&fresh).map_err(WriteError::of(&fresh))?;
        Ok(Self { target: target.to_owned(), fresh })
    }

    /// The folder to fill.
    pub fn path(&self) -> &Path {
        &self.fresh
    }

    /// Let the new folder take the old one's place.
    ///
    /// # Errors
    /// What the disk says; the old folder is then still there, under its name or as `NAME.old`.
    pub fn commit(self) -> Result<(), WriteError> {
        let Self { target, fresh } = self;
        let old = beside(&target, ".old");
        let _ = std::fs::remove_dir_all(&old);
        if target.exists() {
            std::fs::rename(&target, &old).map_err(WriteError::of(&old))?;
        }
        std::fs::rename(&fresh, &target).map_err(WriteError::of(&target))?;
        let _ = std::fs::remove_dir_all(&old);
        Ok(())
    }
}

/// The folder `target`, or the one it was about to replace where a replacement was cut off between two renames: the
/// first that `is_whole`.
pub fn newest_whole(target: &Path, is_whole: impl Fn(&Path) -> bool) -> Option<PathBuf> {
    [target.to_owned(), beside(target, ".old")].into_iter().find(|folder| is_whole(folder))
}

fn beside(target: &Path, ending: &str) -> PathBuf {
    let mut name = target.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(target: &Path, text: &str) -> FolderReplacement {
        let replacement = FolderReplacement::begin(target).unwrap();
        std::fs::write(replacement.path().join("file"), text).unwrap();
        replacement
    }

    fn read(target: &Path) -> Option<String> {
        let folder = newest_whole(target, |folder| folder.join("file").exists())?;
        std::fs::read_to_string(folder.join("file")).ok()
    }

    #[test]
    fn a_replacement_that_is_not_finished_leaves_the_old_folder() {
        let root = tempfile::tempdir().unwrap();
        let target = root.path().join("deep/er");
        assert_eq!(read(&target), None);
        fill(&target, "old").commit().unwrap();
        let cut_off = fill(&target, "half");
        assert_eq!(read(&target).as_deref(), Some("old"));
        drop(cut_off);
        fill(&target, "new").commit().unwrap();
        assert_eq!(read(&target).as_deref(), Some("new"));
        assert_eq!(std::fs::read_dir(root.path().join("deep")).unwrap().count(), 1, "no litter");
    }

    #[test]
    fn the_old_folder_is_found_between_the_renames() {
        let root = tempfile::tempdir().unwrap();
        let target = root.path().join("folder");
        fill(&target, "old").commit().unwrap();
        std::fs::rename(&target, root.path().join("folder.old")).unwrap();
        assert_eq!(read(&target).as_deref(), Some("old"));
    }
}
