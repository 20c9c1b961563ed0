//! The latent variable, and the bound that is optimised.

use super::method::{KlTermKind, PenaltyKind};
use super::{Bound, Estimator, KlTerm, Penalty, Posterior, Prior};
use serde::{Deserialize, Serialize};

/// The latent variable z.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Latent {
    /// Dimension of z, 1–512; where there are two layers, of h₁, which the decoder reads.
    #[serde(default = "two")]
    pub dimension: usize,
    #[serde(default)]
    pub posterior: Posterior,
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

/// What is maximised.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Objective {
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

/// The weight β of the KL term over the run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum BetaSchedule {
    Constant(f64),
    /// Linear from `from` to `to` over the first `epochs`, then constant (Sønderby et al. 2016).
    Warmup {
        from: f64,
        to: f64,
        epochs: f64,
    },
    /// Half a cosine from `from` to `to` over the first `epochs`, then constant.
    Cosine {
        from: f64,
        to: f64,
        epochs: f64,
    },
    /// Again and again every `period` epochs: linear from `from` to `to` over the first `rise` of the period, then
    /// constant (Fu et al. 2019).
    Cyclical {
        from: f64,
        to: f64,
        period: f64,
        rise: f64,
    },
}

impl Default for BetaSchedule {
    fn default() -> Self {
        Self::Constant(1.0)
    }
}

impl BetaSchedule {
    /// β after `epochs` epochs (a fraction is fine).
    pub fn at(&self, epochs: f64) -> f64 {
        match *self {
            Self::Constant(beta) => beta,
            Self::Warmup { from, to, epochs: length } if epochs < length => from + (to - from) * epochs / length,
            Self::Cosine { from, to, epochs: length } if epochs < length => {
                from + (to - from) * 0.5 * (1.0 - (std::f64::consts::PI * epochs / length).cos())
            }
            Self::Warmup { to, .. } | Self::Cosine { to, .. } => to,
            Self::Cyclical { from, to, period, rise } => {
                let phase = (epochs / period).fract() / rise;
                if phase < 1.0 { from + (to - from) * phase } else { to }
            }
        }
    }

    /// β in the end (of each cycle).
    pub fn end(&self) -> f64 {
        match *self {
            Self::Constant(beta) => beta,
            Self::Warmup { to, .. } | Self::Cosine { to, .. } | Self::Cyclical { to, .. } => to,
        }
    }

    /// Epochs after which β has first reached its end.
    pub fn warm_after(&self) -> f64 {
        match *self {
            Self::Constant(_) => 0.0,
            Self::Warmup { epochs, .. } | Self::Cosine { epochs, .. } => epochs,
            Self::Cyclical { period, rise, .. } => period * rise,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cosine_warm_up_is_slow_at_both_ends() {
        let beta = BetaSchedule::Cosine { from: 0.2, to: 1.0, epochs: 10.0 };
        for (epochs, expected) in [(0.0, 0.2), (5.0, 0.6), (10.0, 1.0), (40.0, 1.0)] {
            assert!((beta.at(epochs) - expected).abs() < 1e-12, "epoch {epochs}");
        }
        assert!(beta.at(2.5) < 0.4 && beta.at(7.5) > 0.8);
    }

    #[test]
    fn a_cycle_rises_and_rests_and_begins_again() {
        let beta = BetaSchedule::Cyclical { from: 0.0, to: 2.0, period: 4.0, rise: 0.5 };
        for (epochs, expected) in [(0.0, 0.0), (1.0, 1.0), (2.0, 2.0), (3.9, 2.0), (4.0, 0.0), (9.0, 1.0)] {
            assert!((beta.at(epochs) - expected).abs() < 1e-12, "epoch {epochs}: {}", beta.at(epochs));
        }
        assert_eq!((beta.end(), beta.warm_after()), (2.0, 2.0));
    }
}
