//! Controlled capacity: the KL is drawn to a target C that rises during training.

use super::KlTerm;
use crate::objective::terms::total;
use burn::tensor::Tensor;

/// |KL − C| of each image, with C rising linearly from 0 to `nats` over the first `epochs` (Burgess et al. 2018, eq. 8,
/// whose γ is β here). Some implementations use |mean KL − C| over the batch, which is never larger, since an image
/// above C then compensates for one below.
pub struct Capacity {
    /// The final capacity C, in nats.
    pub nats: f64,
    /// Number of epochs in which C rises from 0.
    pub epochs: f64,
}

impl KlTerm for Capacity {
    fn value(&self, kl: Tensor<2>, epochs: f64) -> Tensor<1> {
        (total(&kl) - self.nats * (epochs / self.epochs).clamp(0.0, 1.0)).abs()
    }
}
