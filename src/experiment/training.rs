//! How the bound is optimised, for how long, and where.

use serde::{Deserialize, Serialize};

/// Optimiser, schedule, batches and length.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Training {
    #[serde(default)]
    pub optimiser: Optimiser,
    #[serde(default = "default_rate")]
    pub learning_rate: f64,
    #[serde(default)]
    pub schedule: Schedule,
    /// Largest global gradient norm; larger gradients are scaled down to it.
    #[serde(default)]
    pub clip: Option<f64>,
    /// Images per step.
    #[serde(default = "default_batch")]
    pub batch: usize,
    #[serde(default)]
    pub length: Length,
    #[serde(default)]
    pub initialisation: Initialisation,
    /// Parts of a batch computed side by side on the CPU. Part of the experiment, so that a run is the same on
    /// every machine whatever its core count.
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

/// First-order optimisers, each with its parameters. The learning rate is [`Training::learning_rate`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Optimiser {
    /// v ← m·v + g, θ ← θ − η·v.
    Sgd {
        #[serde(default)]
        momentum: f64,
    },
    /// Kingma & Ba 2015, with bias correction.
    Adam {
        #[serde(default = "beta1")]
        beta1: f64,
        #[serde(default = "beta2")]
        beta2: f64,
        #[serde(default = "epsilon")]
        epsilon: f64,
    },
    /// Adam with decoupled weight decay (Loshchilov & Hutter 2019).
    AdamW {
        #[serde(default = "beta1")]
        beta1: f64,
        #[serde(default = "beta2")]
        beta2: f64,
        #[serde(default = "epsilon")]
        epsilon: f64,
        #[serde(default = "decay")]
        weight_decay: f64,
    },
    /// Duchi et al. 2011, as used by Kingma & Welling 2013.
    Adagrad {
        #[serde(default = "epsilon")]
        epsilon: f64,
    },
    /// Tieleman & Hinton 2012.
    RmsProp {
        #[serde(default = "rms_decay")]
        decay: f64,
        #[serde(default = "epsilon")]
        epsilon: f64,
        #[serde(default)]
        momentum: f64,
    },
}

impl Default for Optimiser {
    fn default() -> Self {
        Self::Adam { beta1: beta1(), beta2: beta2(), epsilon: epsilon() }
    }
}

fn beta1() -> f64 {
    0.9
}
fn beta2() -> f64 {
    0.999
}
fn epsilon() -> f64 {
    1e-8
}
fn decay() -> f64 {
    0.01
}
fn rms_decay() -> f64 {
    0.99
}

/// Factor on the learning rate over the run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Schedule {
    #[default]
    Constant,
    /// Half a cosine from 1 to `floor` over the run's length (Loshchilov & Hutter 2017).
    Cosine {
        #[serde(default)]
        floor: f64,
    },
    /// `rate` to the power of the epoch.
    Exponential { rate: f64 },
    /// `factor` every `every` epochs.
    Step { every: f64, factor: f64 },
    /// Burda et al. 2015: 3^i epochs at 10^(−i/7), i = 0…7.
    Burda,
}

/// When a run is over.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Length {
    Epochs(f64),
    Steps(u64),
    /// Until the validation bound (β = 1) has not risen by `min_delta` nats in `patience` epochs, counted after β's
    /// warm-up; at most `max_epochs`.
    UntilConverged {
        patience: usize,
        min_delta: f64,
        max_epochs: f64,
    },
}

impl Default for Length {
    fn default() -> Self {
        Self::Epochs(20.0)
    }
}

/// Initial weights; biases start at 0, and a Bernoulli output bias at the logit of the training mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Initialisation {
    /// He et al. 2015 before ReLU-like activations, Glorot & Bengio 2010 elsewhere.
    #[default]
    Auto,
    /// Uniform on ±√(6/(fan in + fan out)).
    Glorot,
    /// Uniform on ±√(6/fan in).
    He,
    /// N(0, σ²), as Kingma & Welling 2013 (σ = 0.01).
    Normal { sigma: f64 },
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
