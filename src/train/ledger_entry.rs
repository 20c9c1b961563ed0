//! An entry of the ledger.

use crate::estimate::Estimate;
use crate::evidence::Method;

/// One row of `ledger.csv`: the identity log p(x) − KL[q(z|x) ‖ p(z|x)] = ELBO at one step, averaged over the probe
/// images, in nats per image. Standard errors are those of the measurement; the probe images never change, so that
/// their choice does not contribute.
#[derive(Clone, Debug, PartialEq)]
pub struct LedgerEntry {
    /// Number of optimiser steps taken.
    pub step: u64,
    /// Passes over the training images so far, a fraction included.
    pub epoch: f64,
    /// Seconds of training so far.
    pub seconds: f64,
    /// Number of probe images.
    pub images: usize,
    /// The method by which log p(x) and KL[q(z|x) ‖ p(z|x)] were measured.
    pub method: Method,
    /// Number of importance samples per image; 0 for methods without samples.
    pub samples: usize,
    /// The reconstruction term E_q[log p(x|z)].
    pub reconstruction: Estimate,
    /// The KL term KL[q(z|x) ‖ p(z)].
    pub kl: f64,
    /// The ELBO `reconstruction` − `kl`, from samples of its own.
    pub elbo: Estimate,
    /// log p(x).
    pub log_px: Estimate,
    /// KL[q(z|x) ‖ p(z|x)], measured without using the ELBO.
    pub posterior_kl: Estimate,
    /// The residual log p(x) − KL[q(z|x) ‖ p(z|x)] − ELBO, with its error measured over the images.
    pub residual: Estimate,
    /// Median over the images of the effective sample size of their importance weights; 0 for methods without samples.
    pub effective_samples: f64,
    /// Number of images whose importance weights have too heavy a tail (Pareto k̂) for their errors to be trusted.
    pub degenerate: usize,
}

/// Whether the two sides of the identity agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The two sides agree: zero lies within three standard errors of the residual.
    Holds,
    /// Zero lies within five standard errors of the residual.
    Doubtful,
    /// Zero is further away: one of the terms is wrong.
    Broken,
}

impl Verdict {
    /// The verdict on a residual beside a bound `elbo`, both in nats; `None` where the residual's error is not known,
    /// so that there is nothing to compare the residual with.
    pub fn of(residual: Estimate, elbo: f64) -> Option<Self> {
        if residual.se.is_nan() || residual.value.is_nan() {
            return None;
        }
        // Numbers of the model's are f32 sums over pixels: their rounding is no violation.
        let rounding = 1e-5 * elbo.abs().max(1.0);
        Some(match (residual.value.abs() - rounding).max(0.0) / residual.se.max(f64::MIN_POSITIVE) {
            off if off <= 3.0 => Self::Holds,
            off if off <= 5.0 => Self::Doubtful,
            _ => Self::Broken,
        })
    }
}

impl LedgerEntry {
    /// Whether the terms add up; of a finite entry, whose errors are known.
    pub fn verdict(&self) -> Verdict {
        Verdict::of(self.residual, self.elbo.value).unwrap_or(Verdict::Doubtful)
    }

    /// Whether every term is finite.
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
        assert_eq!(Verdict::of(Estimate { value: 0.1, se: f64::NAN }, -100.0), None, "of one image nothing is known");
        assert!(entry.is_finite());
        entry.log_px.value = f64::NAN;
        assert!(!entry.is_finite());
    }
}
