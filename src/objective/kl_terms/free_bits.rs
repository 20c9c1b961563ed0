//! Free bits.

use super::KlTerm;
use burn::tensor::Tensor;

/// Σ over groups of max(λ, mean over the batch of the group's KL) (Kingma et al. 2016, eq. 15): a group that costs less
/// than λ nats is left alone. The same number for each image.
pub struct FreeBits {
    /// λ.
    pub nats: f64,
    /// Dimensions of a group; the last may have fewer.
    pub group: usize,
}

impl KlTerm for FreeBits {
    fn value(&self, kl: Tensor<2>, _epochs: f64) -> Tensor<1> {
        let [images, dimensions] = kl.dims();
        let mean = kl.mean_dim(0);
        let groups = (0..dimensions).step_by(self.group).map(|from| {
            let group = mean.clone().narrow(1, from, self.group.min(dimensions - from));
            group.sum_dim(1).clamp_min(self.nats)
        });
        Tensor::cat(groups.collect(), 1).sum_dim(1).expand([images, 1]).reshape([images])
    }
}
