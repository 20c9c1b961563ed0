//! The latent variable, and the bound that is optimised.

use super::method::{KlTermKind, PenaltyKind};
use super::{BetaSchedule, Bound, Estimator, KlTerm, Penalty, Posterior, Prior};
use serde::{Deserialize, Serialize};

/// The latent variable z.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Latent {
    /// Dimension of z, 1–512; where there are two layers, of h₁, which the decoder reads.
    #[serde(default = "two")]
    pub dimension: usize,
    /// The family of q(z|x).
    #[serde(default)]
    pub posterior: Posterior,
    /// p(z).
    #[serde(default)]
    pub prior: Prior,
}

impl Latent {
    /// Dimensions of h₂, the layer above; 0 where there is one layer.
    pub fn upper(&self) -> usize {
        match self.posterior {
            Posterior::TwoLayer { upper, .. } => upper,
            _ => 0,
        }
    }

    /// Dimensions of z, all layers together.
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

/// The bound that is maximised.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Objective {
    /// What is maximised.
    #[serde(default)]
    pub bound: Bound,
    /// How its gradient is estimated.
    #[serde(default)]
    pub estimator: Estimator,
    /// Monte Carlo samples K of z per image, 1–5,000.
    #[serde(default = "one")]
    pub samples: usize,
    /// The weight of the KL term.
    #[serde(default)]
    pub beta: BetaSchedule,
    /// How the KL term is worked out.
    #[serde(default)]
    pub kl: Kl,
    /// What stands for the KL term.
    #[serde(default)]
    pub kl_term: KlTerm,
    /// What is taken off besides.
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
    /// Whether an image's share depends on the others of its batch, so that a batch is computed in one piece.
    pub fn looks_across_images(&self) -> bool {
        self.penalty.kind() != PenaltyKind::Nothing || self.kl_term.kind() == KlTermKind::Batch
    }
}

fn one() -> usize {
    1
}

/// How KL[q(z|x) ‖ p(z)] is worked out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kl {
    /// In closed form where posterior and prior have one, else by Monte Carlo.
    #[default]
    Analytic,
    /// As the mean of log q(z|x) − log p(z) over the K samples, whatever is known: an unbiased estimate with noise of
    /// its own.
    MonteCarlo,
}
