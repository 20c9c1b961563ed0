//! The result of an evaluation. Its field names are those of `elbow eval --json`, on which scripts rely.

use crate::data::Split;
use crate::estimate::{Estimate, number_or_null};
use crate::evidence::disentanglement::Scores;
use crate::evidence::{Evidence, Method};
use crate::train::Verdict;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// The result of an evaluation of a set of images, in nats per image. Errors are those of sampling or of the lattice:
/// the images are always the same, so how they were chosen is no part of them, but of `elbo_se` and every `images_se`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Number of optimiser steps that the model had taken.
    #[serde(default)]
    pub step: u64,
    /// The state of the run that was evaluated.
    #[serde(default)]
    pub state: EvaluatedState,
    /// The images' split.
    pub split: Split,
    /// Number of images.
    pub images: usize,
    /// The bound, `reconstruction − kl`: the one ELBO of this evaluation, on all its images.
    #[serde(deserialize_with = "number_or_null")]
    pub elbo: f64,
    /// Standard error of `elbo` over images.
    #[serde(deserialize_with = "number_or_null")]
    pub elbo_se: f64,
    /// The reconstruction term E_q[log p(x|z)].
    #[serde(deserialize_with = "number_or_null")]
    pub reconstruction: f64,
    /// The KL term KL[q(z|x) ‖ p(z)].
    #[serde(deserialize_with = "number_or_null")]
    pub kl: f64,
    /// Samples of z per image from which the bound and its terms were estimated.
    pub bound_samples: usize,
    /// log p(x), measured by `method`.
    #[serde(deserialize_with = "number_or_null")]
    pub log_px: f64,
    /// Standard error of `log_px`, as the method defines it.
    #[serde(deserialize_with = "number_or_null")]
    pub log_px_se: f64,
    /// Name of the best method that was used.
    pub method: String,
    /// Number of importance samples per image; 0 for methods without samples.
    pub samples: usize,
    /// Number of active units: latent dimensions whose posterior mean has a variance over images above 0.01 (Burda et
    /// al. 2015).
    pub active_units: usize,
    /// Active units in h₁ and in h₂, with two layers of latent variables.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active_units_by_layer: Option<[usize; 2]>,
    /// The gap KL[q(z|x) ‖ p(z|x)], measured without using the ELBO.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub posterior_kl: Option<Estimate>,
    /// log p(x) − KL[q(z|x) ‖ p(z|x)] − ELBO: 0 within its error, which is measured over the images, that of quadrature
    /// added; not known (null) of one image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub residual: Option<Estimate>,
    /// log p(x), KL[q(z|x) ‖ p(z|x)], ELBO, E_q[log p(x|z)] and KL[q(z|x) ‖ p(z)], as far as they are known, all of the
    /// same images, with their errors told apart.
    pub identity: Vec<Term>,
    /// log p(x) by every method used, the best first.
    pub methods: Vec<Measured>,
    /// The agreement of every two methods, on the images that both have measured.
    pub agreement: Vec<Agreement>,
    /// The importance weights of samples from q(z|x), if these were drawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub importance: Option<Weights>,
    /// The weights of adaptive importance sampling, if it was used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adaptive: Option<AdaptiveWeights>,
    /// The course of annealed importance sampling, if it was used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub annealing: Option<Annealing>,
    /// The gap in its parts, if asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gap_split: Option<GapSplit>,
    /// The KL term in its parts, if asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aggregate: Option<AggregateParts>,
    /// Disentanglement scores on training images, if their factors are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disentanglement: Option<Scores>,
    /// Warnings about results that should not be trusted, with the reason.
    pub warnings: Vec<String>,
    /// The findings of each image, in order.
    #[serde(skip)]
    pub per_image: Vec<ImageScore>,
}

/// The findings of an evaluation of one image, in nats.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ImageScore {
    /// The ELBO.
    pub elbo: Estimate,
    /// E_q[log p(x|z)].
    pub reconstruction: Estimate,
    /// KL[q(z|x) ‖ p(z)].
    pub kl: Estimate,
    /// Mean over pixels of the squared difference between the image and E[x|z] at the mean of q(z|x).
    pub squared_error: f64,
    /// log p(x) by the best method that has measured all images, the gap KL[q(z|x) ‖ p(z|x)] and how far both can be
    /// trusted.
    pub evidence: Option<(Method, Evidence)>,
    /// The ELBO of the best posterior q* of the family for the image, if it was searched for.
    pub best_elbo: Option<Estimate>,
    /// The likelihood regret: the ELBO of q* minus that of q, both from the same ε (Xiao, Yan & Amit 2020).
    pub regret: Option<Estimate>,
}

/// The state of a run that was evaluated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EvaluatedState {
    /// The run's last state at the time.
    #[default]
    Last,
    /// A state that was kept on the way, such as the best.
    Kept,
}

