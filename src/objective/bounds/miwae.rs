//! MIWAE: the mean of M importance-weighted bounds of K/M samples each.

use super::{Bound, iwae};
use crate::objective::{Batch, Surrogate};
use burn::tensor::Tensor;

/// 1/M Σ_m log (M/K Σ_k w_mk) (Rainforth et al. 2018), which lies between the ELBO (M = K) and the
/// importance-weighted bound (M = 1). A larger M gives the encoder's gradient a better signal-to-noise ratio.
pub struct Miwae {
    /// The number of groups M, a divisor of K.
    pub groups: usize,
}

impl Bound for Miwae {
    fn surrogate(&self, batch: &Batch) -> Surrogate {
        batch.pathwise(|logs| value(logs, self.groups))
    }
}

/// The bound from log weights `K × B`, one entry per image.
pub fn value(logs: Tensor<2>, groups: usize) -> Tensor<1> {
    let [samples, images] = logs.dims();
    // Rows m·(K/M) … of a group stand together: as columns of their own they are the images of an IWAE bound.
    let grouped = logs.reshape([groups, samples / groups, images]).swap_dims(0, 1);
    let bounds = iwae::value(grouped.reshape([samples / groups, groups * images]));
    bounds.reshape([groups, images]).mean_dim(0).reshape([images])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::objective::weights::tests::{assert_values, logs, reference_log_mean_exp};

    #[test]
    fn it_is_the_mean_over_groups_and_joins_the_elbo_to_iwae() {
        for groups in [1, 2, 3, 6] {
            assert_values(value(logs(), groups), |logs| {
                logs.chunks(logs.len() / groups).map(reference_log_mean_exp).sum::<f64>() / groups as f64
            });
        }
    }
}
