//! The importance-weighted bound (IWAE).

use super::Bound;
use crate::objective::{Batch, Surrogate, weights};
use burn::tensor::Tensor;

/// E[log 1/K Σ_k w_k] with the weights w = p(x|z) p(z) / q(z|x) (Burda, Grosse & Salakhutdinov 2015, eq. 8), which
/// rises to log p(x) as K grows. With a KL weight β, log w = log p(x|z) + β (log p(z) − log q(z|x)).
pub struct Iwae;

impl Bound for Iwae {
    fn surrogate(&self, batch: &Batch) -> Surrogate {
        batch.pathwise(value)
    }
}

/// The bound from log weights `K × B`, one entry per image.
pub fn value(logs: Tensor<2>) -> Tensor<1> {
    weights::log_mean_exp(logs)
}
