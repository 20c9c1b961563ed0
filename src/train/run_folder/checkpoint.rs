//! The checkpoint of a run: a folder with the model and the optimiser's state as safetensors and the progress as JSON.
//! It is replaced as a whole, so that a complete checkpoint exists at any time.

use super::history::{INDEX, Index};
use super::integrity::Integrity;
use super::tables::Tables;
use crate::data::{Dataset, ImageShape, Split};
use crate::experiment::Experiment;
use crate::files::{self, FolderReplacement};
use crate::model::Model;
use crate::train::history::{self, Deed, DeedKind, RunHistory};
use crate::train::snapshot_tensors::{self, Moments};
use crate::train::state::{Progress, State};
use crate::train::stored::{self, Named, Stored, damaged};
use crate::train::trainer::{Origin, Trainer};
use crate::train::{Interval, TrainError, TrainingDevice};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::Arc;

const MODEL: &str = "model.safetensors";
const OPTIMISER: &str = "optimiser.safetensors";
pub const PROGRESS: &str = "progress.json";

/// Largest size of the progress file, in bytes.
const PROGRESS_SIZE: u64 = 1 << 20;
/// Largest size of the index of kept states, in bytes.
const INDEX_SIZE: u64 = 1 << 26;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Saved {
    progress: Progress,
    optimiser_steps: u64,
    /// The sums for the next training report so far; empty in runs that older versions saved.
    #[serde(default)]
    interval: Interval,
    /// Checksums; `None` in runs that older versions saved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    integrity: Option<Integrity>,
}

/// Write a trainer's state beside the checkpoint at `path`, whose place it takes when it is committed. `experiment` is
/// the text of the experiment's file, and `history` the index of the kept states, whose files are there. `tables` are
/// the run's tables, which are written already; `written` has the checksums of those that this process wrote.
pub fn stage(
    path: &Path,
    trainer: &Trainer,
    experiment: &str,
    history: &Index,
    (tables, written): (&[PathBuf], &Tables),
) -> Result<FolderReplacement, TrainError> {
    let fresh = FolderReplacement::begin(path, is_whole)?;
    let last = trainer.last();
    let write = |name: &str, tensors: &[Named]| {
        let written = stored::write(&fresh.path().join(name), tensors, None)?;
        Ok::<_, TrainError>((name.to_string(), written.checksum))
    };
    let model = snapshot_tensors::of_model(trainer.model(), last.experiment, last.snapshot);
    let moments = snapshot_tensors::of_optimisers(trainer.model(), last.experiment, last.snapshot);
    let json = |path: &Path, value: &dyn Fn() -> serde_json::Result<String>| {
        value().map_err(|error| TrainError::NotSaved(format!("cannot write {}: {error}", path.display())))
    };
    let index_path = fresh.path().join(INDEX);
    let index = json(&index_path, &|| serde_json::to_string_pretty(history))?;
    files::write(&index_path, &index)?;
    let index = (INDEX.to_string(), stored::checksum(index.as_bytes()));
    let files = [write(MODEL, &model)?, write(OPTIMISER, &moments)?, index];
    let integrity = Some(Integrity::of(trainer.dataset(), experiment, files).with_tables(tables, written));
    let saved = Saved {
        progress: *last.progress,
        optimiser_steps: last.snapshot.optimiser.steps(),
        interval: trainer.unreported()?,
        integrity,
    };
    let path = fresh.path().join(PROGRESS);
    let text = json(&path, &|| serde_json::to_string_pretty(&saved))?;
    files::write(&path, Integrity::seal(&text))?;
    Ok(fresh)
}

/// The index of the kept states that the newest whole checkpoint at `path` names; an empty one where there is none, or
/// none that can be read.
pub fn index(path: &Path) -> Index {
    let path = files::newest_whole(path, is_whole).map(|checkpoint| checkpoint.join(INDEX));
    let text = path.and_then(|path| files::read(&path, INDEX_SIZE).ok());
    text.and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default()
}

