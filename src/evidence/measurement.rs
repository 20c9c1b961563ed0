//! The measurement of log p(x) of some images by any one method, in slices.

use super::ais::{self, Annealed, AnnealedSampling, Direction};
use super::joint::{Joint, ModelJoint, Outputs};
use super::marginal::{Adaptive, AdaptiveSampling, Importance, ImportanceSampling, LinearGaussian, WeightQuality};
use super::method::Method;
use super::quadrature::{self, Integral, Quadrature};
use crate::estimate::Estimate;
use crate::experiment::{Experiment, Posterior};
use crate::sliced::{Progress, Sliced};
use burn::tensor::{ExecutionError, Transaction};

/// log p(x) of one image, with the further results of its method, in nats.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evidence {
    /// log p(x).
    pub log_px: Estimate,
    /// KL[q(z|x) ‖ p(z|x)], if the method gives it.
    pub posterior_kl: Option<Estimate>,
    /// The effective sample size of the importance weights; 0 for methods without samples.
    pub effective_samples: f64,
    /// How many samples were weighted; 0 where none were drawn.
    pub samples: usize,
    /// k̂, the shape of the weights' tail; `None` where no samples were drawn, where they are too few or all alike.
    pub pareto_k: Option<f64>,
    /// Whether the Pareto shape k̂ says that the standard errors cannot be trusted.
    pub degenerate: bool,
}

impl Evidence {
    /// The result of a method without samples.
    pub fn without_samples(log_px: Estimate, posterior_kl: Option<Estimate>) -> Self {
        Self { log_px, posterior_kl, effective_samples: 0.0, samples: 0, pareto_k: None, degenerate: false }
    }

    /// The result of a method that weights samples.
    fn weighted(log_px: Estimate, posterior_kl: Estimate, weights: WeightQuality) -> Self {
        let WeightQuality { samples, effective_samples, pareto_k } = weights;
        let degenerate = weights.is_degenerate();
        Self { log_px, posterior_kl: Some(posterior_kl), effective_samples, samples, pareto_k, degenerate }
    }

    /// Whether the errors are finite; those of quadrature are not where the lattice would have to be too fine.
    pub fn is_settled(&self) -> bool {
        self.log_px.se.is_finite() && self.posterior_kl.is_none_or(|kl| kl.se.is_finite())
    }
}

/// log p(x) of every image of `joint` (of its values that are known) and, where q(z|x) is a diagonal Gaussian,
/// KL[q(z|x) ‖ p(z|x)], both in closed form; `None` if the model is not linear and Gaussian.
///
/// # Errors
/// The device fails.
pub fn closed_form(
    experiment: &Experiment,
    joint: &ModelJoint,
    outputs: &Outputs,
) -> Result<Option<Vec<Evidence>>, ExecutionError> {
    let Some(linear) = LinearGaussian::of(experiment, joint)? else { return Ok(None) };
    let (images, latent) = (0..joint.images(), joint.latent());
    let (mut means, mut deviations) = (Vec::new(), Vec::new());
    if experiment.latent.posterior == Posterior::DiagonalGaussian {
        let q = joint.approximation(outputs.rows(&images.clone().collect::<Vec<_>>(), &joint.device()));
        let data = Transaction::default().register(q.mean()).register(q.deviation()).try_execute()?;
        [means, deviations] = std::array::from_fn(|i| data[i].iter::<f64>().collect());
    }
    let of_image = |image: usize| {
        let known = joint.image(image).iter().any(|value| value.is_nan());
        let known = known.then(|| linear.of_known(joint.image(image)));
        let (linear, values) = known.as_ref().map_or((&linear, joint.image(image)), |(linear, known)| (linear, known));
        let posterior = linear.posterior(values);
        let own = image * latent..(image + 1) * latent;
        let q = means.get(own.clone()).zip(deviations.get(own));
        let kl = q.map(|(mean, deviation)| linear.kl_of_diagonal(mean, deviation, &posterior));
        Evidence::without_samples(Estimate::exact(posterior.log_px), kl.map(Estimate::exact))
    };
    Ok(Some(images.map(of_image).collect()))
}

impl From<&Integral> for Evidence {
    fn from(integral: &Integral) -> Self {
        let log_px = Estimate { value: integral.log_px, se: integral.log_px_error };
        Self::without_samples(log_px, Some(Estimate { value: integral.kl, se: integral.kl_error }))
    }
}

impl From<&Annealed> for Evidence {
    fn from(annealed: &Annealed) -> Self {
        Self::without_samples(annealed.log_px, None)
    }
}

impl From<&Adaptive> for Evidence {
    fn from(found: &Adaptive) -> Self {
        Self::weighted(found.log_px, found.kl, found.weights)
    }
}

impl From<&Importance> for Evidence {
    fn from(found: &Importance) -> Self {
        Self::weighted(found.log_px, found.kl, found.weights)
    }
}

/// The results of a method, in the order of the images.
#[derive(Clone, Debug, PartialEq)]
pub enum Findings {
    /// Results of quadrature.
    Quadrature(Vec<Integral>),
    /// Results of annealed importance sampling.
    Annealing(Vec<Annealed>),
    /// Results of importance sampling from a proposal adapted to each image.
    Adaptive(Vec<Adaptive>),
    /// Results of importance sampling from q(z|x).
    Importance(Vec<Importance>),
}

