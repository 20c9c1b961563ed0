//! A run on disk: `experiment.ron` and `checkpoint/` with the model and optimiser as safetensors (readable from
//! Python) and the progress as JSON. The checkpoint is written under a temporary name and renamed, so that there is
//! always a whole one.

use super::TrainError;
use super::device::TrainingDevice;
use super::discriminator::{self, TrainedDiscriminator};
use super::optimiser::Optimiser;
use super::trainer::{Progress, Snapshot, Trainer};
use crate::data::Dataset;
use crate::experiment::Experiment;
use crate::model::{Model, TensorSpec};
use burn::tensor::{Tensor, Transaction};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const DIRECTORY: &str = "checkpoint";
const MODEL: &str = "model.safetensors";
const OPTIMISER: &str = "optimiser.safetensors";
const PROGRESS: &str = "progress.json";

#[derive(Serialize, Deserialize)]
struct Saved {
    progress: Progress,
    optimiser_steps: u64,
}

/// Write the experiment and the checkpoint into a run folder, which is made if need be.
///
/// # Errors
/// What the disk or the device says, naming the path.
pub fn save(trainer: &Trainer, folder: &Path) -> Result<(), TrainError> {
    let fail = |path: &Path| {
        let path = path.to_path_buf();
        move |error: &dyn std::fmt::Display| TrainError::Checkpoint(format!("cannot write {}: {error}", path.display()))
    };
    let fresh = folder.join("checkpoint.new");
    // Left over from a save that was cut off.
    let _ = std::fs::remove_dir_all(&fresh);
    std::fs::create_dir_all(&fresh).map_err(|e| fail(&fresh)(&e))?;

    let Snapshot { parameters, state, optimiser, discriminator } = trainer.snapshot();
    let (specs, state_specs) = (trainer.model().parameters(), trainer.model().state());
    let mut tensors: Vec<_> = named(specs, parameters, "").chain(named(state_specs, state, "")).collect();
    let mut moments = of_optimiser(specs, optimiser);
    if let Some(TrainedDiscriminator { parameters, optimiser, .. }) = discriminator {
        let specs = discriminator::specs(trainer.experiment());
        tensors.extend(named(&specs, parameters, ""));
        moments.extend(of_optimiser(&specs, optimiser));
    }
    write_tensors(&fresh.join(MODEL), tensors)?;
    write_tensors(&fresh.join(OPTIMISER), moments)?;
    let saved = Saved { progress: *trainer.progress(), optimiser_steps: optimiser.steps() };
    let json = serde_json::to_string_pretty(&saved).map_err(|e| fail(&fresh)(&e))?;
    std::fs::write(fresh.join(PROGRESS), json).map_err(|e| fail(&fresh)(&e))?;

    trainer.experiment().save(&folder.join("experiment.ron")).map_err(|e| fail(folder)(&e))?;
    let (current, old) = (folder.join(DIRECTORY), folder.join("checkpoint.old"));
    let _ = std::fs::remove_dir_all(&old);
    if current.exists() {
        std::fs::rename(&current, &old).map_err(|e| fail(&old)(&e))?;
    }
    std::fs::rename(&fresh, &current).map_err(|e| fail(&current)(&e))?;
    let _ = std::fs::remove_dir_all(&old);
    Ok(())
}

/// Read a run folder's experiment.
///
/// # Errors
/// No run folder, or an experiment that is not readable.
pub fn read_experiment(folder: &Path) -> Result<Experiment, TrainError> {
    let path = folder.join("experiment.ron");
    if !path.exists() {
        return Err(TrainError::Checkpoint(format!(
            "{} is not a run folder: it has no experiment.ron. A run folder is what `elbow train … --out DIR` writes.",
            folder.display()
        )));
    }
    Experiment::load(&path).map_err(|error| TrainError::Checkpoint(error.to_string()))
}

/// Continue a run where its checkpoint left it.
///
/// # Errors
/// Missing or malformed files, tensors that do not fit the experiment.
pub fn load(
    folder: &Path,
    experiment: Experiment,
    dataset: Arc<Dataset>,
    device: TrainingDevice,
) -> Result<Trainer, TrainError> {
    let directory = directory(folder)?;
    let path = directory.join(PROGRESS);
    let saved: Saved = serde_json::from_slice(&read(&path)?)
        .map_err(|error| TrainError::Checkpoint(format!("{} is damaged: {error}", path.display())))?;
    let model = Model::new(&experiment, dataset.shape(), &[]).map_err(TrainError::Experiment)?;
    let path = directory.join(MODEL);
    let bytes = read(&path)?;
    let stored = Stored::new(&path, &bytes)?;
    let parameters = stored.tensors(model.parameters(), "", &device)?;
    let state = stored.tensors(model.state(), "", &device)?;
    let rival = discriminator::specs(&experiment);
    let rival_parameters = stored.tensors(&rival, "", &device)?;
    let path = directory.join(OPTIMISER);
    let bytes = read(&path)?;
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
    let current = Snapshot { parameters, state, optimiser, discriminator };
    Ok(Trainer::assemble(experiment, dataset, device, model, current, saved.progress))
}

