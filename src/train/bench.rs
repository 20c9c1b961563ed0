//! The throughput of training on standard set-ups, measured on whole steps as a user gets them, batches and reports
//! included.

use super::{TrainError, Trainer, TrainingDevice, launches};
use crate::data::{Dataset, Split};
use crate::evidence::ModelJoint;
use crate::evidence::marginal::importance;
use crate::experiment::{Activation, DeviceChoice, Experiment, Layer, Length};
use crate::kernels::product_speed;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A standard set-up for the benchmark.
#[derive(Clone, Copy, Debug)]
pub struct Setup {
    /// The set-up's name in `elbow bench`.
    pub name: &'static str,
    /// Hidden units of a dense encoder; empty for the convolutional encoder.
    hidden: &'static [usize],
    latent: usize,
    batch: usize,
    samples: usize,
    /// Whether log p(x) is estimated instead of taking training steps.
    marginal: bool,
}

/// All set-ups, in the order of the table in the guide's page on speed.
pub const SETUPS: [Setup; 6] = [
    Setup { name: "mlp-128", hidden: &[400], latent: 20, batch: 128, samples: 1, marginal: false },
    Setup { name: "burda-20", hidden: &[200, 200], latent: 50, batch: 20, samples: 1, marginal: false },
    Setup { name: "burda-100", hidden: &[200, 200], latent: 50, batch: 100, samples: 1, marginal: false },
    Setup { name: "burda-20-k50", hidden: &[200, 200], latent: 50, batch: 20, samples: 50, marginal: false },
    Setup { name: "conv-128", hidden: &[], latent: 16, batch: 128, samples: 1, marginal: false },
    Setup { name: "eval-5000", hidden: &[200, 200], latent: 50, batch: 20, samples: 5_000, marginal: true },
];

/// The throughput of one set-up.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Throughput {
    /// The implementation: "elbow-cpu" or "elbow-wgpu".
    #[serde(rename = "impl")]
    pub implementation: String,
    /// Name of the set-up.
    pub setup: String,
    /// Shards of a minibatch, where other than an experiment's own were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shards: Option<usize>,
    /// Processes that were measured at the same time; absent of one by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jobs: Option<usize>,
    /// Images per second, of all processes together.
    pub images_per_s: f64,
    /// Milliseconds per training step; absent where no steps are taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ms_per_step: Option<f64>,
    /// Seconds until the first step was finished; absent where no steps are taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_step_s: Option<f64>,
    /// Number of kernels that a step launches on a GPU, reports included; absent on the CPU.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub launches_per_step: Option<f64>,
    /// Number of launches per step, by kernel; absent on the CPU.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kernels: Option<BTreeMap<String, f64>>,
}

/// The speed of matrix products on this machine, as a yardstick for the throughputs.
#[derive(Clone, Debug, Serialize)]
pub struct Peak {
    /// The implementation: "elbow-cpu".
    #[serde(rename = "impl")]
    pub implementation: &'static str,
    /// The name [`PEAK`].
    pub setup: &'static str,
    /// Billions of additions and multiplications per second.
    pub gflop_per_s: f64,
}

/// The name by which `elbow bench` asks for [`peak`].
pub const PEAK: &str = "gemm-peak";

/// Measure matrix products on the CPU for about `duration`, on as many threads as a step has shards by default.
pub fn peak(duration: Duration) -> Peak {
    let threads = Experiment::default().training.shards;
    Peak { implementation: "elbow-cpu", setup: PEAK, gflop_per_s: product_speed(threads, duration) / 1e9 }
}

impl Setup {
    /// Whether the set-up takes training steps, rather than estimating log p(x).
    pub fn trains(&self) -> bool {
        !self.marginal
    }

    /// The set-up as a measurement on a device.
    pub fn measurement(&self, device: DeviceChoice) -> Measurement {
        let marginal = self.marginal.then_some((self.batch, self.samples));
        Measurement { name: self.name.into(), experiment: self.experiment(device), marginal }
    }

