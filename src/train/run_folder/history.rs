//! The history of a run on disk: a file of tensors for each kept state, and in the checkpoint the index of them.
//!
//! A file is written once, before the checkpoint whose index names it, and removed after a checkpoint that does not
//! name it any more. So the files that a whole checkpoint names are there at any time, and others are litter.

use crate::experiment::Experiment;
use crate::files;
use crate::train::history::{Deed, Kept, KeptFile, KeptHead, Parent, RunHistory};
use crate::train::stored::Written;
use crate::train::{TrainError, Trainer};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

/// The folder of kept states, in the run's folder.
pub const HISTORY: &str = "history";
/// The folder of the best state, in the run's folder.
pub const BEST: &str = "best";

/// The files of a run's history.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Index {
    /// The texts of the experiments that the entries name.
    experiments: Vec<String>,
    /// The experiment of the checkpoint itself.
    last: usize,
    kept: Vec<Entry>,
    best: Option<Entry>,
    deeds: Vec<Deed>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    parent: Option<Parent>,
}

/// A kept state and where its tensors are.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    head: KeptHead,
    /// From the run's folder.
    file: String,
    checksum: String,
    bytes: u64,
    /// Index of the experiment.
    experiment: usize,
}

/// Write the kept states of a trainer that the run folder does not have yet; the index for its next checkpoint.
/// `before` is the index of the present one.
///
/// # Errors
/// The device fails, or a file cannot be written.
pub fn stage(run: &Path, before: &Index, trainer: &Trainer) -> Result<Index, TrainError> {
    let history = trainer.history();
    let mut index = Index { deeds: history.deeds().to_vec(), parent: history.parent().cloned(), ..Index::default() };
    index.last = index.experiment(trainer.last().experiment)?;
    for kept in history.kept() {
        let entry = index.entry(run, before, HISTORY, kept, trainer)?;
        index.kept.push(entry);
    }
    if let Some(best) = history.best() {
        index.best = Some(index.entry(run, before, BEST, best, trainer)?);
    }
    Ok(index)
}

impl Index {
    /// The place of an experiment's text, which is added if it is new.
    fn experiment(&mut self, experiment: &Experiment) -> Result<usize, TrainError> {
        let text = experiment.to_ron().map_err(|error| TrainError::NotSaved(error.to_string()))?;
        let place = self.experiments.iter().position(|other| *other == text);
        Ok(place.unwrap_or_else(|| {
            self.experiments.push(text);
            self.experiments.len() - 1
        }))
    }

    /// The entry of a kept state, whose file is written if it is not there.
    fn entry(
        &mut self,
        run: &Path,
        before: &Self,
        folder: &str,
        kept: &Kept,
        trainer: &Trainer,
    ) -> Result<Entry, TrainError> {
        let experiment = self.experiment(&kept.experiment)?;
        let there = before.entries().find(|entry| entry.head.id == kept.head.id && entry.is_in(folder));
        let there = there.filter(|entry| run.join(&entry.file).is_file());
        let (file, written) = match there {
            Some(entry) => (entry.file.clone(), Written { checksum: entry.checksum.clone(), bytes: entry.bytes }),
            None => {
                let file = before.free_name(folder, kept.step());
                files::create_folder(&run.join(folder))?;
                let written = kept.write(&run.join(&file), trainer.model())?;
                (file, written)
            }
        };
        let Written { checksum, bytes } = written;
        Ok(Entry { head: kept.head.clone(), file, checksum, bytes, experiment })
    }

    fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.kept.iter().chain(&self.best)
    }

    /// A name that none of the files has: another state of the same step may be there, which the run went back behind.
    fn free_name(&self, folder: &str, step: u64) -> String {
        let mut names = (0_u64..).map(|other| match other {
            0 => format!("{folder}/{step}.safetensors"),
            other => format!("{folder}/{step}-{other}.safetensors"),
        });
        names.find(|name| self.entries().all(|entry| entry.file != *name)).unwrap_or_default()
    }

    /// The history of the run in a folder, which goes on with an experiment: its data and its device are those of every
    /// state.
    ///
    /// # Errors
    /// An experiment in the index cannot be read.
    pub fn history(self, run: &Path, experiment: &Experiment) -> Result<RunHistory, TrainError> {
        let texts = self.experiments.iter().map(|text| {
            let kept = Experiment::from_ron(text, INDEX).map_err(|e| TrainError::Checkpoint(e.to_string()))?;
            Ok(Arc::new(Experiment { data: experiment.data.clone(), device: experiment.device, ..kept }))
        });
        let experiments = texts.collect::<Result<Vec<_>, TrainError>>()?;
        let kept = |entry: Entry| {
            let experiment = experiments.get(entry.experiment).cloned().ok_or_else(|| {
                TrainError::Checkpoint(format!("{}: {INDEX} has no experiment of {}", run.display(), entry.file))
            })?;
            let file = KeptFile { path: run.join(&entry.file), checksum: entry.checksum, bytes: entry.bytes };
            Ok::<_, TrainError>(Kept::in_file(entry.head, experiment, file))
        };
        let best = self.best.map(&kept).transpose()?;
        let kept = self.kept.into_iter().map(kept).collect::<Result<Vec<_>, _>>()?;
        Ok(RunHistory::restore(kept, best, self.deeds, self.parent))
    }

    /// The experiment of the checkpoint, when it was saved.
    pub fn last_experiment(&self) -> Option<Experiment> {
        Experiment::from_ron(self.experiments.get(self.last)?, INDEX).ok()
    }

    /// Remove the files of states that are not kept any more. A file that cannot be removed is left to the next save.
    pub fn sweep(&self, run: &Path) {
        for folder in [HISTORY, BEST] {
            let named: BTreeSet<_> = self.entries().map(|entry| run.join(&entry.file)).collect();
            let folder = run.join(folder);
            let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten();
            let litter: Vec<_> = entries.map(|entry| entry.path()).filter(|path| is_of_state(path)).collect();
            let _ = files::remove_all(&folder, litter.iter().filter(|path| !named.contains(*path)));
        }
    }
}

/// The index's file, in the checkpoint.
pub const INDEX: &str = "history.json";

impl Entry {
    fn is_in(&self, folder: &str) -> bool {
        self.file.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
    }
}

/// Whether a file has a name that a kept state may have: a user's own files stay.
fn is_of_state(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_suffix(".safetensors"));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    name.is_some_and(|name| match name.split_once('-') {
        None => is_number(name),
        Some((step, other)) => is_number(step) && is_number(other),
    })
}
