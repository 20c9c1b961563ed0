//! Runs that another run has replaced: the last few are kept, so that a restart throws no trained model away.

use crate::files;
use crate::train::RunFolder;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// Number of runs kept.
const KEPT: usize = 5;
/// Runs trained for fewer seconds than this are removed first.
const SHORT: f64 = 10.0;

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
    /// Seconds of training.
    seconds: f64,
}

/// The folder of the user's data where the window keeps replaced runs; `None` where the system names no home.
pub fn replaced_runs() -> Option<PathBuf> {
    files::user_data().map(|data| data.join("replaced-runs"))
}

impl ReplacedRun {
    /// The replaced runs in a folder, the newest first.
    pub fn list(root: &Path) -> Vec<Self> {
        let entries = std::fs::read_dir(root).into_iter().flatten().flatten();
        let mut runs: Vec<Self> = entries.filter_map(|entry| Self::read(entry.path())).collect();
        // Folders are named after the time.
        runs.sort_by(|a, b| b.folder.cmp(&a.folder));
        runs
    }

    fn read(folder: PathBuf) -> Option<Self> {
        let run = RunFolder::at(&folder);
        let name = run.experiment().ok()?.name;
        let progress = run.progress().ok()?;
        Some(Self { name, step: progress.step, seconds: progress.seconds, at: run.saved_at(), folder })
    }
}

/// A folder for one more replaced run. The time comes first, so that names are in the order of age; windows that share
/// the folder differ by their process.
pub fn new_folder(root: &Path, name: &str) -> PathBuf {
    let time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    root.join(format!("{time:014}-{}-{}", std::process::id(), files::safe_name(name)))
}

/// Remove the runs beyond the last few that are kept, but never the newest.
pub fn prune(root: &Path) {
    let mut runs = ReplacedRun::list(root);
    while runs.len() > KEPT {
        let short = runs.iter().skip(1).rposition(|run| run.seconds < SHORT).map(|older| older + 1);
        let run = runs.remove(short.unwrap_or(runs.len() - 1));
        // One that cannot be removed is tried again next time.
        let _ = RunFolder::at(run.folder).remove();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Experiment;
    use crate::train::Progress;

    fn keep(root: &Path, index: u64, name: &str, seconds: f64) {
        let folder = root.join(format!("{index:014}-1-{name}"));
        std::fs::create_dir_all(folder.join("checkpoint")).unwrap();
        let experiment = Experiment { name: name.into(), ..Experiment::default() };
        experiment.save(&folder.join("experiment.ron")).unwrap();
        let progress = Progress { step: index, seconds, ..Progress::default() };
        let json = serde_json::json!({ "progress": progress, "optimiser_steps": index }).to_string();
        std::fs::write(folder.join("checkpoint/progress.json"), json).unwrap();
    }

    #[test]
    fn the_last_few_are_kept_and_those_of_seconds_leave_before_those_of_hours() {
        let root = tempfile::tempdir().unwrap();
        let names = || ReplacedRun::list(root.path()).into_iter().map(|run| run.name).collect::<Vec<_>>();
        keep(root.path(), 1, "hours", 7_200.0);
        for index in 2..=7 {
            keep(root.path(), index, &format!("seconds-{index}"), 1.0);
            prune(root.path());
        }
        assert_eq!(names(), ["seconds-7", "seconds-6", "seconds-5", "seconds-4", "hours"]);
        for index in 8..=13 {
            keep(root.path(), index, &format!("minutes-{index}"), 100.0);
            prune(root.path());
        }
        assert_eq!(names(), ["minutes-13", "minutes-12", "minutes-11", "minutes-10", "minutes-9"]);
        let newest = new_folder(root.path(), "a/b");
        assert!(newest > ReplacedRun::list(root.path())[0].folder, "{newest:?}");
        assert_eq!(newest.parent(), Some(root.path()));
    }
}
