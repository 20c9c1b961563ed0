//! The latent variable, and the bound that is optimised.

use super::method::{KlTermKind, PenaltyKind};
use super::{BetaSchedule, Bound, Estimator, KlTerm, Penalty, Posterior, Prior};
use serde::{Deserialize, Serialize};

/// The latent variable z.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Latent {
    /// Dimension of z, 1–512; with two layers of latent variables, of h₁, which the decoder reads.
    #[serde(default = "two")]
    pub dimension: usize,
    /// The family of the approximate posterior q(z|x).
    #[serde(default)]
    pub posterior: Posterior,
    /// The prior p(z).
    #[serde(default)]
    pub prior: Prior,
}

impl Latent {
    /// Dimension of h₂, the upper layer of latent variables; 0 with one layer.
    pub fn upper(&self) -> usize {
        match self.posterior {
            Posterior::TwoLayer { upper, .. } => upper,
            _ => 0,
        }
    }

    /// Dimension of z, all layers of latent variables together.
    pub fn total(&self) -> usize {
        self.dimension.saturating_add(self.upper())
    }
}

impl Default for Latent {
    fn default() -> Self {
        Self { dimension: 2, posterior: Posterior::default(), prior: Prior::default() }
    }
}

fn two() -> usize {
    2
}

/// The objective: the bound that is maximised, and how it is estimated.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Objective {
    /// The bound that is maximised.
    #[serde(default)]
    pub bound: Bound,
    /// The estimator of the bound's gradient.
    #[serde(default)]
    pub estimator: Estimator,
    /// Monte Carlo samples K of z per image, 1–5,000.
    #[serde(default = "one")]
    pub samples: usize,
    /// The weight β of the KL term over the run.
    #[serde(default)]
    pub beta: BetaSchedule,
    /// How the KL is computed: in closed form or from samples.
    #[serde(default)]
    pub kl: Kl,
    /// The form of the KL term in the ELBO.
    #[serde(default)]
    pub kl_term: KlTerm,
    /// A penalty that is subtracted from the ELBO.
    #[serde(default)]
    pub penalty: Penalty,
}

impl Default for Objective {
    fn default() -> Self {
        Self {
            bound: Bound::default(),
            estimator: Estimator::default(),
            samples: 1,
            beta: BetaSchedule::default(),
            kl: Kl::default(),
            kl_term: KlTerm::default(),
            penalty: Penalty::default(),
        }
    }
}

impl Objective {
    /// Whether the objective compares the images of a batch with each other, so that the batch must be computed in one
    /// piece.
    pub fn looks_across_images(&self) -> bool {
        self.penalty.kind() != PenaltyKind::Nothing || self.kl_term.kind() == KlTermKind::Batch
    }
}

fn one() -> usize {
    1
}

/// How KL[q(z|x) ‖ p(z)] is computed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kl {
    /// In closed form where posterior and prior have one, else as the mean over the samples.
    #[default]
    Analytic,
    /// Always as the mean of log q(z|x) − log p(z) over the K samples: unbiased, but with sampling noise.
    MonteCarlo,
}
