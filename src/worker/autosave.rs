//! Autosaves: a run in the window is saved while it trains, so that nothing is lost.

use super::replaced;
use crate::files::{self, Lock, LockError};
use crate::train::RunFolder;
use std::path::{Path, PathBuf};

/// Largest number of windows that save their runs automatically at the same time.
const WINDOWS: usize = 16;
/// The folders of autosaves and of runs set aside, before the number of a window.
const AUTOSAVE: &str = "autosave";
const LAST_RUN: &str = "last-run";

/// The autosave of one window: a folder of the user's data that no other window writes into while this value lives.
pub struct Autosave {
    number: usize,
    folder: PathBuf,
    last_run: PathBuf,
    /// The folder's lock. `None` where no lock file can be made; saving then reports the reason.
    _lock: Option<Lock>,
}

impl Autosave {
    /// Take the first autosave that no other window holds. A run found there is set aside, so that the autosaves of a
    /// new run do not overwrite it before it has been continued or forgotten; if there is none, the run of a window
    /// that has ended is taken over. A run that was set aside before and has not been continued is kept in the folder
    /// `kept`. `None` if too many windows are open.
    pub fn claim(data: &Path, kept: &Path) -> Option<Self> {
        let own = (1..=WINDOWS).find_map(|window| Self::claim_number(data, window))?;
        set_aside(&own.folder, &own.last_run, kept);
        if own.last_run().is_none() {
            // Only where there is a run, so that no lock is made for a window that never was.
            let mut others = (1..=WINDOWS).filter(|&window| {
                let (folder, last_run) = paths(data, window);
                folder != own.folder && newest_run(&folder, &last_run).is_some()
            });
            let left = others.find_map(|window| Self::claim_number(data, window));
            if let Some(run) = left.as_ref().and_then(Self::last_run) {
                set_aside(run, &own.last_run, kept);
            }
        }
        Some(own)
    }

    /// The autosave of the window with a number, counted from 1; `None` if another process holds it.
    fn claim_number(data: &Path, window: usize) -> Option<Self> {
        let (folder, last_run) = paths(data, window);
        let lock = files::create_folder(data).ok().map(|()| Lock::take(&folder.with_extension("lock")));
        match lock {
            Some(Err(LockError::Held(_))) => None,
            Some(Ok(lock)) => Some(Self { number: window, folder, last_run, _lock: Some(lock) }),
            Some(Err(LockError::Write(_))) | None => Some(Self { number: window, folder, last_run, _lock: None }),
        }
    }

    /// The number of the window, counted from 1: no other window that is open has it.
    pub fn number(&self) -> usize {
        self.number
    }

    /// The folder to save into.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The run that the window can offer to continue, if there is one.
    pub fn last_run(&self) -> Option<&Path> {
        newest_run(&self.folder, &self.last_run)
    }
}

/// The newest run of a window. A run that could not be set aside is still in the folder that it was saved to.
fn newest_run<'a>(folder: &'a Path, last_run: &'a Path) -> Option<&'a Path> {
    [folder, last_run].into_iter().find(|path| RunFolder::at(*path).is_run())
}

/// The folder of a window's autosave, and the folder of the run that was set aside.
fn paths(data: &Path, window: usize) -> (PathBuf, PathBuf) {
    let ending = if window == 1 { String::new() } else { format!("-{window}") };
    (data.join(format!("{AUTOSAVE}{ending}")), data.join(format!("{LAST_RUN}{ending}")))
}

/// Move a run to the place of runs set aside; an earlier one makes room for it and is kept.
fn set_aside(run: &Path, aside: &Path, kept: &Path) {
    if RunFolder::at(run).is_run() {
        let earlier = RunFolder::at(aside);
        if earlier.is_run() && replaced::keep(&earlier, kept).is_err() {
            // Where its place cannot be written, it stays beside.
            let _ = files::set_aside(aside);
        }
        // A run that cannot be moved stays where it is.
        let _ = RunFolder::at(run).move_to(&RunFolder::at(aside));
    }
}

/// Whether a folder is one of the autosaves, or of the runs that were set aside, beside this autosave.
pub fn is_passing(folder: &Path, own: &Path) -> bool {
    let name = folder.file_name().map(|name| name.to_string_lossy());
    let is_named = name.is_some_and(|name| [AUTOSAVE, LAST_RUN].iter().any(|start| name.starts_with(start)));
    is_named && folder.parent() == own.parent()
}

/// Remove a run that was set aside.
pub fn forget_run(folder: &Path) {
    let folder = RunFolder::at(folder);
    if folder.is_run() {
        // A folder that cannot be removed is offered again next time: nothing is lost.
        let _ = folder.remove();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keep_run(autosave: &Autosave, name: &str) {
        std::fs::create_dir_all(autosave.folder()).unwrap();
        std::fs::write(autosave.folder().join("experiment.ron"), name).unwrap();
    }

    fn offered(autosave: &Autosave) -> Option<String> {
        std::fs::read_to_string(autosave.last_run()?.join("experiment.ron")).ok()
    }

    fn claim(data: &Path) -> Option<Autosave> {
        Autosave::claim(data, &data.join("runs"))
    }

    #[test]
    fn item_03_two_windows_have_two_autosaves_and_both_runs_are_offered() {
        let data = tempfile::tempdir().unwrap();
        let data = data.path().join("not/there");
        let first = claim(&data).unwrap();
        assert_eq!((first.folder(), offered(&first)), (data.join("autosave").as_path(), None));
        keep_run(&first, "one");
        let second = claim(&data).unwrap();
        assert_eq!((second.folder(), offered(&second)), (data.join("autosave-2").as_path(), None));
        assert_eq!([first.number(), second.number()], [1, 2]);
        assert!(first.folder().join("experiment.ron").exists(), "the first window's run was taken");
        keep_run(&second, "two");
        drop((first, second));

        let third = claim(&data).unwrap();
        assert_eq!((third.folder(), offered(&third).as_deref()), (data.join("autosave").as_path(), Some("one")));
        forget_run(third.last_run().unwrap());
        drop(third);
        let fourth = claim(&data).unwrap();
        assert_eq!((fourth.folder(), offered(&fourth).as_deref()), (data.join("autosave").as_path(), Some("two")));
        drop(fourth);
        // Neither continued nor forgotten: it is offered again.
        assert_eq!(offered(&claim(&data).unwrap()).as_deref(), Some("two"));
    }

    #[test]
    fn a_run_that_is_neither_continued_nor_forgotten_is_kept_when_the_next_one_comes() {
        let data = tempfile::tempdir().unwrap();
        let data = data.path();
        for name in ["one", "two", "three"] {
            keep_run(&claim(data).unwrap(), name);
        }
        let kept = || {
            let mut runs: Vec<String> = std::fs::read_dir(data.join("runs"))
                .into_iter()
                .flatten()
                .map(|run| std::fs::read_to_string(run.unwrap().path().join("experiment.ron")).unwrap())
                .collect();
            runs.sort();
            runs
        };
        assert_eq!(kept(), ["one"]);
        assert_eq!(offered(&claim(data).unwrap()).as_deref(), Some("three"));
        assert_eq!(kept(), ["one", "two"]);
    }
}
