//! CIWAE: a convex combination of the ELBO and the importance-weighted bound.

use super::{Bound, iwae};
use crate::objective::{Batch, Surrogate, weights};
use burn::tensor::Tensor;

/// a·ELBO + (1 − a)·IWAE (Rainforth et al. 2018), both from the same K samples.
pub struct Ciwae {
    /// The ELBO's share a, from 0 to 1.
    pub elbo_share: f64,
}

impl Bound for Ciwae {
    fn surrogate(&self, batch: &Batch) -> Surrogate {
        batch.pathwise(|logs| value(logs, self.elbo_share))
    }
}

/// The bound from log weights `K × B`, one entry per image.
pub fn value(logs: Tensor<2>, elbo_share: f64) -> Tensor<1> {
    weights::mean(logs.clone()) * elbo_share + iwae::value(logs) * (1.0 - elbo_share)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::objective::weights::tests::{assert_values, logs, reference_log_mean_exp};

    #[test]
    fn it_lies_between_the_elbo_and_iwae() {
        for share in [0.0, 0.3, 1.0] {
            assert_values(value(logs(), share), |logs| {
                let elbo = logs.iter().sum::<f64>() / logs.len() as f64;
                share * elbo + (1.0 - share) * reference_log_mean_exp(logs)
            });
        }
    }
}
