//! A capacity that rises.

use super::KlTerm;
use crate::objective::terms::total;
use burn::tensor::Tensor;

/// |KL − C| of each image, C rising linearly from 0 to `nats` over the first `epochs` (Burgess et al. 2018, eq. 8; their γ
/// is β). Others take |mean KL − C| over the batch, which is never more: an image above C there pays for one below.
pub struct Capacity {
    /// C in the end, nats.
    pub nats: f64,
    /// Epochs in which C rises from 0.
    pub epochs: f64,
}

impl KlTerm for Capacity {
    fn value(&self, kl: Tensor<2>, epochs: f64) -> Tensor<1> {
        (total(&kl) - self.nats * (epochs / self.epochs).clamp(0.0, 1.0)).abs()
    }
}
