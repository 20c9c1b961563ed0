//! A state that was kept of a run on its way.

use crate::experiment::Experiment;
use crate::model::Model;
use crate::train::snapshot_tensors::{self, Moments};
use crate::train::state::{Progress, Snapshot, State};
use crate::train::stored::{Stored, Written, checksum, damaged};
use crate::train::{Interval, TrainError, TrainingDevice, exact};
use crate::{files, train::stored};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// Where a kept state's tensors are.
#[derive(Clone)]
enum Content {
    Here(Snapshot),
    File(KeptFile),
}

/// The file of a kept state's tensors.
#[derive(Clone, Debug)]
pub struct KeptFile {
    /// The file's path.
    pub path: PathBuf,
    /// The file's checksum.
    pub checksum: String,
    /// The file's size in bytes.
    pub bytes: u64,
}

/// A kept state but for its tensors and its experiment.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeptHead {
    /// A number that no other kept state has: when it was kept, in nanoseconds since 1970.
    pub id: u64,
    /// Whether it stands for an edit rather than for its step alone.
    pub is_edit: bool,
    /// How far the run had come.
    pub progress: Progress,
    /// The sums for the next training report so far.
    pub interval: Interval,
    /// The bound at β = 1 on all validation images, in nats per image, where it was measured at this step.
    #[serde(with = "exact::option")]
    pub bound: Option<f64>,
    /// Steps that the optimisers had taken, where their moments are kept too.
    pub moments: Option<u64>,
}

/// The state of a run after some step, with the experiment as it was then.
#[derive(Clone)]
pub struct Kept {
    /// The state's step, bound and edit, beside its tensors.
    pub head: KeptHead,
    /// The experiment with which the run went on.
    pub experiment: Arc<Experiment>,
    content: Content,
}

impl Kept {
    /// Keep a state, with the optimisers' moments or without.
    pub fn new(state: State, experiment: Arc<Experiment>, with_moments: bool) -> Self {
        let State { snapshot, progress, interval } = state;
        let moments = with_moments.then(|| snapshot.optimiser.steps());
        let snapshot = if with_moments { snapshot } else { snapshot.without_moments() };
        let id = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos() as u64);
        let head = KeptHead { id, is_edit: false, progress, interval, bound: None, moments };
        Self { head, experiment, content: Content::Here(snapshot) }
    }

    /// A state whose tensors are in a file.
    pub fn in_file(head: KeptHead, experiment: Arc<Experiment>, file: KeptFile) -> Self {
        Self { head, experiment, content: Content::File(file) }
    }

    /// Optimiser steps that the run had taken.
    pub fn step(&self) -> u64 {
        self.head.progress.step
    }

    /// The file that the tensors are in, unless they are in memory.
    pub fn file(&self) -> Option<&KeptFile> {
        match &self.content {
            Content::Here(_) => None,
            Content::File(file) => Some(file),
        }
    }

    /// The state itself, from memory or from its file; without kept moments, the optimisers have taken no step.
    ///
    /// # Errors
    /// The file is missing or damaged.
    pub fn state(&self, model: &Model, device: &TrainingDevice) -> Result<State, TrainError> {
        let snapshot = match &self.content {
            Content::Here(snapshot) if self.head.moments.is_some() => snapshot.clone(),
            Content::Here(snapshot) => snapshot.clone().with_new_moments(self.experiment.training.optimiser),
            Content::File(file) => self.read(file, model, device)?,
        };
        Ok(State { snapshot, progress: self.head.progress, interval: self.head.interval.clone() })
    }

    fn read(&self, file: &KeptFile, model: &Model, device: &TrainingDevice) -> Result<Snapshot, TrainError> {
        let bytes = file.read(snapshot_tensors::most_bytes(model, &self.experiment))?;
        let stored = Stored::new(&file.path, &bytes)?;
        let moments = self.head.moments.map(|steps| Moments { stored: &stored, steps });
        snapshot_tensors::read(&stored, moments, (model, &self.experiment), device)
    }

    /// Have the tensors in memory.
    ///
    /// # Errors
    /// Their file is missing or damaged.
    pub fn read_in(&mut self, model: &Model, device: &TrainingDevice) -> Result<(), TrainError> {
        if let Content::File(file) = &self.content {
            let snapshot = self.read(file, model, device)?;
            self.content =
                Content::Here(if self.head.moments.is_some() { snapshot } else { snapshot.without_moments() });
        }
        Ok(())
    }

    /// Write the tensors as a file.
    ///
    /// # Errors
    /// They cannot be read, or the file cannot be written.
    pub fn write(&self, path: &Path, model: &Model) -> Result<Written, TrainError> {
        match &self.content {
            Content::Here(snapshot) => {
                let mut tensors = snapshot_tensors::of_model(model, &self.experiment, snapshot);
                if self.head.moments.is_some() {
                    tensors.extend(snapshot_tensors::of_optimisers(model, &self.experiment, snapshot));
                }
                let bound = self.head.bound.map_or_else(|| "null".into(), |bound| bound.to_string());
                let about = format!("{{\"step\": {}, \"validation_bound\": {bound}}}", self.step());
                stored::write(path, &tensors, Some(about))
            }
            Content::File(file) => {
                let bytes = file.read(snapshot_tensors::most_bytes(model, &self.experiment))?;
                files::write(path, &bytes)?;
                Ok(Written { checksum: file.checksum.clone(), bytes: bytes.len() as u64 })
            }
        }
    }
}

impl KeptFile {
    /// The file's bytes as they were written, at most `most` of them.
    fn read(&self, most: u64) -> Result<Vec<u8>, TrainError> {
        let bytes = files::read(&self.path, most).map_err(|error| {
            TrainError::Checkpoint(format!("cannot read {}, a kept state: {error}", self.path.display()))
        })?;
        match checksum(&bytes) == self.checksum {
            true => Ok(bytes),
            false => Err(damaged(&self.path, "its checksum is not the one that history.json has of it")),
        }
    }
}
