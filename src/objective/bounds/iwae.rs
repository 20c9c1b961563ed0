//! The importance-weighted bound.

use super::Bound;
use crate::objective::{Batch, Surrogate, weights};
use burn::tensor::Tensor;

/// E log 1/K Σ_k w_k, w = p(x|z) p(z) / q(z|x) (Burda, Grosse & Salakhutdinov 2015, eq. 8): it rises to log p(x) as K
/// grows. At a KL weight β, log w = log p(x|z) + β (log p(z) − log q(z|x)).
pub struct Iwae;

impl Bound for Iwae {
    fn surrogate(&self, batch: &Batch) -> Surrogate {
        batch.pathwise(value)
    }
}

/// From log weights `K × B`; one entry an image.
pub fn value(logs: Tensor<2>) -> Tensor<1> {
    weights::log_mean_exp(logs)
}
