//! Trials of every combination of likelihood, posterior and prior: a short training of each combination that Elbow
//! offers, and the reasons why others are not offered.

use super::{TrainError, Trainer, TrainingDevice};
use crate::data::{DataError, Dataset, Split};
use crate::estimate::Estimate;
use crate::experiment::method::Pixels;
use crate::experiment::{
    Activation, Binarisation, Choice, Data, DeviceChoice, Experiment, ImageShape, Layer, Likelihood, Posterior, Prior,
    Training,
};
use std::sync::Arc;
use std::time::Instant;

/// Latent dimension of the trials; some priors, which are made to be looked at, allow no more.
const LATENT: usize = 2;
/// Number of images on which the bound is measured.
const VALIDATION: usize = 200;
/// Number of images trained on.
const IMAGES: usize = 400;
/// Number of samples of z per image for the bound: under a prior with an edge, a single sample sometimes lies far
/// outside.
const SAMPLES: usize = 20;
/// Number of images measured at once, since a categorical likelihood needs many values per pixel.
const CHUNK: usize = 100;

/// One likelihood, one posterior and one prior.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Combination {
    /// p(x|z).
    pub likelihood: Likelihood,
    /// q(z|x).
    pub posterior: Posterior,
    /// p(z).
    pub prior: Prior,
}

/// The result of a combination's training.
#[derive(Clone, Copy, Debug)]
pub struct Trial {
    /// The bound with β = 1 before training, in nats per image.
    pub before: f64,
    /// The bound with β = 1 after training, on the same images with the same ε, in nats per image.
    pub after: f64,
    /// The improvement of the bound, with its standard error over images, in nats per image.
    pub rise: Estimate,
    /// Duration of the training in seconds.
    pub seconds: f64,
}

impl Trial {
    /// Whether the bound has risen by more than three standard errors.
    pub fn improves(&self) -> bool {
        self.rise.value > 3.0 * self.rise.se
    }
}

impl Combination {
    /// All combinations, offered or not, ordered so that the priors of a posterior come together.
    pub fn all() -> impl Iterator<Item = Self> {
        Likelihood::ALL.iter().flat_map(|&likelihood| {
            Posterior::ALL.iter().flat_map(move |&posterior| {
                Prior::ALL.iter().map(move |&prior| Self { likelihood, posterior, prior }.small())
            })
        })
    }

    /// The combination with small networks in its methods, so that all trials together take a minute or two.
    fn small(mut self) -> Self {
        match &mut self.likelihood {
            Likelihood::Categorical { levels } => *levels = 16,
            Likelihood::MixtureOfLogistics { components } => *components = 2,
            _ => {}
        }
        match &mut self.posterior {
            Posterior::InverseAutoregressiveFlow { hidden, .. } => *hidden = 16,
            Posterior::PlanarFlow { length } | Posterior::RadialFlow { length } => *length = 4,
            Posterior::TwoLayer { upper, hidden, .. } => (*upper, *hidden) = (LATENT, 16),
            _ => {}
        }
        match &mut self.prior {
            Prior::VampPrior { pseudo_inputs } => *pseudo_inputs = 10,
            Prior::RealNvp { hidden, .. } | Prior::TwoLayer { hidden, .. } => *hidden = 16,
            // Codes far beyond a hard edge cost hundreds of nats for a few images, which hides what the rest learn.
            Prior::UniformBall { edge, .. } => *edge = 1.0,
            _ => {}
        }
        self
    }

    /// The experiment of a trial: a small network on a few hundred MNIST digits, binary for the Bernoulli, else grey.
    pub fn experiment(&self) -> Experiment {
        let binarisation = match self.likelihood.kind() {
            Pixels::Binary | Pixels::Counts => Binarisation::Fixed,
            Pixels::Real | Pixels::Unit | Pixels::Levels | Pixels::Columns => Binarisation::None,
        };
        let mut experiment = Experiment {
            name: "combination".into(),
            data: Data { binarisation, validation: VALIDATION, limit: Some(IMAGES + VALIDATION), ..Data::default() },
            encoder: vec![Layer::dense(16, Activation::Tanh)],
            training: Training { learning_rate: 3e-3, batch: 20, shards: 1, ..Training::default() },
            device: DeviceChoice::Cpu,
            ..Experiment::default()
        };
        experiment.decoder.likelihood = self.likelihood;
        experiment.latent.dimension = LATENT;
        experiment.latent.posterior = self.posterior;
        experiment.latent.prior = self.prior;
        experiment
    }

