//! The latent variable, the likelihood, and the bound that is optimised.

use serde::{Deserialize, Serialize};

/// The latent variable z.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Latent {
    /// Dimension of z, 1–512.
    #[serde(default = "two")]
    pub dimension: usize,
    #[serde(default)]
    pub posterior: Posterior,
    #[serde(default)]
    pub prior: Prior,
}

impl Default for Latent {
    fn default() -> Self {
        Self { dimension: 2, posterior: Posterior::default(), prior: Prior::default() }
    }
}

fn two() -> usize {
    2
}

/// The family of q(z|x).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Posterior {
    /// N(μ(x), diag σ²(x)).
    #[default]
    DiagonalGaussian,
}

/// p(z).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Prior {
    /// N(0, I).
    #[default]
    StandardNormal,
}

/// p(x|z), pixel by pixel given the decoder's output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Likelihood {
    /// Independent Bernoulli; the decoder gives logits.
    #[default]
    Bernoulli,
    /// Gaussian with one learned σ for all pixels; the decoder gives means.
    GaussianLearned,
    /// Gaussian with a fixed σ; the decoder gives means.
    GaussianFixed { sigma: f64 },
}

/// What is maximised.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Objective {
    #[serde(default)]
    pub bound: Bound,
    /// Monte Carlo samples K of z per image, 1–5,000.
    #[serde(default = "one")]
    pub samples: usize,
    /// The weight of the KL term.
    #[serde(default)]
    pub beta: BetaSchedule,
}

impl Default for Objective {
    fn default() -> Self {
        Self { bound: Bound::default(), samples: 1, beta: BetaSchedule::default() }
    }
}

fn one() -> usize {
    1
}

/// The bound on log p(x).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Bound {
    /// E_q[log p(x|z)] − β·KL[q(z|x) ‖ p(z)], KL in closed form (Kingma & Welling 2013, eq. 10).
    #[default]
    Elbo,
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
            Self::Warmup { to, .. } => to,
        }
    }
}
