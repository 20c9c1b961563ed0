//! The checkpoint of a run: a folder with the model and the optimiser's state as safetensors and the progress as JSON.
//! It is replaced as a whole, so that a complete checkpoint exists at any time.

use super::integrity::{Integrity, damaged};
use super::tensors::{self, Named, Stored, named};
use crate::data::{Dataset, Split};
use crate::experiment::Experiment;
use crate::files::{self, FolderReplacement};
use crate::model::{Model, TensorSpec};
use crate::train::discriminator::{self, TrainedDiscriminator};
use crate::train::optimiser::Optimiser;
use crate::train::trainer::{Progress, Snapshot, State, Trainer};
use crate::train::{Interval, TrainError, TrainingDevice};
use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::Arc;

const MODEL: &str = "model.safetensors";
const OPTIMISER: &str = "optimiser.safetensors";
const PROGRESS: &str = "progress.json";

/// Largest size of the progress file, in bytes.
const PROGRESS_SIZE: u64 = 1 << 20;
/// Largest size of a file of tensors beyond its values, in bytes.
const TENSORS_SIZE: u64 = 1 << 26;

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
/// the text of the experiment's file.
pub fn stage(path: &Path, trainer: &Trainer, experiment: &str) -> Result<FolderReplacement, TrainError> {
    let fresh = FolderReplacement::begin(path, is_whole)?;
    let Snapshot { parameters, state, optimiser, discriminator } = trainer.snapshot();
    let (specs, state_specs) = (trainer.model().parameters(), trainer.model().state());
    let mut model: Vec<_> = named(specs, parameters, "").chain(named(state_specs, state, "")).collect();
    let mut moments = of_optimiser(specs, optimiser);
    if let Some(TrainedDiscriminator { parameters, optimiser, .. }) = discriminator {
        let specs = discriminator::specs(trainer.experiment());
        model.extend(named(&specs, parameters, ""));
        moments.extend(of_optimiser(&specs, optimiser));
    }
    let write = |name: &str, tensors: &[Named]| {
        Ok::<_, TrainError>((name.to_string(), tensors::write(&fresh.path().join(name), tensors)?))
    };
    let files = [write(MODEL, &model)?, write(OPTIMISER, &moments)?];
    let integrity = Some(Integrity::of(trainer.dataset(), experiment, files));
    let saved = Saved {
        progress: *trainer.progress(),
        optimiser_steps: optimiser.steps(),
        interval: trainer.unreported()?,
        integrity,
    };
    let path = fresh.path().join(PROGRESS);
    let json = serde_json::to_string_pretty(&saved)
        .map_err(|error| TrainError::NotSaved(format!("cannot write {}: {error}", path.display())))?;
    files::write(&path, Integrity::seal(&json))?;
    Ok(fresh)
}

/// Whether a checkpoint was written to its end: the progress is written last.
fn is_whole(directory: &Path) -> bool {
    directory.join(PROGRESS).is_file()
}

/// The checkpoint of a run, whose progress has been read and checked.
pub struct Checkpoint {
    /// The folder of the run.
    run: PathBuf,
    directory: PathBuf,
    saved: Saved,
    notes: Vec<String>,
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
        Ok(Some(Self { run: run.to_owned(), directory, saved, notes }))
    }

    /// How far the run had come.
    pub fn progress(&self) -> &Progress {
        &self.saved.progress
    }

    /// Remarks on the checkpoint, in sentences for the log.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Check that `data` are those that the run was trained on or, where `others` are allowed, have images of the same
    /// shape; returns how they differ then.
    ///
    /// # Errors
    /// The data are others, and these are not allowed or do not fit.
    pub fn check_data(&self, data: &Dataset, others: bool) -> Result<Option<String>, TrainError> {
        self.saved.integrity.as_ref().map_or(Ok(None), |integrity| integrity.check_data(&self.run, data, others))
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
        let model = Model::new(&experiment, dataset.shape(), &[]).map_err(TrainError::Experiment)?;
        let rival = discriminator::specs(&experiment);
        // Names and shapes beside the values, and an optimiser's moments, are a small multiple of the values.
        let values: usize =
            [model.parameters(), model.state(), &rival].into_iter().flatten().map(TensorSpec::count).sum();
        let most = TENSORS_SIZE + 64 * values as u64;
        let (path, bytes) = self.read(MODEL, most)?;
        let stored = Stored::new(&path, &bytes)?;
        stored.check_finite()?;
        let parameters = stored.tensors(model.parameters(), "", &device)?;
        let state = stored.tensors(model.state(), "", &device)?;
        let rival_parameters = stored.tensors(&rival, "", &device)?;
        let (path, bytes) = self.read(OPTIMISER, most)?;
        let stored = Stored::new(&path, &bytes)?;
        let optimiser = |rule, specs: &[TensorSpec], parameters: &[Tensor<1>]| {
            let fresh = Optimiser::new(rule, parameters);
            let moments = fresh.moment_names().iter().map(|name| stored.tensors(specs, &format!("{name}/"), &device));
            let moments = moments.collect::<Result<Vec<_>, _>>()?;
            // The two optimisers go together, step by step.
            Ok::<_, TrainError>(Optimiser::restore(rule, self.saved.optimiser_steps, moments))
        };
        let rivals = optimiser(discriminator::RULE, &rival, &rival_parameters)?;
        let optimiser = optimiser(experiment.training.optimiser, model.parameters(), &parameters)?;
        let discriminator = TrainedDiscriminator::restore(&experiment, rival_parameters, rivals);
        let snapshot = Snapshot { parameters, state, optimiser, discriminator };
        let mut progress = self.saved.progress;
        // Where there are fewer images than there were, the pass over them is over.
        if progress.offset >= dataset.len(Split::Train) {
            (progress.epoch, progress.offset) = (progress.epoch.saturating_add(1), 0);
        }
        let state = State { snapshot, progress, interval: self.saved.interval.clone() };
        Ok(Trainer::assemble(experiment, dataset, device, model, state))
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
        Some(integrity) if !integrity.has_experiment(experiment) => vec![format!(
            "{run}: the experiment's file is not the one that the checkpoint was saved with; the run goes on as it \
             says now"
        )],
        Some(_) => Vec::new(),
    }
}

fn read(path: &Path, most: u64) -> Result<Vec<u8>, TrainError> {
    files::read(path, most).map_err(|error| TrainError::Checkpoint(format!("cannot read {}: {error}", path.display())))
}

/// The tensors of an optimiser's state, each moment under a prefix of its own.
fn of_optimiser(specs: &[TensorSpec], optimiser: &Optimiser) -> Vec<Named> {
    let moments = optimiser.moment_names().iter().zip(optimiser.moments());
    moments.flat_map(|(name, tensors)| named(specs, tensors, &format!("{name}/")).collect::<Vec<_>>()).collect()
}