    /// Why the combination is not offered: the first method that does not fit those chosen before it, and the reason.
    /// `None` if the combination is offered.
    pub fn refusal(&self) -> Option<(&'static str, String)> {
        let experiment = self.experiment();
        self.refusal_in(&experiment, experiment.image_shape_hint())
    }

    fn refusal_in(&self, experiment: &Experiment, image: Option<ImageShape>) -> Option<(&'static str, String)> {
        let Self { likelihood, posterior, prior } = self;
        let of_likelihood = likelihood.why_not(experiment, image).map(|reason| (likelihood.name(), reason));
        let of_posterior = || posterior.why_not(experiment, image).map(|reason| (posterior.name(), reason));
        let of_prior = || prior.why_not(experiment, image).map(|reason| (prior.name(), reason));
        of_likelihood.or_else(of_posterior).or_else(of_prior)
    }

    /// Further reasons why a combination that is offered here is not offered for colour images, or in one or three
    /// latent dimensions.
    pub fn refusals_elsewhere(&self) -> Vec<(&'static str, &'static str, String)> {
        let experiment = self.experiment();
        let grey = experiment.image_shape_hint();
        if self.refusal_in(&experiment, grey).is_some() {
            return Vec::new();
        }
        let colour = grey.map(|grey| ImageShape { channels: 3, ..grey });
        let settings = [("in colour", LATENT, colour), ("in one dimension", 1, grey), ("in three dimensions", 3, grey)];
        let refused = settings.into_iter().filter_map(|(setting, dimension, image)| {
            let mut experiment = experiment.clone();
            experiment.latent.dimension = dimension;
            self.refusal_in(&experiment, image).map(|(method, reason)| (setting, method, reason))
        });
        refused.collect()
    }
}

/// The images for the trials, read once.
pub struct Trials {
    binary: Arc<Dataset>,
    grey: Arc<Dataset>,
}

impl Trials {
    /// # Errors
    /// Only in a damaged build, since the images are built in.
    pub fn new() -> Result<Self, DataError> {
        let load = |binarisation| {
            let first =
                Combination { likelihood: Likelihood::ALL[0], posterior: Posterior::ALL[0], prior: Prior::ALL[0] };
            let experiment = first.experiment();
            Dataset::load(&Data { binarisation, ..experiment.data }, experiment.seed, &mut |_| {}).map(Arc::new)
        };
        Ok(Self { binary: load(Binarisation::Fixed)?, grey: load(Binarisation::None)? })
    }

    /// Train one combination for `steps` steps on the CPU.
    ///
    /// # Errors
    /// The combination is not offered, or a bound or gradient is not finite.
    pub fn run(&self, combination: Combination, steps: u64) -> Result<Trial, TrainError> {
        let start = Instant::now();
        let experiment = combination.experiment();
        let errors: Vec<_> =
            experiment.problems(experiment.image_shape_hint()).into_iter().filter(|p| p.is_error()).collect();
        if !errors.is_empty() {
            return Err(TrainError::Experiment(errors));
        }
        let dataset = if experiment.data.binarisation == Binarisation::None { &self.grey } else { &self.binary };
        let device = TrainingDevice::open(experiment.device)?;
        let mut trainer = Trainer::new(experiment, dataset.clone(), device)?;
        let images: Vec<usize> = (0..trainer.dataset().len(Split::Validation)).collect();
        let bounds = |trainer: &Trainer| -> Result<Vec<f64>, TrainError> {
            let chunks = images.chunks(CHUNK).map(|images| trainer.bounds_of(Split::Validation, images, SAMPLES));
            Ok(chunks.collect::<Result<Vec<_>, _>>()?.concat())
        };
        let before = bounds(&trainer)?;
        for _ in 0..steps {
            trainer.step()?;
        }
        let after = bounds(&trainer)?;
        let rises: Vec<f64> = after.iter().zip(&before).map(|(after, before)| after - before).collect();
        let mean = |bounds: &[f64]| Estimate::mean(bounds).value;
        let trial = Trial {
            before: mean(&before),
            after: mean(&after),
            rise: Estimate::mean(&rises),
            seconds: start.elapsed().as_secs_f64(),
        };
        if trial.before.is_finite() && trial.after.is_finite() {
            Ok(trial)
        } else {
            Err(TrainError::NonFinite(format!("the bound was {} nats, then {}", trial.before, trial.after)))
        }
    }
}
