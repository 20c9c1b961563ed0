//! The terms of log p(x) − KL[q(z|x) ‖ p(z|x)] = ELBO for one image, each with its Monte Carlo error, from log weights
//! log w = log p(x|z) + log p(z) − log q(z|x) of samples z ~ q(z|x).
//!
//! Estimated from *separate* sets of samples the terms have independent errors, and what is left of the identity tests
//! them: see [`residual`].

/// A number with its Monte Carlo standard error; nats.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Estimate {
    pub value: f64,
    /// Standard error of `value`; 0 where it is exact.
    pub se: f64,
}

impl Estimate {
    /// Without error.
    pub fn exact(value: f64) -> Self {
        Self { value, se: 0.0 }
    }

    /// The mean of `values` and its standard error (0 for a single one).
    pub fn mean(values: &[f64]) -> Self {
        let n = values.len() as f64;
        let value = values.iter().sum::<f64>() / n;
        let squares: f64 = values.iter().map(|v| (v - value).powi(2)).sum();
        Self { value, se: (squares / (n - 1.0).max(1.0) / n).sqrt() }
    }

    /// The average over images of estimates with independent errors.
    pub fn average(of_images: impl Iterator<Item = Self>) -> Self {
        let (mut n, mut sum, mut variance) = (0.0, 0.0, 0.0);
        for Self { value, se } in of_images {
            (n, sum, variance) = (n + 1.0, sum + value, variance + se * se);
        }
        Self { value: sum / n, se: variance.sqrt() / n }
    }
}

/// Weights relative to their mean, w/w̄, and log w̄.
fn relative(log_weights: &[f64]) -> (Vec<f64>, f64) {
    let max = log_weights.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let scaled: Vec<f64> = log_weights.iter().map(|l| (l - max).exp()).collect();
    let mean = scaled.iter().sum::<f64>() / scaled.len() as f64;
    (scaled.into_iter().map(|w| w / mean).collect(), max + mean.ln())
}

/// log p(x) ≈ log (1/K Σ w) (Burda et al. 2015, eq. 8), a lower bound in expectation; the error by the delta method.
pub fn log_marginal(log_weights: &[f64]) -> Estimate {
    let (weights, value) = relative(log_weights);
    Estimate { value, se: Estimate::mean(&weights).se }
}

/// KL[q(z|x) ‖ p(z|x)] ≈ −1/K Σ log(w/w̄), the posterior being known at the samples by their self-normalised weights:
/// p(z|x) = q(z|x) w(z)/p(x). Like [`log_marginal`] it is too small in expectation where few samples carry the weight.
/// The error by the delta method.
pub fn posterior_kl(log_weights: &[f64]) -> Estimate {
    let (weights, log_mean) = relative(log_weights);
    let influence: Vec<f64> = weights.iter().zip(log_weights).map(|(w, l)| w - l).collect();
    let mean_log = log_weights.iter().sum::<f64>() / log_weights.len() as f64;
    Estimate { value: log_mean - mean_log, se: Estimate::mean(&influence).se }
}

/// (Σ w)²/Σ w²: how many of the samples count (Kong 1992).
pub fn effective_sample_size(log_weights: &[f64]) -> f64 {
    let (weights, _) = relative(log_weights);
    let n = weights.len() as f64;
    n * n / weights.iter().map(|w| w * w).sum::<f64>()
}

/// log p(x) − KL[q ‖ p(z|x)] − ELBO averaged over images, from the residual of each. Its error is measured over the
/// images, not built from those of the terms: it stays honest where a delta method is not.
pub fn residual(of_images: &[f64]) -> Estimate {
    Estimate::mean(of_images)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, Stream};

    /// z ~ N(0, 1), x|z ~ N(z, 1), q = N(m, s²): everything is known.
    struct Toy {
        x: f64,
        mean: f64,
        deviation: f64,
    }

    impl Toy {
        fn log_normal(x: f64, mean: f64, deviation: f64) -> f64 {
            -0.5 * ((x - mean) / deviation).powi(2) - deviation.ln() - 0.5 * std::f64::consts::TAU.ln()
        }

        fn log_weights(&self, counter: u64, samples: usize) -> Vec<f64> {
            let mut epsilon = vec![0.0; samples];
            Stream::new(4, Purpose::EpsilonMarginal).fill_normal(counter, &mut epsilon);
            let weight = |e: &f32| {
                let z = self.mean + self.deviation * f64::from(*e);
                Self::log_normal(self.x, z, 1.0) + Self::log_normal(z, 0.0, 1.0)
                    - Self::log_normal(z, self.mean, self.deviation)
            };
            epsilon.iter().map(weight).collect()
        }

        fn log_px(&self) -> f64 {
            Self::log_normal(self.x, 0.0, 2f64.sqrt())
        }

        /// The posterior is N(x/2, 1/2).
        fn posterior_kl(&self) -> f64 {
            let (variance, shift) = (self.deviation.powi(2), self.mean - 0.5 * self.x);
            0.5 * (2.0 * variance + 2.0 * shift * shift - 1.0 - (2.0 * variance).ln())
        }
    }

    #[test]
    fn the_terms_meet_the_closed_form_within_their_errors() {
        for (i, toy) in [(0.3, 0.0, 0.9), (1.5, 0.9, 0.6), (-2.0, -1.0, 0.5f64.sqrt())].into_iter().enumerate() {
            let toy = Toy { x: toy.0, mean: toy.1, deviation: toy.2 };
            let logs = toy.log_weights(i as u64, 20_000);
            for (estimate, truth) in [(log_marginal(&logs), toy.log_px()), (posterior_kl(&logs), toy.posterior_kl())] {
                let error = (estimate.value - truth).abs();
                assert!(error < 4.0 * estimate.se + 1e-6, "{estimate:?} for {truth}");
                assert!(estimate.se < 0.02);
            }
            let ess = effective_sample_size(&logs);
            assert!((1.0..=20_000.1).contains(&ess));
        }
    }

    #[test]
    fn errors_are_those_that_repetition_shows() {
        let toy = Toy { x: 1.0, mean: 0.1, deviation: 0.9 };
        let repeated: Vec<[Estimate; 2]> = (0..400)
            .map(|i| {
                let logs = toy.log_weights(100 + i, 200);
                [log_marginal(&logs), posterior_kl(&logs)]
            })
            .collect();
        for term in 0..2 {
            let values: Vec<f64> = repeated.iter().map(|r| r[term].value).collect();
            let spread = Estimate::mean(&values).se * (values.len() as f64).sqrt();
            let claimed = repeated.iter().map(|r| r[term].se).sum::<f64>() / repeated.len() as f64;
            assert!((claimed / spread - 1.0).abs() < 0.2, "term {term}: {claimed} claimed, {spread} seen");
        }
    }

    #[test]
    fn a_constant_weight_is_exact_and_large_logs_do_not_overflow() {
        let logs = [-90_000.0; 10];
        assert_eq!(log_marginal(&logs), Estimate::exact(-90_000.0));
        assert_eq!(posterior_kl(&logs), Estimate::exact(0.0));
        assert!((effective_sample_size(&logs) - 10.0).abs() < 1e-9);
    }
}
