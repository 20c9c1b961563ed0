//! Free bits: a KL below a threshold costs nothing more.

use super::KlTerm;
use burn::tensor::Tensor;

/// Σ over groups of max(λ, mean over the batch of the group's KL) (Kingma et al. 2016, eq. 15): the KL of a group that
/// costs less than λ nats is not reduced further. The value is the same for each image.
pub struct FreeBits {
    /// The threshold λ per group, in nats.
    pub nats: f64,
    /// Number of latent dimensions in a group; the last group may have fewer.
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
