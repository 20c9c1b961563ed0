//! What an evaluation finds. Field names are the contract of `elbow eval --json`.

use crate::data::Split;
use crate::estimate::Estimate;
use crate::evidence::disentanglement::Scores;
use crate::evidence::{Evidence, Method};
use serde::Serialize;

/// Measured on a set of images; nats per image. Errors are those of sampling or of the lattice: the images are always
/// the same, so how they were chosen is no part of them (but of `elbo_se`).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Evaluation {
    /// Which images.
    pub split: Split,
    /// How many.
    pub images: usize,
    /// The bound from one sample an image, with its standard error over images.
    pub elbo: f64,
    /// Standard error of `elbo` over images.
    pub elbo_se: f64,
    /// E_q[log p(x|z)].
    pub reconstruction: f64,
    /// KL[q(z|x) ‖ p(z)].
    pub kl: f64,
    /// log p(x), as `method` says.
    pub log_px: f64,
    /// Error of `log_px` as the method states it.
    pub log_px_se: f64,
    /// Name of the best method that was used.
    pub method: String,
    /// Importance samples an image; 0 where none were drawn.
    pub samples: usize,
    /// Latent dimensions whose posterior mean has variance above 0.01 (Burda et al. 2015).
    pub active_units: usize,
    /// Of h₁ and of h₂, where there are two layers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active_units_by_layer: Option<[usize; 2]>,
    /// KL[q(z|x) ‖ p(z|x)], measured by itself: the gap.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub posterior_kl: Option<Estimate>,
    /// log p(x) − KL[q(z|x) ‖ p(z|x)] − ELBO, the ELBO from the importance samples: 0 within its error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub residual: Option<Estimate>,
    /// log p(x) by every method that was used, the best first.
    pub methods: Vec<Measured>,
    /// Every two of them, on the images that both have measured.
    pub agreement: Vec<Agreement>,
    /// The weights of importance sampling from q(z|x), where it was used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub importance: Option<Weights>,
    /// The weights of adaptive importance sampling, where it was used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adaptive: Option<AdaptiveWeights>,
    /// How annealing went, where it was used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub annealing: Option<Annealing>,
    /// The gap in its parts, where asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gap_split: Option<GapSplit>,
    /// The KL term in its parts, where asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aggregate: Option<AggregateParts>,
    /// How well the dimensions of the code match the known factors of training images, where there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disentanglement: Option<Scores>,
    /// What should not be believed, and why.
    pub warnings: Vec<String>,
}

impl Evaluation {
    /// `21`, or `21 (16 + 5)` where there are two layers.
    pub fn active_units_text(&self) -> String {
        match self.active_units_by_layer {
            Some([lower, upper]) => format!("{} ({lower} + {upper})", self.active_units),
            None => self.active_units.to_string(),
        }
    }
}

/// One method's log p(x).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Measured {
    /// Name of the method.
    pub method: String,
    /// The first so many images.
    pub images: usize,
    /// log p(x).
    pub log_px: f64,
    /// Error of `log_px` as the method states it.
    pub log_px_se: f64,
    /// KL[q(z|x) ‖ p(z|x)], where the method gives it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub posterior_kl: Option<Estimate>,
    /// How long it took.
    pub seconds: f64,
}

/// Two methods on the same images.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Agreement {
    /// Names of the two methods.
    pub methods: [String; 2],
    /// Images that both have measured.
    pub images: usize,
    /// Mean of the first's log p(x) less the second's.
    pub difference: f64,
    /// Standard error of `difference`.
    pub difference_se: f64,
    /// The share of images on which they differ by at most three of their standard errors and 0.01 nat.
    pub images_within: f64,
    /// The mean difference is within three standard errors and 0.05 nat of zero; `None` where the difference or its
    /// error is not known.
    pub agree: Option<bool>,
}

