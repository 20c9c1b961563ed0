//! The checkpoint of a run: a folder with the model and the optimiser's state as safetensors and the progress as JSON.
//! It is replaced as a whole, so that a complete checkpoint exists at any time.

use super::tensors::{self, Named, Stored, named};
use crate::data::Dataset;
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
struct Saved {
    progress: Progress,
    optimiser_steps: u64,
    /// What the next training report has to average over so far; runs of before had nothing of it here.
    #[serde(default)]
    interval: Interval,
}

/// Write a trainer's state beside the checkpoint at `path`; it takes its place when it is committed.
pub fn stage(path: &Path, trainer: &Trainer) -> Result<FolderReplacement, TrainError> {
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
    tensors::write(&fresh.path().join(MODEL), &model)?;
    tensors::write(&fresh.path().join(OPTIMISER), &moments)?;
    let saved =
        Saved { progress: *trainer.progress(), optimiser_steps: optimiser.steps(), interval: trainer.unreported()? };
    let path = fresh.path().join(PROGRESS);
    let json = serde_json::to_string_pretty(&saved)
        .map_err(|error| TrainError::NotSaved(format!("cannot write {}: {error}", path.display())))?;
    files::write(&path, json)?;
    Ok(fresh)
}

/// The newest whole checkpoint at `path`.
pub fn find(path: &Path) -> Option<PathBuf> {
    files::newest_whole(path, is_whole)
}

/// Whether a checkpoint was written to its end: the progress goes last.
fn is_whole(directory: &Path) -> bool {
    directory.join(PROGRESS).is_file()
}

/// Continue a run from a checkpoint that [`find`] found.
pub fn load(
    directory: &Path,
    experiment: Experiment,
    dataset: Arc<Dataset>,
    device: TrainingDevice,
) -> Result<Trainer, TrainError> {
    let saved = saved(directory)?;
    let model = Model::new(&experiment, dataset.shape(), &[]).map_err(TrainError::Experiment)?;
    let path = directory.join(MODEL);
    let rival = discriminator::specs(&experiment);
    // Names and shapes beside the values, and an optimiser's moments, are a small multiple of the values.
    let values: usize = [model.parameters(), model.state(), &rival].into_iter().flatten().map(TensorSpec::count).sum();
    let most = TENSORS_SIZE + 64 * values as u64;
    let bytes = read(&path, most)?;
    let stored = Stored::new(&path, &bytes)?;
    let parameters = stored.tensors(model.parameters(), "", &device)?;
    let state = stored.tensors(model.state(), "", &device)?;
    let rival_parameters = stored.tensors(&rival, "", &device)?;
    let path = directory.join(OPTIMISER);
    let bytes = read(&path, most)?;
    let stored = Stored::new(&path, &bytes)?;
    let optimiser = |rule, specs: &[TensorSpec], parameters: &[Tensor<1>]| {
        let fresh = Optimiser::new(rule, parameters);
        let moments = fresh.moment_names().iter().map(|name| stored.tensors(specs, &format!("{name}/"), &device));
        // The two optimisers go together, step by step.
        Ok::<_, TrainError>(Optimiser::restore(rule, saved.optimiser_steps, moments.collect::<Result<Vec<_>, _>>()?))
    };
    let rivals = optimiser(discriminator::RULE, &rival, &rival_parameters)?;
    let optimiser = optimiser(experiment.training.optimiser, model.parameters(), &parameters)?;
    let discriminator = TrainedDiscriminator::restore(&experiment, rival_parameters, rivals);
    let snapshot = Snapshot { parameters, state, optimiser, discriminator };
    let state = State { snapshot, progress: saved.progress, interval: saved.interval };
    Ok(Trainer::assemble(experiment, dataset, device, model, state))
}

/// How far the run of a checkpoint had come.
pub fn progress(directory: &Path) -> Result<Progress, TrainError> {
    saved(directory).map(|saved| saved.progress)
}

fn saved(directory: &Path) -> Result<Saved, TrainError> {
    let path = directory.join(PROGRESS);
    serde_json::from_slice(&read(&path, PROGRESS_SIZE)?)
        .map_err(|error| TrainError::Checkpoint(format!("{} is damaged: {error}", path.display())))
}

fn read(path: &Path, most: u64) -> Result<Vec<u8>, TrainError> {
    files::read(path, most).map_err(|error| TrainError::Checkpoint(format!("cannot read {}: {error}", path.display())))
}

/// The tensors of an optimiser's state, each moment under a prefix of its own.
fn of_optimiser(specs: &[TensorSpec], optimiser: &Optimiser) -> Vec<Named> {
    let moments = optimiser.moment_names().iter().zip(optimiser.moments());
    moments.flat_map(|(name, tensors)| named(specs, tensors, &format!("{name}/")).collect::<Vec<_>>()).collect()
}
