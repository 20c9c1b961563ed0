//! How the bound is optimised, for how long, and where.

use super::{Initialisation, Length, Optimiser, Schedule};
use serde::{Deserialize, Serialize};

/// Optimiser, schedule, batches and length.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Training {
    /// How parameters follow gradients.
    #[serde(default)]
    pub optimiser: Optimiser,
    /// Step size of the optimiser, before the schedule.
    #[serde(default = "default_rate")]
    pub learning_rate: f64,
    /// Factor on the learning rate over the run.
    #[serde(default)]
    pub schedule: Schedule,
    /// Largest global gradient norm; larger gradients are scaled down to it.
    #[serde(default)]
    pub clip: Option<f64>,
    /// Images per step.
    #[serde(default = "default_batch")]
    pub batch: usize,
    /// When the run is over.
    #[serde(default)]
    pub length: Length,
    /// Distribution of the initial weights.
    #[serde(default)]
    pub initialisation: Initialisation,
    /// Parts of a batch computed side by side on the CPU. Part of the experiment, so that a run is the same on
    /// every machine whatever its core count. What looks across images in training, batch norm's moments and the σ² of
    /// `GaussianOptimal`, looks at a shard, so that the number of shards is part of the objective too.
    #[serde(default = "default_shards")]
    pub shards: usize,
}

impl Default for Training {
    fn default() -> Self {
        Self {
            optimiser: Optimiser::default(),
            learning_rate: default_rate(),
            schedule: Schedule::default(),
            clip: None,
            batch: default_batch(),
            length: Length::default(),
            initialisation: Initialisation::default(),
            shards: default_shards(),
        }
    }
}

fn default_rate() -> f64 {
    1e-3
}

fn default_batch() -> usize {
    128
}

fn default_shards() -> usize {
    2
}

/// Where to train.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum DeviceChoice {
    /// A real GPU through wgpu if there is one, else the CPU.
    #[default]
    Auto,
    /// burn's flex backend.
    Cpu,
    /// wgpu, a software adapter included.
    Wgpu,
}