/// The newest whole checkpoint: a save that was cut off between two renames leaves the previous one.
fn directory(folder: &Path) -> Result<PathBuf, TrainError> {
    let candidates = [DIRECTORY, "checkpoint.old"].map(|name| folder.join(name));
    candidates.into_iter().find(|directory| directory.join(PROGRESS).exists()).ok_or_else(|| {
        TrainError::Checkpoint(format!("{} has no checkpoint to continue from; train it again.", folder.display()))
    })
}

fn read(path: &Path) -> Result<Vec<u8>, TrainError> {
    std::fs::read(path).map_err(|error| TrainError::Checkpoint(format!("cannot read {}: {error}", path.display())))
}

/// An optimiser's moments, each under its own prefix.
fn of_optimiser(specs: &[TensorSpec], optimiser: &Optimiser) -> Vec<(String, Vec<usize>, Tensor<1>)> {
    let moments = optimiser.moment_names().iter().zip(optimiser.moments());
    moments.flat_map(|(name, tensors)| named(specs, tensors, &format!("{name}/")).collect::<Vec<_>>()).collect()
}

fn named<'a>(
    specs: &'a [TensorSpec],
    tensors: &'a [Tensor<1>],
    prefix: &'a str,
) -> impl Iterator<Item = (String, Vec<usize>, Tensor<1>)> + 'a {
    specs.iter().zip(tensors).map(move |(spec, t)| (format!("{prefix}{}", spec.name), spec.shape.clone(), t.clone()))
}

fn write_tensors(path: &Path, tensors: Vec<(String, Vec<usize>, Tensor<1>)>) -> Result<(), TrainError> {
    let transaction = tensors.iter().fold(Transaction::default(), |t, (_, _, tensor)| t.register(tensor.clone()));
    let bytes: Vec<Vec<u8>> =
        transaction.try_execute()?.iter().map(|data| data.iter::<f32>().flat_map(f32::to_le_bytes).collect()).collect();
    let fail =
        |error: &dyn std::fmt::Display| TrainError::Checkpoint(format!("cannot write {}: {error}", path.display()));
    let views = tensors.iter().zip(&bytes).map(|((name, shape, _), bytes)| {
        Ok((name.as_str(), TensorView::new(Dtype::F32, shape.clone(), bytes).map_err(|e| fail(&e))?))
    });
    let views = views.collect::<Result<Vec<_>, TrainError>>()?;
    let bytes = safetensors::serialize(views, None).map_err(|e| fail(&e))?;
    std::fs::write(path, bytes).map_err(|e| fail(&e))
}

/// A safetensors file that has been parsed.
struct Stored<'a> {
    path: &'a Path,
    tensors: HashMap<String, TensorView<'a>>,
}

impl<'a> Stored<'a> {
    fn new(path: &'a Path, bytes: &'a [u8]) -> Result<Self, TrainError> {
        let parsed = SafeTensors::deserialize(bytes)
            .map_err(|error| TrainError::Checkpoint(format!("{} is damaged: {error}", path.display())))?;
        Ok(Self { path, tensors: parsed.tensors().into_iter().collect() })
    }

    fn tensors(
        &self,
        specs: &[TensorSpec],
        prefix: &str,
        device: &TrainingDevice,
    ) -> Result<Vec<Tensor<1>>, TrainError> {
        let one = |spec: &TensorSpec| {
            let name = format!("{prefix}{}", spec.name);
            let view = self.tensors.get(&name).filter(|v| v.shape() == spec.shape && v.dtype() == Dtype::F32);
            let view = view.ok_or_else(|| {
                TrainError::Checkpoint(format!(
                    "{} does not fit its experiment: it has no tensor {name} of shape {:?}. Was experiment.ron changed?",
                    self.path.display(),
                    spec.shape
                ))
            })?;
            let values: Vec<f32> =
                view.data().chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
            Ok(Tensor::from_floats(values.as_slice(), &device.tensors))
        };
        specs.iter().map(one).collect()
    }
}
