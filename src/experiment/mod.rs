//! Experiments as plain data. One type, [`Experiment`], is a preset, the head of a checkpoint and the metadata of a
//! PNG.
//! This room holds no tensors and no data sets.

#[cfg(test)]
pub mod arbitrary;
mod architecture;
mod data;
mod dimensions;
mod error;
mod file;
mod flat;
mod history;
mod layer_output;
mod layer_problems;
pub mod limits;
mod memory;
pub mod method;
mod mirror;
mod objective;
mod operator;
mod plan;
mod planned_layer;
mod presets;
mod problem;
mod set;
mod shards;
pub mod study;
mod training;
mod validate;
mod validate_objective;
mod walk;

pub use architecture::{Activation, Decoder, DecoderLayers, Follow, Layer, Norm};
pub use data::{Augmentation, Binarisation, Data};
pub use dimensions::{FeatureShape, ImageShape};
pub use error::ExperimentError;
pub(crate) use file::nearest::did_you_mean;
pub use flat::FlatField;
pub use history::{HistoryEstimate, history_estimate};
pub use memory::{MemoryEstimate, human_bytes, images_at_once, memory_estimate};
pub use method::{
    Axes, BetaSchedule, Bound, Choice, Estimator, Header, Initialisation, KlTerm, Length, Levels, Likelihood, MaskOnes,
    Missing, Optimiser, Penalty, Posterior, Prior, Scaling, Schedule, Source, ToySet, Unreadable,
};
pub use objective::{Kl, Latent, Objective};
pub use operator::Operator;
pub use plan::Plan;
pub use planned_layer::PlannedLayer;
pub use presets::{Preset, PresetGroup, load_named_or_file, preset, preset_named, presets};
pub use problem::{Problem, Severity};
pub use shards::cores;
pub use training::{DeviceChoice, Extension, Training};

use serde::{Deserialize, Serialize};

/// The version of the experiment's file format that this build writes.
pub const VERSION: u32 = 1;

/// The full description of a run: a run is a function of its experiment, seed included.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Experiment {
    /// Version of the file format; [`VERSION`] when written by this build.
    pub version: u32,
    /// A short name, used for the preset, the window's title and the run folder.
    #[serde(default)]
    pub name: String,
    /// Notes for the reader: the purpose of the experiment, in a few sentences.
    #[serde(default)]
    pub notes: String,
    /// Seed of every random number in the run.
    #[serde(default)]
    pub seed: u64,
    /// Source of the images and their preparation.
    #[serde(default)]
    pub data: Data,
    /// The encoder: the layers of q(z|x) before the affine heads that give the posterior's parameters.
    #[serde(default)]
    pub encoder: Vec<Layer>,
    /// The decoder: the layers of p(x|z) and its likelihood.
    #[serde(default)]
    pub decoder: Decoder,
    /// The latent variable: dimension, posterior family, prior.
    #[serde(default)]
    pub latent: Latent,
    /// The objective: the bound, its Monte Carlo samples K and the weight of the KL term.
    #[serde(default)]
    pub objective: Objective,
    /// Optimiser, learning rate schedule, batch size and length of the run.
    #[serde(default)]
    pub training: Training,
    /// The device to train on.
    #[serde(default)]
    pub device: DeviceChoice,
}

impl Default for Experiment {
    fn default() -> Self {
        Self {
            version: VERSION,
            name: "untitled".into(),
            notes: String::new(),
            seed: 0,
            data: Data::default(),
            encoder: vec![Layer::dense(400, Activation::Tanh)],
            decoder: Decoder::default(),
            latent: Latent::default(),
            objective: Objective::default(),
            training: Training::default(),
            device: DeviceChoice::default(),
        }
    }
}
