//! The throughput of training on standard set-ups, measured on whole steps as a user gets them, batches and reports
//! included.

use super::{TrainError, Trainer, TrainingDevice, launches};
use crate::data::{Dataset, Split};
use crate::evidence::gap::{self, Search};
use crate::evidence::{Effort, Measurement as Evidence, Method, ModelJoint, ais};
use crate::experiment::{Activation, DeviceChoice, Experiment, Layer, Length};
use crate::kernels::product_speed;
use crate::sliced::Sliced;
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
    work: Work,
}

/// The work whose speed is measured.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Work {
    /// Training steps.
    Steps,
    /// log p(x) of a batch of test images, with as many samples an image as the set-up has.
    Evidence(Method),
    /// The search for the best q(z|x) of each of a batch of test images, by [`GAP_STEPS`] steps.
    Gap,
}

/// The annealed chains of `eval-ais`: as many as `elbow eval` has by default, at a tenth of its temperatures.
const ANNEALING: (usize, usize) = (16, 200);

/// Number of steps of `eval-gap`, which has no other end: a search that ends when it no longer rises has no fixed
/// amount of work.
const GAP_STEPS: usize = 200;

/// A dense set-up that is trained.
const fn dense(name: &'static str, hidden: &'static [usize], latent: usize, batch: usize, samples: usize) -> Setup {
    Setup { name, hidden, latent, batch, samples, work: Work::Steps }
}

/// An evaluation of 20 images under the network of the set-ups `burda-…`.
const fn evaluation(name: &'static str, work: Work) -> Setup {
    Setup { name, hidden: &[200, 200], latent: 50, batch: 20, samples: 5_000, work }
}

/// All set-ups, in the order of the table in the guide's page on speed.
pub const SETUPS: [Setup; 9] = [
    dense("mlp-128", &[400], 20, 128, 1),
    dense("burda-20", &[200, 200], 50, 20, 1),
    dense("burda-100", &[200, 200], 50, 100, 1),
    dense("burda-20-k50", &[200, 200], 50, 20, 50),
    dense("conv-128", &[], 16, 128, 1),
    evaluation("eval-5000", Work::Evidence(Method::Importance)),
    evaluation("eval-adaptive", Work::Evidence(Method::Adaptive)),
    evaluation("eval-ais", Work::Evidence(Method::Annealing)),
    evaluation("eval-gap", Work::Gap),
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
    /// Whether the set-up takes training steps, rather than evaluating a model.
    pub fn trains(&self) -> bool {
        self.work == Work::Steps
    }

    /// The set-up as a measurement on a device.
    pub fn measurement(&self, device: DeviceChoice) -> Measurement {
        let Self { name, work, batch, samples, .. } = *self;
        Measurement { name: name.into(), experiment: self.experiment(device), work, images: batch, samples }
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
        experiment.objective.samples = if self.trains() { self.samples } else { 1 };
        experiment.training.batch = self.batch;
        experiment.training.length = Length::Epochs(1e6);
        // Next to no validation, and no history: the peers have none.
        (experiment.data.validation, experiment.training.history) = (1, 0);
        experiment
    }
}

/// An experiment whose speed is measured, with its name.
pub struct Measurement {
    name: String,
    /// The experiment whose steps are timed, with its device.
    pub experiment: Experiment,
    work: Work,
    /// Number of images of an evaluation, and of samples for each.
    images: usize,
    samples: usize,
}

impl Measurement {
    /// The training steps of an experiment, which go on until they are measured.
    pub fn of_steps(name: &str, mut experiment: Experiment) -> Self {
        experiment.training.length = Length::Epochs(1e6);
        Self { name: name.into(), experiment, work: Work::Steps, images: 0, samples: 0 }
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
    let Measurement { name, mut experiment, work, images, samples } = measurement;
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
    if work != Work::Steps {
        evaluate(&trainer, work, images, samples)?;
        let (start, mut count) = (Instant::now(), 0);
        while start.elapsed() < duration {
            count += evaluate(&trainer, work, images, samples)?;
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

/// Evaluate some test images as `elbow eval` does; returns the number of images.
fn evaluate(trainer: &Trainer, work: Work, images: usize, samples: usize) -> Result<usize, TrainError> {
    let images = trainer.dataset().gather(Split::Test, &(0..images).collect::<Vec<_>>());
    let (snapshot, seed, threads) = (trainer.snapshot(), trainer.experiment().seed, trainer.shards());
    let joint = ModelJoint::new(trainer.model(), &snapshot.parameters, &snapshot.state, &images);
    let outputs = joint.outputs()?;
    let found: Vec<f64> = match work {
        Work::Steps => Vec::new(),
        Work::Evidence(method) => {
            let (chains, temperatures) = ANNEALING;
            let annealing = ais::Settings { chains, temperatures, seed, ..ais::Settings::default() };
            let effort = Effort { annealing, samples, seed, ..Effort::default() };
            match Evidence::new(method, &joint, outputs, &effort)? {
                Some(measurement) => {
                    let evidence = measurement.run(&joint, threads)?.evidence();
                    evidence.iter().map(|image| image.log_px.value).collect()
                }
                None => Vec::new(),
            }
        }
        Work::Gap => {
            let settings = gap::Settings { max_steps: GAP_STEPS, decay: 0.0, seed, ..gap::Settings::default() };
            let best = Search::new(&joint, outputs, settings).run(&joint, threads)?;
            best.bounds.iter().map(|image| image.best.value).collect()
        }
    };
    // Used, so that nothing can be left out.
    let finite = found.len() == images.count && found.iter().all(|value| value.is_finite());
    if finite { Ok(found.len()) } else { Err(TrainError::NonFinite("log p(x) is not finite".into())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_evaluation_is_measured() {
        for setup in SETUPS.iter().filter(|setup| !setup.trains()) {
            let small = Setup { hidden: &[6], latent: 2, batch: 3, samples: 600, ..*setup };
            let found = run(small.measurement(DeviceChoice::Cpu), Duration::from_millis(1), None);
            let found = found.expect("the bound of a new model is finite");
            assert!(found.images_per_s > 0.0 && found.ms_per_step.is_none(), "{found:?}");
        }
    }
}