/// Whether a checkpoint was written to its end: the progress is written last.
pub(super) fn is_whole(directory: &Path) -> bool {
    directory.join(PROGRESS).is_file()
}

/// The checkpoint of a run, whose progress has been read and checked.
pub struct Checkpoint {
    /// The folder of the run.
    run: PathBuf,
    directory: PathBuf,
    saved: Saved,
    notes: Vec<String>,
    /// Whether the experiment's file is not the one that the checkpoint was saved with.
    is_rewritten: bool,
}

impl Checkpoint {
    /// The newest whole checkpoint at `path`, of the run in the folder `run` whose experiment's file has the text
    /// `experiment`; `None` where there is none.
    pub(super) fn find(run: &Path, path: &Path, experiment: &[u8]) -> Result<Option<Self>, TrainError> {
        let Some(directory) = files::newest_whole(path, is_whole) else { return Ok(None) };
        let path = directory.join(PROGRESS);
        let text = String::from_utf8(read(&path, PROGRESS_SIZE)?).map_err(|error| damaged(&path, error))?;
        let saved: Saved = serde_json::from_str(&text).map_err(|error| damaged(&path, error))?;
        if saved.integrity.as_ref().is_some_and(|integrity| !integrity.is_of(&text)) {
            return Err(damaged(&path, "its text is not the one that its own checksum is of"));
        }
        let notes = notes(run, saved.integrity.as_ref(), experiment);
        let is_rewritten = saved.integrity.as_ref().is_some_and(|integrity| !integrity.has_experiment(experiment));
        Ok(Some(Self { run: run.to_owned(), directory, saved, notes, is_rewritten }))
    }

    /// How far the run had come.
    pub fn progress(&self) -> &Progress {
        &self.saved.progress
    }

    /// The folder of the run.
    pub(super) fn run(&self) -> &Path {
        &self.run
    }

    /// Remarks on the checkpoint, in sentences for the log.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The names of the run's tables whose rows are not those that were saved with the checkpoint. Rows that have been
    /// added since do not count. Reads the tables to their end.
    pub fn changed_tables(&self) -> Vec<&str> {
        self.saved.integrity.as_ref().map_or_else(Vec::new, |integrity| integrity.changed_tables(&self.run))
    }

    /// The shape of the images that the run was trained on; `None` in runs that older versions saved.
    pub fn image_shape(&self) -> Option<ImageShape> {
        self.saved.integrity.as_ref().map(Integrity::image_shape)
    }

    /// Check that `data` are those that the run was trained on or, where `others` are allowed, have images of the same
    /// shape; returns how they differ then.
    ///
    /// # Errors
    /// The data are others, and these are not allowed ([`TrainError::OtherData`]) or do not fit.
    pub fn check_data(&self, data: &Dataset, others: bool) -> Result<Option<String>, TrainError> {
        self.saved.integrity.as_ref().map_or(Ok(None), |integrity| integrity.check_data(&self.run, data, others))
    }

    /// The fields in which the run's `experiment`, as its file has it now, is another than when the checkpoint was
    /// saved; `None` where it is not, or where an older version saved the run.
    ///
    /// # Errors
    /// The index of the states is missing or damaged.
    pub fn rewritten(&self, experiment: &Experiment) -> Result<Option<String>, TrainError> {
        if !self.is_rewritten {
            return Ok(None);
        }
        let Some(before) = self.index()?.last_experiment() else { return Ok(None) };
        // Another device may have been chosen for this time.
        let changed = history::changes(&Experiment { device: experiment.device, ..before }, experiment);
        Ok(Some(changed.join(", ")).filter(|changed| !changed.is_empty()))
    }

