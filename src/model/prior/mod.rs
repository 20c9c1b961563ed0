//! p(z). To add one: a file here, a variant in [`experiment::Prior`](crate::experiment::Prior), a line in [`build`].

mod standard_normal;

use super::posterior::Distribution;
use crate::experiment::Prior as Spec;
use burn::tensor::Tensor;

/// A distribution over z.
pub trait Prior: Send + Sync {
    /// log p(z), one entry a row of z `rows × latent`; nats.
    fn log_prob(&self, z: Tensor<2>) -> Tensor<1>;

    /// log p(z) entry by entry, `rows × latent`, where the entries are independent.
    fn log_prob_per_dimension(&self, _z: Tensor<2>) -> Option<Tensor<2>> {
        None
    }

    /// KL[q ‖ p] per dimension, `B × latent`, where it has a closed form.
    fn kl(&self, q: &dyn Distribution) -> Option<Tensor<2>>;

    /// Draws from standard normals `rows × latent`.
    fn draw(&self, normal: Tensor<2>) -> Tensor<2>;
}

/// The prior of an experiment.
pub(super) fn build(spec: Spec, _latent: usize) -> Box<dyn Prior> {
    match spec {
        Spec::StandardNormal => Box::new(standard_normal::StandardNormal),
    }
}