    /// The set-up's experiment: dynamically binarised MNIST, trained by Adam.
    pub fn experiment(&self, device: DeviceChoice) -> Experiment {
        let mut experiment = Experiment { name: self.name.into(), device, ..Experiment::default() };
        experiment.encoder = match self.hidden {
            [] => vec![
                Layer::conv(32, 4, 2, 1, Activation::Relu),
                Layer::conv(64, 4, 2, 1, Activation::Relu),
                Layer::dense(128, Activation::Relu),
            ],
            hidden => hidden.iter().map(|&units| Layer::dense(units, Activation::Tanh)).collect(),
        };
        experiment.latent.dimension = self.latent;
        experiment.objective.samples = if self.marginal { 1 } else { self.samples };
        experiment.training.batch = self.batch;
        experiment.training.length = Length::Epochs(1e6);
        // Next to no validation: the peers do none.
        experiment.data.validation = 1;
        experiment
    }
}

/// An experiment whose speed is measured, with its name.
pub struct Measurement {
    name: String,
    /// The experiment whose steps are timed, with its device.
    pub experiment: Experiment,
    /// Number of images and of samples, where log p(x) is estimated instead.
    marginal: Option<(usize, usize)>,
}

impl Measurement {
    /// The training steps of an experiment, which go on until they are measured.
    pub fn of_steps(name: &str, mut experiment: Experiment) -> Self {
        experiment.training.length = Length::Epochs(1e6);
        Self { name: name.into(), experiment, marginal: None }
    }
}

/// Number of steps before the measurement begins.
const WARM_UP: u32 = 20;

/// Measure for about `duration`, after a warm-up; a minibatch is divided into `shards`, or else into as many as the
/// experiment has by itself.
///
/// # Errors
/// The data cannot be read, the device cannot be opened, or it fails.
pub fn run(measurement: Measurement, duration: Duration, shards: Option<usize>) -> Result<Throughput, TrainError> {
    let Measurement { name, mut experiment, marginal } = measurement;
    experiment.training.shards = shards.unwrap_or(experiment.training.shards);
    let device = TrainingDevice::open(experiment.device)?;
    let dataset = Arc::new(Dataset::load(&experiment.data, experiment.seed, &mut |_| {})?);
    let (implementation, launches_kernels) = (device.implementation().to_string(), device.launches_kernels());
    let start = Instant::now();
    let mut trainer = Trainer::new(experiment, dataset, device)?;
    let named = |images_per_s: f64| Throughput {
        implementation,
        setup: name,
        shards,
        jobs: None,
        images_per_s,
        ms_per_step: None,
        first_step_s: None,
        launches_per_step: None,
        kernels: None,
    };
    if let Some((images, samples)) = marginal {
        estimate(&trainer, images, samples)?;
        let (start, mut count) = (Instant::now(), 0);
        while start.elapsed() < duration {
            count += estimate(&trainer, images, samples)?;
        }
        return Ok(named(count as f64 / start.elapsed().as_secs_f64()));
    }
    trainer.step()?;
    let first = start.elapsed().as_secs_f64();
    let (warm, launched) = launches::count(|| (0..WARM_UP).try_for_each(|_| trainer.step().map(drop)));
    warm?;
    let (start, before) = (Instant::now(), *trainer.progress());
    while start.elapsed() < duration {
        for _ in 0..10 {
            trainer.step()?;
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    let (images, steps) = (trainer.progress().images - before.images, trainer.progress().step - before.step);
    let per_step = |launches: u64| launches as f64 / f64::from(WARM_UP);
    Ok(Throughput {
        ms_per_step: Some(seconds * 1e3 / steps as f64),
        first_step_s: Some(first),
        launches_per_step: launches_kernels.then(|| per_step(launched.values().sum())),
        kernels: launches_kernels
            .then(|| launched.iter().map(|(kernel, &count)| (kernel.clone(), per_step(count))).collect()),
        ..named(images as f64 / seconds)
    })
}

/// Estimate log p(x) of some test images as `elbow eval --method importance` does; returns the number of
/// images.
fn estimate(trainer: &Trainer, images: usize, samples: usize) -> Result<usize, TrainError> {
    let images = trainer.dataset().gather(Split::Test, &(0..images).collect::<Vec<_>>());
    let (snapshot, experiment) = (trainer.snapshot(), trainer.experiment());
    let threads = trainer.shards();
    let joint = ModelJoint::new(trainer.model(), &snapshot.parameters, &snapshot.state, &images);
    let found = importance(&joint, joint.outputs()?, samples, experiment.seed, threads)?;
    // Used, so that nothing can be left out.
    let finite = found.iter().all(|image| image.log_px.value.is_finite());
    if finite { Ok(found.len()) } else { Err(TrainError::NonFinite("log p(x) is not finite".into())) }
}