impl Evaluation {
    /// Whether the terms add up; `None` where that is not known, as of one image.
    pub fn verdict(&self) -> Option<Verdict> {
        Verdict::of(self.residual?, self.elbo)
    }

    /// The active units as text: `21`, or `21 (16 + 5)` with two layers of latent variables.
    pub fn active_units_text(&self) -> String {
        match self.active_units_by_layer {
            Some([lower, upper]) => format!("{} ({lower} + {upper})", self.active_units),
            None => self.active_units.to_string(),
        }
    }
}

/// A term of the identity with both of its errors; nats per image.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Term {
    /// The term's name, such as `log p(x)`.
    pub name: Cow<'static, str>,
    /// The mean over images.
    #[serde(deserialize_with = "number_or_null")]
    pub value: f64,
    /// How far off the number may be for these very images: the error of Monte Carlo or of a lattice; 0 where it is
    /// exact, not known (null) of a single sample.
    #[serde(deserialize_with = "number_or_null")]
    pub measurement_se: f64,
    /// How far another choice of as many images may be off: the standard error over images; null of one.
    #[serde(deserialize_with = "number_or_null")]
    pub images_se: f64,
}

impl Term {
    /// The term of an estimate, given its value for each image.
    pub fn new(name: &'static str, estimate: Estimate, images: &[f64]) -> Self {
        let Estimate { value, se: measurement_se } = estimate;
        Self { name: Cow::Borrowed(name), value, measurement_se, images_se: Estimate::mean(images).se }
    }
}

/// log p(x) by one method.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// The method's name.
    pub method: String,
    /// Number of images measured, from the first.
    pub images: usize,
    /// log p(x).
    #[serde(deserialize_with = "number_or_null")]
    pub log_px: f64,
    /// Standard error of `log_px`, as the method defines it.
    #[serde(deserialize_with = "number_or_null")]
    pub log_px_se: f64,
    /// KL[q(z|x) ‖ p(z|x)], if the method gives it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub posterior_kl: Option<Estimate>,
    /// Duration in seconds.
    #[serde(deserialize_with = "number_or_null")]
    pub seconds: f64,
}

/// The agreement of two methods on the same images.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Agreement {
    /// The methods' names.
    pub methods: [String; 2],
    /// Number of images that both have measured.
    pub images: usize,
    /// Mean of the first method's log p(x) minus the second's, in nats per image.
    #[serde(deserialize_with = "number_or_null")]
    pub difference: f64,
    /// Standard error of `difference`.
    #[serde(deserialize_with = "number_or_null")]
    pub difference_se: f64,
    /// The share of images on which the methods differ by at most three standard errors of the difference plus 0.01
    /// nat.
    #[serde(deserialize_with = "number_or_null")]
    pub images_within: f64,
    /// Whether the mean difference is within three standard errors plus 0.05 nat of zero; `None` if the difference or
    /// its error is not known.
    pub agree: Option<bool>,
}

/// Diagnostics of the importance weights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Weights {
    /// The ELBO E_q[log w], from all samples.
    pub elbo: Estimate,
    /// KL[p(z|x) ‖ q(z|x)], with self-normalised weights.
    #[serde(deserialize_with = "number_or_null")]
    pub reverse_kl: f64,
    /// The effective sample size (Σ w)²/Σ w² of the median image.
    #[serde(deserialize_with = "number_or_null")]
    pub effective_samples: f64,
    /// The effective sample size of the worst image.
    #[serde(deserialize_with = "number_or_null")]
    pub effective_samples_min: f64,
    /// The Pareto shape k̂ of the weights of the median image (Vehtari et al. 2024).
    pub pareto_k: Option<f64>,
    /// The Pareto shape k̂ of the worst image.
    pub pareto_k_max: Option<f64>,
    /// The k̂ above which an estimate must not be trusted.
    #[serde(deserialize_with = "number_or_null")]
    pub pareto_k_threshold: f64,
    /// Number of images whose k̂ is above the threshold.
    pub degenerate_images: usize,
}

/// Diagnostics of the weights of adaptive importance sampling.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AdaptiveWeights {
    /// Number of final samples per image; the other samples went to the pilot.
    pub counted: usize,
    /// Number of the mixture's components beside q and the prior.
    pub components: usize,
    /// The effective sample size (Σ w)²/Σ w² of the median image.
    #[serde(deserialize_with = "number_or_null")]
    pub effective_samples: f64,
    /// The effective sample size of the worst image.
    #[serde(deserialize_with = "number_or_null")]
    pub effective_samples_min: f64,
    /// The Pareto shape k̂ of the weights of the median image.
    pub pareto_k: Option<f64>,
    /// The Pareto shape k̂ of the worst image.
    pub pareto_k_max: Option<f64>,
    /// The k̂ above which an estimate must not be trusted.
    #[serde(deserialize_with = "number_or_null")]
    pub pareto_k_threshold: f64,
    /// Number of images whose k̂ is above the threshold.
    pub degenerate_images: usize,
}

