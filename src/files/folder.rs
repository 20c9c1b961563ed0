//! Folders that are replaced as one.

use super::disk::{self, folder_of};
use super::{WriteError, create_folder};
use std::path::{Path, PathBuf};

/// A folder that is filled beside the one whose place it takes: a reader finds the old content or the new, never a
/// mixture, and so does whoever comes after a crash or a power cut.
///
/// The new folder is `NAME.new` until [`commit`](Self::commit), which renames the old one to `NAME.old`, the new one to
/// `NAME`, and removes the old one last. Between any two of these steps, a whole folder stands under one of the three
/// names, and [`newest_whole`] finds it. Whether a folder is whole is the caller's to tell: by a file that is written
/// last.
pub struct FolderReplacement {
    target: PathBuf,
    fresh: PathBuf,
}

impl FolderReplacement {
    /// Make an empty folder beside `target`, and the parents that are missing. A replacement that was cut off is
    /// brought to its end first: the newest folder that `is_whole` becomes `target`, and what else it left is removed.
    ///
    /// # Errors
    /// What the disk says.
    pub fn begin(target: &Path, is_whole: impl Fn(&Path) -> bool) -> Result<Self, WriteError> {
        let [fresh, old] = [".new", ".old"].map(|ending| beside(target, ending));
        if let Some(whole) = newest_whole(target, is_whole).filter(|whole| whole != target) {
            disk::remove_folder(target).map_err(WriteError::of(target))?;
            disk::rename(&whole, target).map_err(WriteError::of(target))?;
            disk::sync_folder(folder_of(target)).map_err(WriteError::of(target))?;
        }
        for left_over in [&fresh, &old] {
            disk::remove_folder(left_over).map_err(WriteError::of(left_over))?;
        }
        create_folder(&fresh)?;
        Ok(Self { target: target.to_owned(), fresh })
    }

    /// The folder to fill, by [`write_with`](super::write_with); the file that marks it as whole goes last.
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
        if target.exists() {
            disk::rename(&target, &old).map_err(WriteError::of(&old))?;
        }
        disk::rename(&fresh, &target).map_err(WriteError::of(&target))?;
        disk::sync_folder(folder_of(&target)).map_err(WriteError::of(&target))?;
        // What cannot be removed now is the next one's to remove.
        let _ = disk::remove_folder(&old);
        Ok(())
    }
}

/// The newest folder that `is_whole` of `target` and, where a replacement was cut off between two renames, the one that
/// was about to take its place and the one whose place was taken.
pub fn newest_whole(target: &Path, is_whole: impl Fn(&Path) -> bool) -> Option<PathBuf> {
    [target.to_owned(), beside(target, ".new"), beside(target, ".old")].into_iter().find(|folder| is_whole(folder))
}

/// The path of what is named like `target`, with an ending.
pub fn beside(target: &Path, ending: &str) -> PathBuf {
    let mut name = target.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

#[cfg(test)]
mod tests {
    use super::super::{trace, write};
    use super::*;

    fn is_whole(folder: &Path) -> bool {
        folder.join("mark").is_file()
    }

    fn fill(target: &Path, text: &str) -> FolderReplacement {
        let replacement = FolderReplacement::begin(target, is_whole).unwrap();
        for file in ["file", "mark"] {
            write(&replacement.path().join(file), text).unwrap();
        }
        replacement
    }

    fn read(target: &Path) -> Option<String> {
        let folder = newest_whole(target, is_whole)?;
        let [file, mark] = ["file", "mark"].map(|name| std::fs::read_to_string(folder.join(name)).unwrap());
        assert_eq!(file, mark, "a mixture");
        Some(file)
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

    #[test]
    fn item_01_a_power_cut_during_two_replacements_leaves_a_whole_folder() {
        let scratch = tempfile::tempdir().unwrap();
        let root = scratch.path().join("root");
        std::fs::create_dir(&root).unwrap();
        let target = root.join("folder");
        fill(&target, "1").commit().unwrap();
        let before = trace::disk(&root);
        let steps = trace::record(|| fill(&target, "2").commit().unwrap());
        let after_one = trace::crashes(&before, &steps);
        assert!(after_one.len() >= 10, "{} states", after_one.len());
        for disk in after_one {
            trace::restore(&root, &disk);
            let first = read(&target).unwrap_or_else(|| panic!("nothing is left in {disk:?}"));
            let steps = trace::record(|| fill(&target, "3").commit().unwrap());
            assert_eq!(read(&target).as_deref(), Some("3"));
            for disk in trace::crashes(&disk, &steps) {
                trace::restore(&root, &disk);
                let second = read(&target).unwrap_or_else(|| panic!("nothing is left in {disk:?} after {steps:?}"));
                assert!(second == first || second == "3", "{second} after {first}");
            }
        }
    }

    #[test]
    fn item_01_what_was_returned_from_outlives_a_power_cut() {
        let scratch = tempfile::tempdir().unwrap();
        let root = scratch.path().join("root");
        std::fs::create_dir(&root).unwrap();
        let target = root.join("deep/er/folder");
        let before = trace::disk(&root);
        let steps = trace::record(|| fill(&target, "1").commit().unwrap());
        for disk in trace::power_cuts(&before, &steps) {
            trace::restore(&root, &disk);
            assert_eq!(read(&target).as_deref(), Some("1"), "{disk:?}");
        }
    }
}