impl Findings {
    /// log p(x) and the KL of each image, for any method.
    pub fn evidence(&self) -> Vec<Evidence> {
        match self {
            Self::Quadrature(all) => all.iter().map(Evidence::from).collect(),
            Self::Annealing(all) => all.iter().map(Evidence::from).collect(),
            Self::Adaptive(all) => all.iter().map(Evidence::from).collect(),
            Self::Importance(all) => all.iter().map(Evidence::from).collect(),
        }
    }

    /// Draws from p(z|x) of each image, `draws × latent`; none where the method has none or was asked for none.
    pub fn draws(&self) -> Vec<&[f32]> {
        match self {
            Self::Quadrature(all) => all.iter().map(|found| found.draws.as_slice()).collect(),
            Self::Adaptive(all) => all.iter().map(|found| found.draws.as_slice()).collect(),
            Self::Annealing(_) | Self::Importance(_) => Vec::new(),
        }
    }
}

/// The effort of the methods.
#[derive(Clone, Copy, Debug, Default)]
pub struct Effort {
    /// The tolerance and largest lattice of quadrature.
    pub quadrature: quadrature::Settings,
    /// The chains of annealed importance sampling; their seed is taken from [`seed`](Self::seed).
    pub annealing: ais::Settings,
    /// Number of importance samples per image; for the adaptive method they include the pilot's.
    pub samples: usize,
    /// Seed of all random numbers.
    pub seed: u64,
    /// Draws from p(z|x) of each image, of the methods that have some: quadrature and adaptive importance sampling.
    pub draws: usize,
}

/// A measurement in progress.
pub enum Measurement {
    /// A measurement by quadrature.
    Quadrature(Box<Quadrature>),
    /// A measurement by annealed importance sampling, forwards.
    Annealing(Box<AnnealedSampling>),
    /// A measurement by importance sampling from a proposal adapted to each image.
    Adaptive(Box<AdaptiveSampling>),
    /// A measurement by importance sampling from q(z|x).
    Importance(Box<ImportanceSampling>),
}

impl Measurement {
    /// A measurement of all images of `joint` by `method`, with q(z|x) from `outputs`. `None` for the closed form,
    /// which does not work in slices: see [`closed_form`](super::closed_form).
    ///
    /// # Errors
    /// The device fails.
    pub fn new(
        method: Method,
        joint: &dyn Joint,
        outputs: Outputs,
        effort: &Effort,
    ) -> Result<Option<Self>, ExecutionError> {
        let Effort { samples, seed, draws, .. } = *effort;
        Ok(Some(match method {
            Method::ClosedForm => return Ok(None),
            Method::Quadrature => {
                let settings = quadrature::Settings { draws, ..effort.quadrature };
                Self::Quadrature(Box::new(Quadrature::new(joint, outputs, settings)?))
            }
            Method::Annealing => {
                let settings = ais::Settings { seed, ..effort.annealing };
                Self::Annealing(Box::new(AnnealedSampling::new(joint, outputs, Direction::Forward, settings)))
            }
            Method::Adaptive => {
                Self::Adaptive(Box::new(AdaptiveSampling::new(joint, outputs, samples, seed).drawing(draws)))
            }
            Method::Importance => Self::Importance(Box::new(ImportanceSampling::new(joint, outputs, samples, seed))),
        }))
    }

    /// The method.
    pub fn method(&self) -> Method {
        match self {
            Self::Quadrature(_) => Method::Quadrature,
            Self::Annealing(_) => Method::Annealing,
            Self::Adaptive(_) => Method::Adaptive,
            Self::Importance(_) => Method::Importance,
        }
    }
}

impl Sliced<dyn Joint + '_> for Measurement {
    type Found = Findings;
    type Error = ExecutionError;

    fn slice(&mut self, joint: &(dyn Joint + '_), threads: usize) -> Result<bool, ExecutionError> {
        match self {
            Self::Quadrature(quadrature) => quadrature.slice(joint, threads),
            Self::Annealing(sampling) => sampling.slice(joint, threads),
            Self::Adaptive(sampling) => sampling.slice(joint, threads),
            Self::Importance(sampling) => sampling.slice(joint, threads),
        }
    }

    /// Progress, in the units of the method.
    fn progress(&self) -> Progress {
        let progress = match self {
            Self::Quadrature(quadrature) => quadrature.progress(),
            Self::Annealing(sampling) => sampling.progress(),
            Self::Adaptive(sampling) => sampling.progress(),
            Self::Importance(sampling) => sampling.progress(),
        };
        Progress { what: self.method().name(), ..progress }
    }

    fn finish(self: Box<Self>) -> Findings {
        match *self {
            Self::Quadrature(quadrature) => Findings::Quadrature(quadrature.finish()),
            Self::Annealing(sampling) => Findings::Annealing(sampling.finish()),
            Self::Adaptive(sampling) => Findings::Adaptive(sampling.finish()),
            Self::Importance(sampling) => Findings::Importance(sampling.finish()),
        }
    }
}
