//! Folders that are replaced as a whole.

use super::disk::{self, folder_of};
use super::{WriteError, create_folder};
use std::path::{Path, PathBuf};

/// A new folder, filled beside the folder that it will replace. A reader finds the old content or the new, never a
/// mixture, even after a crash or a power cut.
///
/// The new folder is called `NAME.new` until [`commit`](Self::commit), which renames the old one to `NAME.old`, the new
/// one to `NAME`, and finally removes the old one. Between any two of these steps a whole folder stands under one of
/// the three names, and [`newest_whole`] finds it. The caller decides whether a folder is whole, by a file that is
/// written last.
pub struct FolderReplacement {
    target: PathBuf,
    fresh: PathBuf,
}

impl FolderReplacement {
    /// Make an empty folder beside `target`, and its missing parents. If an earlier replacement was interrupted, it is
    /// completed first: the newest folder for which `is_whole` holds becomes `target`, and everything else that the
    /// replacement left is removed.
    ///
    /// # Errors
    /// The file system refuses to make, rename or remove a folder.
    pub fn begin(target: &Path, is_whole: impl Fn(&Path) -> bool) -> Result<Self, WriteError> {
        let [fresh, old] = [".new", ".old"].map(|ending| beside(target, ending));
        complete_replacement(target, is_whole)?;
        for left_over in [&fresh, &old] {
            disk::remove_folder(left_over).map_err(WriteError::of(left_over))?;
        }
        create_folder(&fresh)?;
        Ok(Self { target: target.to_owned(), fresh })
    }

    /// The folder to fill. Write its files with [`write_with`](super::write_with), and last the file that marks the
    /// folder as whole.
    pub fn path(&self) -> &Path {
        &self.fresh
    }

    /// Let the new folder take the old one's place.
    ///
    /// # Errors
    /// The file system refuses a step. The old folder is then still there, under its own name or as `NAME.old`.
    pub fn commit(self) -> Result<(), WriteError> {
        let Self { target, fresh } = self;
        let old = beside(&target, ".old");
        if target.exists() {
            disk::rename(&target, &old).map_err(WriteError::of(&old))?;
        }
        disk::rename(&fresh, &target).map_err(WriteError::of(&target))?;
        disk::sync_folder(folder_of(&target)).map_err(WriteError::of(&target))?;
        // A folder that cannot be removed now is removed by the next writer.
        let _ = disk::remove_folder(&old);
        Ok(())
    }
}

/// Complete a replacement that was interrupted between two renames: the newest folder for which `is_whole` holds
/// becomes `target`. Does nothing where `target` is whole.
///
/// # Errors
/// The file system refuses to rename or remove a folder.
pub fn complete_replacement(target: &Path, is_whole: impl Fn(&Path) -> bool) -> Result<(), WriteError> {
    let Some(whole) = newest_whole(target, is_whole).filter(|whole| whole != target) else { return Ok(()) };
    disk::remove_folder(target).map_err(WriteError::of(target))?;
    disk::rename(&whole, target).map_err(WriteError::of(target))?;
    disk::sync_folder(folder_of(target)).map_err(WriteError::of(target))
}

/// The newest folder for which `is_whole` holds: `target` itself, or, after a replacement that was interrupted between
/// two renames, `NAME.new` or `NAME.old`. `None` where none of the three is whole.
pub fn newest_whole(target: &Path, is_whole: impl Fn(&Path) -> bool) -> Option<PathBuf> {
    [target.to_owned(), beside(target, ".new"), beside(target, ".old")].into_iter().find(|folder| is_whole(folder))
}

/// The path of `target` with an ending added to its name.
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
        complete_replacement(&target, is_whole).unwrap();
        assert!(target.join("mark").is_file() && !root.path().join("folder.old").exists());
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