    /// Continue the run with data that have been [checked](Self::check_data).
    ///
    /// # Errors
    /// Files that are missing or damaged, tensors that do not fit the experiment or are not finite.
    pub fn load(
        &self,
        experiment: Experiment,
        dataset: Arc<Dataset>,
        device: TrainingDevice,
    ) -> Result<Trainer, TrainError> {
        let model = Model::of(&experiment, &dataset).map_err(TrainError::Experiment)?;
        let mut history = self.history(&experiment)?;
        if let Some(changed) = self.rewritten(&experiment)? {
            let (step, epoch) = (self.saved.progress.step, epochs(&self.saved.progress, &dataset));
            history.record(Deed::now(step, epoch, DeedKind::Rewritten, changed));
        }
        let state = self.state(&model, &experiment, &dataset, &device)?;
        let origin = Origin { state, history, returned: true };
        Ok(Trainer::assemble(experiment, dataset, device, model, origin))
    }

    /// The state after the last step.
    pub(super) fn state(
        &self,
        model: &Model,
        experiment: &Experiment,
        dataset: &Dataset,
        device: &TrainingDevice,
    ) -> Result<State, TrainError> {
        let most = snapshot_tensors::most_bytes(model, experiment);
        let (path, bytes) = self.read(MODEL, most)?;
        let stored = Stored::new(&path, &bytes)?;
        let (path, bytes) = self.read(OPTIMISER, most)?;
        let moments = Moments { stored: &Stored::new(&path, &bytes)?, steps: self.saved.optimiser_steps };
        let snapshot = snapshot_tensors::read(&stored, Some(moments), (model, experiment), device)?;
        let progress = within(self.saved.progress, dataset);
        Ok(State { snapshot, progress, interval: self.saved.interval.clone() })
    }

    /// The states that were kept of the run and what was done to it; nothing where an older version saved it. The data
    /// and the device of all states are those of `experiment`, with which the run goes on.
    ///
    /// # Errors
    /// The index of the states is missing or damaged.
    pub fn history(&self, experiment: &Experiment) -> Result<RunHistory, TrainError> {
        self.index()?.history(&self.run, experiment)
    }

    fn index(&self) -> Result<Index, TrainError> {
        if !self.saved.integrity.as_ref().is_some_and(|integrity| integrity.has(INDEX)) {
            return Ok(Index::default());
        }
        let (path, bytes) = self.read(INDEX, INDEX_SIZE)?;
        serde_json::from_slice(&bytes).map_err(|error| damaged(&path, error))
    }

    /// Read a file of the checkpoint, and check that it has the bytes that were saved; returns its path and bytes.
    fn read(&self, name: &str, most: u64) -> Result<(PathBuf, Vec<u8>), TrainError> {
        let path = self.directory.join(name);
        let bytes = read(&path, most)?;
        if let Some(integrity) = &self.saved.integrity {
            integrity.check(&path, &bytes)?;
        }
        Ok((path, bytes))
    }
}

/// Remarks on a checkpoint.
fn notes(run: &Path, integrity: Option<&Integrity>, experiment: &[u8]) -> Vec<String> {
    let run = run.display();
    match integrity {
        None => vec![format!(
            "{run}: this run has no checksums, as it was saved by an older version: damage to its files and other data \
             go unnoticed until it is saved again"
        )],
        Some(integrity) if !integrity.has(INDEX) && !integrity.has_experiment(experiment) => vec![format!(
            "{run}: the experiment's file is not the one that the checkpoint was saved with; the run goes on as it \
             says now"
        )],
        Some(_) => Vec::new(),
    }
}

fn read(path: &Path, most: u64) -> Result<Vec<u8>, TrainError> {
    files::read(path, most).map_err(|error| TrainError::Checkpoint(format!("cannot read {}: {error}", path.display())))
}

/// Where a run goes on with data that have fewer images than it has seen of them, the pass over them is over.
pub(super) fn within(mut progress: Progress, dataset: &Dataset) -> Progress {
    if progress.offset >= dataset.len(Split::Train) {
        (progress.epoch, progress.offset) = (progress.epoch.saturating_add(1), 0);
    }
    progress
}

/// Passes over the training images, a fraction included.
pub(super) fn epochs(progress: &Progress, dataset: &Dataset) -> f64 {
    progress.epoch as f64 + progress.offset as f64 / dataset.len(Split::Train) as f64
}
