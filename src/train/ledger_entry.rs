//! What the ledger notes.

use crate::estimate::Estimate;
use crate::evidence::Method;

/// One row of `ledger.csv`: the identity at one step; nats per image, averaged over the probe images, with standard
/// errors of the measurement (the images are always the same, so how they were chosen is no part of the error).
#[derive(Clone, Debug, PartialEq)]
pub struct LedgerEntry {
    /// Optimiser steps taken.
    pub step: u64,
    /// Passes over the training images.
    pub epoch: f64,
    /// Seconds of training.
    pub seconds: f64,
    /// Images measured.
    pub images: usize,
    /// How log p(x) and KL[q ‖ p(z|x)] were measured.
    pub method: Method,
    /// Importance samples an image; 0 where none were drawn.
    pub samples: usize,
    /// E_q[log p(x|z)].
    pub reconstruction: Estimate,
    /// KL[q(z|x) ‖ p(z)].
    pub kl: f64,
    /// Their difference, from samples of its own.
    pub elbo: Estimate,
    /// log p(x).
    pub log_px: Estimate,
    /// KL[q(z|x) ‖ p(z|x)], measured by itself.
    pub posterior_kl: Estimate,
    /// log p(x) − KL[q ‖ p(z|x)] − ELBO, its error measured over the images.
    pub residual: Estimate,
    /// Median over the images of the effective sample size of their importance weights; 0 where none were drawn.
    pub effective_samples: f64,
    /// Images whose importance weights have too heavy a tail (k̂) for their errors to be trusted.
    pub degenerate: usize,
}

/// Whether the terms add up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Zero lies within three standard errors of the residual.
    Holds,
    /// Within five.
    Doubtful,
    /// Further off: one of the terms is wrong.
    Broken,
}

impl LedgerEntry {
    /// Whether the terms add up.
    pub fn verdict(&self) -> Verdict {
        // Numbers of the model's are f32 sums over pixels: their rounding is no violation.
        let rounding = 1e-5 * self.elbo.value.abs().max(1.0);
        match (self.residual.value.abs() - rounding).max(0.0) / self.residual.se.max(f64::MIN_POSITIVE) {
            off if off <= 3.0 => Verdict::Holds,
            off if off <= 5.0 => Verdict::Doubtful,
            _ => Verdict::Broken,
        }
    }

    /// Whether every term is a number.
    pub fn is_finite(&self) -> bool {
        [self.reconstruction, self.elbo, self.log_px, self.posterior_kl, self.residual]
            .iter()
            .all(|term| term.value.is_finite() && term.se.is_finite())
            && self.kl.is_finite()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub fn entry() -> LedgerEntry {
        let estimate = |value, se| Estimate { value, se };
        LedgerEntry {
            step: 1_200,
            epoch: 2.5,
            seconds: 30.125,
            images: 64,
            method: Method::Importance,
            samples: 500,
            reconstruction: estimate(-79.1, 0.02),
            kl: 25.1,
            elbo: estimate(-104.2, 0.02),
            log_px: estimate(-101.0, 0.05),
            posterior_kl: estimate(3.21, 0.04),
            residual: estimate(-0.01, 0.06),
            effective_samples: 42.5,
            degenerate: 3,
        }
    }

    #[test]
    fn the_light_follows_the_error_of_the_residual() {
        let mut entry = entry();
        for (residual, se, verdict) in [
            (0.02, 0.01, Verdict::Holds),
            (-0.04, 0.01, Verdict::Doubtful),
            (0.2, 0.01, Verdict::Broken),
            (0.0, 0.0, Verdict::Holds),
            (0.5, 0.0, Verdict::Broken),
        ] {
            entry.residual = Estimate { value: residual, se };
            assert_eq!(entry.verdict(), verdict, "{residual} ± {se}");
        }
        assert!(entry.is_finite());
        entry.log_px.value = f64::NAN;
        assert!(!entry.is_finite());
    }
}
