//! The variational Rényi bound.

use super::Bound;
use crate::objective::{Batch, Surrogate, weights};
use burn::tensor::Tensor;

/// 1/(1−α) log 1/K Σ_k w_k^(1−α) (Li & Turner 2016): the ELBO at α = 1, the importance-weighted bound at α = 0.
/// The bound decreases in α. For α < 0 and many samples it is an upper bound on log p(x).
pub struct Renyi {
    /// The order α.
    pub alpha: f64,
}

/// An α this close to 1 is taken as 1, since the quotient would be mostly rounding error.
const ONE: f64 = 1e-4;

impl Bound for Renyi {
    fn surrogate(&self, batch: &Batch) -> Surrogate {
        batch.pathwise(|logs| value(logs, self.alpha))
    }
}

/// The bound from log weights `K × B`, one entry per image.
pub fn value(logs: Tensor<2>, alpha: f64) -> Tensor<1> {
    let power = 1.0 - alpha;
    if power.abs() < ONE { weights::mean(logs) } else { weights::log_mean_exp(logs * power) / power }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::objective::weights::tests::{assert_values, logs, read, reference_log_mean_exp};

    #[test]
    fn it_is_that_of_the_definition() {
        for alpha in [-2.0, 0.0, 0.5, 3.0] {
            let power = 1.0 - alpha;
            assert_values(value(logs(), alpha), |logs| {
                reference_log_mean_exp(&logs.iter().map(|l| power * l).collect::<Vec<_>>()) / power
            });
        }
        assert_values(value(logs(), 1.0), |logs| logs.iter().sum::<f64>() / logs.len() as f64);
    }

    #[test]
    fn it_falls_with_alpha() {
        let at = |alpha| read(value(logs(), alpha));
        let alphas = [-5.0, -1.0, 0.0, 0.5, 0.9, 1.0, 1.1, 2.0];
        for pair in alphas.windows(2) {
            let (low, high) = (at(pair[0]), at(pair[1]));
            assert!(low.iter().zip(&high).all(|(low, high)| low >= high), "{pair:?}: {low:?}, {high:?}");
        }
    }
}