/// How the importance weights look.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Weights {
    /// E_q[log w]: the ELBO from all samples.
    pub elbo: Estimate,
    /// KL[p(z|x) ‖ q(z|x)], with self-normalised weights.
    pub reverse_kl: f64,
    /// (Σ w)²/Σ w² of the samples, the median image's and the worst one's.
    pub effective_samples: f64,
    /// The worst image's effective sample size.
    pub effective_samples_min: f64,
    /// k̂ of the median image and of the worst one; the weights' shape (Vehtari et al. 2024).
    pub pareto_k: Option<f64>,
    /// k̂ of the worst image.
    pub pareto_k_max: Option<f64>,
    /// Above this k̂ an estimate is not to be trusted; so many images are above it.
    pub pareto_k_threshold: f64,
    /// Images whose k̂ is above the threshold.
    pub degenerate_images: usize,
}

/// How the weights of adaptive importance sampling look.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AdaptiveWeights {
    /// Samples an image that count; the others went to the pilot.
    pub counted: usize,
    /// Components beside q and the prior.
    pub components: usize,
    /// (Σ w)²/Σ w², the median image's and the worst one's.
    pub effective_samples: f64,
    /// The worst image's effective sample size.
    pub effective_samples_min: f64,
    /// k̂ of the median image and of the worst one.
    pub pareto_k: Option<f64>,
    /// k̂ of the worst image.
    pub pareto_k_max: Option<f64>,
    /// Above this k̂ an estimate is not to be trusted; so many images are above it.
    pub pareto_k_threshold: f64,
    /// Images whose k̂ is above the threshold.
    pub degenerate_images: usize,
}

/// How the annealed chains ran.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Annealing {
    /// Images measured.
    pub images: usize,
    /// Chains per image.
    pub chains: usize,
    /// Intermediate distributions.
    pub temperatures: usize,
    /// Leapfrog steps per transition.
    pub leapfrog: usize,
    /// Mean acceptance probability.
    pub acceptance: f64,
    /// How many chains count, the median image's.
    pub effective_chains: f64,
    /// Bidirectional Monte Carlo on data simulated from the model, as many images.
    pub simulated: Sandwich,
}

/// log p(x) of simulated data from both sides (Grosse et al. 2015).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Sandwich {
    /// Simulated images.
    pub images: usize,
    /// A lower bound on log p(x), in expectation.
    pub lower: Estimate,
    /// An upper bound on log p(x), in expectation.
    pub upper: Estimate,
}

/// The parts of the gap (Cremer et al. 2018), with q* the best of q's family for each image by itself.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GapSplit {
    /// Images measured.
    pub images: usize,
    /// `L[q]` and `L[q*]`.
    pub elbo: Estimate,
    /// `L[q*]`.
    pub best_elbo: Estimate,
    /// `L[q*]` − `L[q]`.
    pub amortisation_gap: Estimate,
    /// log p(x) − `L[q*]`, with log p(x) by the best method.
    pub approximation_gap: Estimate,
    /// Optimiser steps of the search for q*.
    pub steps: usize,
    /// Whether the search ended by itself.
    pub converged: bool,
}

/// The KL term over all images divided (Hoffman & Johnson 2016; Chen et al. 2018).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AggregateParts {
    /// Images that q(z) is the mixture over.
    pub images: usize,
    /// Draws of z per image.
    pub draws: usize,
    /// KL[q(z|x) ‖ p(z)], the sum of the parts.
    pub kl: Estimate,
    /// Mutual information of image and code.
    pub mutual_information: Estimate,
    /// KL[q(z) ‖ p(z)].
    pub marginal_kl: Estimate,
    /// KL[q(z) ‖ Π q(z_j)], where the prior's dimensions are independent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_correlation: Option<Estimate>,
    /// KL[q(z_j) ‖ p(z_j)] of each dimension, where the prior's are independent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dimension_wise_kl: Option<Vec<Estimate>>,
    /// How it was estimated, in words.
    pub estimator: &'static str,
}

/// Every image by one method.
#[derive(Clone, Debug, Default)]
pub struct PerImage {
    /// What is known of each image.
    pub images: Vec<Evidence>,
    /// How long it took.
    pub seconds: f64,
}

impl PerImage {
    /// The averages.
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

    /// The agreement on these images alone.
    pub fn only(&self, these: &[bool]) -> Self {
        let images = self.images.iter().zip(these).filter(|&(_, &keep)| keep).map(|(&image, _)| image).collect();
        Self { images, ..Self::default() }
    }

    /// Against another method.
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

/// The middle one of some numbers; NaN of none.
pub fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
