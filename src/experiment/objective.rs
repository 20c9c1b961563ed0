//! The latent variable, and the bound that is optimised.

use super::{Posterior, Prior};
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
        self.penalty != Penalty::None || matches!(self.kl_term, KlTerm::FreeBits { .. })
    }
}

fn one() -> usize {
    1
}

/// The bound on log p(x). At a KL weight β, log w = log p(x|z) + β (log p(z) − log q(z|x)).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Bound {
    /// E_q[log p(x|z)] − β·KL[q(z|x) ‖ p(z)], KL in closed form where there is one (Kingma & Welling 2013, eq. 10).
    #[default]
    Elbo,
    /// log 1/K Σ w (Burda et al. 2015).
    Iwae,
    /// The mean of M IWAE bounds of K/M samples (Rainforth et al. 2018).
    Miwae { groups: usize },
    /// IWAE for the decoder, MIWAE for the encoder (Rainforth et al. 2018).
    Piwae { groups: usize },
    /// a·ELBO + (1 − a)·IWAE (Rainforth et al. 2018).
    Ciwae { elbo_share: f64 },
    /// 1/(1−α) log 1/K Σ w^(1−α) (Li & Turner 2016).
    Renyi { alpha: f64 },
    /// log p(x | z = E_q[z]), no bound: a deterministic code.
    Autoencoder,
}

/// How the gradient of the bound is estimated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Estimator {
    /// Through the samples (Kingma & Welling 2013; Rezende et al. 2014).
    #[default]
    Reparameterised,
    /// Without the score of q (Roeder et al. 2017).
    StickingTheLanding,
    /// DReG (Tucker et al. 2019).
    DoublyReparameterised,
    /// The score function with a leave-one-out baseline.
    ScoreFunction,
    /// The score function for IWAE (Mnih & Rezende 2016).
    Vimco,
}

/// What stands in the ELBO for the KL term.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum KlTerm {
    /// β·KL.
    #[default]
    Weighted,
    /// β·Σ max(λ, KL of a group), the KL averaged over the batch, in groups of `group` dimensions (Kingma et al. 2016).
    FreeBits {
        /// λ.
        nats: f64,
        #[serde(default = "one")]
        group: usize,
    },
    /// β·|KL − C| with C rising from 0 to `nats` over the first `epochs` (Burgess et al. 2018; β is their γ).
    Capacity { nats: f64, epochs: f64 },
}

/// A penalty on the aggregate posterior q(z) beside the ELBO.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Penalty {
    #[default]
    None,
    /// `weight`·TC, minibatch-weighted sampling (β-TCVAE with β = 1 + weight; Chen et al. 2018).
    TotalCorrelationWeighted { weight: f64 },
    /// The same by minibatch-stratified sampling.
    TotalCorrelationStratified { weight: f64 },
    /// DIP-VAE-I (Kumar et al. 2018).
    DipI { off_diagonal: f64, diagonal: f64 },
    /// DIP-VAE-II.
    DipII { off_diagonal: f64, diagonal: f64 },
    /// `weight`·MMD[q(z), p(z)] (InfoVAE; Zhao et al. 2017).
    Mmd { weight: f64 },
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
