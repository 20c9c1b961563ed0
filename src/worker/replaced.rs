//! Runs that another run has replaced: all are kept, so that a restart throws no trained model away.

use crate::files;
use crate::train::RunFolder;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// A run that another run has replaced.
#[derive(Clone, Debug, PartialEq)]
pub struct ReplacedRun {
    /// The run folder.
    pub folder: PathBuf,
    /// The name of the run's experiment.
    pub name: String,
    /// Optimiser steps that the run had taken.
    pub step: u64,
    /// The time when the run was replaced, if the system tells.
    pub at: Option<SystemTime>,
}

impl ReplacedRun {
    /// The replaced runs in a folder, the newest first.
    pub fn list(root: &Path) -> Vec<Self> {
        Self::newest(root, usize::MAX)
    }

    /// The last few of those that are kept in a folder, the newest first. No others are read.
    pub fn newest(root: &Path, most: usize) -> Vec<Self> {
        let entries = std::fs::read_dir(root).into_iter().flatten().flatten();
        let mut folders: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
        // Folders are named after the time.
        folders.sort_unstable_by(|a, b| b.cmp(a));
        folders.into_iter().filter_map(Self::read).take(most).collect()
    }

    fn read(folder: PathBuf) -> Option<Self> {
        let run = RunFolder::at(&folder);
        let name = run.experiment().ok()?.name;
        let progress = run.progress().ok()?;
        Some(Self { name, step: progress.step, at: run.saved_at(), folder })
    }
}

/// A folder for one more replaced run, which is not there yet. The time comes first, so that names are in the order of
/// age; windows that share the folder differ by their process, runs of one millisecond by the next free one.
pub fn new_folder(root: &Path, name: &str) -> PathBuf {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let folder = |time: u128| root.join(format!("{time:014}-{}-{}", std::process::id(), files::safe_name(name)));
    (now..).map(folder).find(|folder| !folder.exists()).unwrap_or_else(|| folder(now))
}

/// Move a run to those that are kept in a folder, which may be on another disk; returns where it is.
pub fn keep(run: &RunFolder, root: &Path) -> io::Result<PathBuf> {
    let name = run.experiment().map_or_else(|_| "run".into(), |experiment| experiment.name);
    let folder = new_folder(root, &name);
    files::create_folder(root).map_err(|error| error.source)?;
    if run.move_to(&RunFolder::at(&folder)).is_err() {
        copy(run.path(), &folder)?;
        run.remove()?;
    }
    Ok(folder)
}

/// Copy a folder with everything in it.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    std::fs::create_dir(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Experiment;
    use crate::train::Progress;

    fn make(folder: &Path, step: u64, name: &str) {
        std::fs::create_dir_all(folder.join("checkpoint")).unwrap();
        let experiment = Experiment { name: name.into(), ..Experiment::default() };
        experiment.save(&folder.join("experiment.ron")).unwrap();
        let progress = Progress { step, ..Progress::default() };
        let json = serde_json::json!({ "progress": progress, "optimiser_steps": step }).to_string();
        std::fs::write(folder.join("checkpoint/progress.json"), json).unwrap();
    }

    #[test]
    fn all_are_kept_and_the_newest_are_listed_first() {
        let root = tempfile::tempdir().unwrap();
        for step in 1..=12 {
            make(&root.path().join(format!("{step:014}-1-some")), step, "some");
        }
        let steps = |runs: Vec<ReplacedRun>| runs.into_iter().map(|run| run.step).collect::<Vec<_>>();
        assert_eq!(steps(ReplacedRun::list(root.path())), (1..=12).rev().collect::<Vec<_>>());
        assert_eq!(steps(ReplacedRun::newest(root.path(), 3)), [12, 11, 10]);
        let newest = new_folder(root.path(), "a/b");
        assert!(newest > ReplacedRun::list(root.path())[0].folder, "{newest:?}");
        assert_eq!(newest.parent(), Some(root.path()));
    }

    #[test]
    fn a_run_is_moved_or_copied_whole() {
        let root = tempfile::tempdir().unwrap();
        let (run, kept) = (root.path().join("last-run"), root.path().join("deep/runs"));
        make(&run, 7, "mine");
        let folder = keep(&RunFolder::at(&run), &kept).unwrap();
        assert!(!run.exists());
        let [ReplacedRun { name, step, .. }] = &ReplacedRun::list(&kept)[..] else { panic!("one run") };
        assert_eq!((name.as_str(), *step), ("mine", 7));
        copy(&folder, &run).unwrap();
        assert_eq!(RunFolder::at(&run).progress().unwrap().step, 7);
    }
}