/// The course of annealed importance sampling.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Annealing {
    /// Number of images measured.
    pub images: usize,
    /// Number of chains per image.
    pub chains: usize,
    /// Number of intermediate distributions.
    pub temperatures: usize,
    /// Number of leapfrog steps per transition.
    pub leapfrog: usize,
    /// Mean acceptance probability of the transitions.
    #[serde(deserialize_with = "number_or_null")]
    pub acceptance: f64,
    /// Effective number of chains of the median image.
    #[serde(deserialize_with = "number_or_null")]
    pub effective_chains: f64,
    /// Bidirectional Monte Carlo on as many images simulated from the model.
    pub simulated: Sandwich,
}

/// Lower and upper bound on log p(x) of simulated images, in nats per image (Grosse et al. 2015).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sandwich {
    /// Number of simulated images.
    pub images: usize,
    /// A stochastic lower bound on log p(x).
    pub lower: Estimate,
    /// A stochastic upper bound on log p(x).
    pub upper: Estimate,
}

/// The parts of the gap (Cremer et al. 2018), where q* is the best member of q's family for each image separately.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GapSplit {
    /// Number of images measured.
    pub images: usize,
    /// The ELBO `L[q]` of the encoder's posterior.
    pub elbo: Estimate,
    /// The ELBO `L[q*]` of the best posterior.
    pub best_elbo: Estimate,
    /// The amortisation gap `L[q*]` − `L[q]`.
    pub amortisation_gap: Estimate,
    /// The approximation gap log p(x) − `L[q*]`, with log p(x) by the best method.
    pub approximation_gap: Estimate,
    /// Number of optimiser steps in the search for q*.
    pub steps: usize,
    /// Whether the search converged before its largest number of steps.
    pub converged: bool,
}

/// The parts of the KL term over all images, in nats per image (Hoffman & Johnson 2016; Chen et al. 2018).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AggregateParts {
    /// Number of images whose posteriors q(z) is the mixture of.
    pub images: usize,
    /// Number of draws of z per image.
    pub draws: usize,
    /// The KL term KL[q(z|x) ‖ p(z)], which is the sum of the parts.
    pub kl: Estimate,
    /// The mutual information of image and code.
    pub mutual_information: Estimate,
    /// The marginal KL[q(z) ‖ p(z)].
    pub marginal_kl: Estimate,
    /// The total correlation KL[q(z) ‖ Π q(z_j)]; `None` where the marginals of q(z|x) have no closed form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_correlation: Option<Estimate>,
    /// The dimension-wise KL[q(z_j) ‖ p(z_j)]; `None` where the marginals of q(z|x) have no closed form or the prior
    /// does not factorise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dimension_wise_kl: Option<Vec<Estimate>>,
    /// How the parts were estimated, in words.
    pub estimator: Cow<'static, str>,
}

/// The result of one method for every image.
#[derive(Clone, Debug, Default)]
pub struct PerImage {
    /// log p(x) and further results for each image.
    pub images: Vec<Evidence>,
    /// Duration in seconds.
    pub seconds: f64,
}

impl PerImage {
    /// The averages over images.
    pub fn measured(&self, method: Method) -> Measured {
        let log_px = method.average(&self.images.iter().map(|image| image.log_px).collect::<Vec<_>>());
        let posterior_kl: Vec<Estimate> = self.images.iter().filter_map(|image| image.posterior_kl).collect();
        Measured {
            method: method.name().into(),
            images: self.images.len(),
            log_px: log_px.value,
            log_px_se: log_px.se,
            posterior_kl: (!posterior_kl.is_empty()).then(|| method.average(&posterior_kl)),
            seconds: self.seconds,
        }
    }

    /// The results of the images that `these` selects.
    pub fn only(&self, these: &[bool]) -> Self {
        let images = self.images.iter().zip(these).filter(|&(_, &keep)| keep).map(|(&image, _)| image).collect();
        Self { images, ..Self::default() }
    }

    /// The agreement with the results of another method.
    pub fn agreement(&self, other: &Self, methods: [Method; 2]) -> Agreement {
        let pairs = self.images.iter().zip(&other.images).map(|(a, b)| (a.log_px, b.log_px));
        let differences: Vec<Estimate> =
            pairs.map(|(a, b)| Estimate { value: a.value - b.value, se: a.se.hypot(b.se) }).collect();
        let mean = Estimate::average(differences.iter().copied());
        let within = differences.iter().filter(|d| d.value.abs() <= 3.0 * d.se + 0.01).count();
        Agreement {
            methods: methods.map(|method| method.name().into()),
            images: differences.len(),
            difference: mean.value,
            difference_se: mean.se,
            images_within: within as f64 / differences.len().max(1) as f64,
            agree: (mean.value.is_finite() && !mean.se.is_nan()).then(|| mean.value.abs() <= 3.0 * mean.se + 0.05),
        }
    }
}

/// The median of some numbers; NaN if there are none.
pub fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
