//! q(z|x): what the encoder's output means. To add one: a file here, a variant in
//! [`experiment::Posterior`](crate::experiment::Posterior), a line in [`build`].

mod diagonal_gaussian;

use crate::experiment::Posterior as Spec;
use burn::tensor::Tensor;

/// A family of distributions over z.
pub trait Posterior: Send + Sync {
    /// How many numbers the encoder gives an image.
    fn parameters_per_image(&self) -> usize;

    /// The distribution of each image from the encoder's output `B × parameters_per_image`.
    fn distribution(&self, output: Tensor<2>) -> Box<dyn Distribution>;
}

/// q(z|x) of B images.
pub trait Distribution {
    /// Reparameterised samples: ε ~ N(0, I), `K·B × latent`, to z of the same shape.
    fn sample(&self, epsilon: Tensor<2>) -> Tensor<2>;

    /// log q(z|x), `K·B` entries for z `K·B × latent`; nats.
    fn log_prob(&self, z: Tensor<2>) -> Tensor<1>;

    /// The log density of each entry of z by itself under q(z|x), `K·B × latent`, where the marginals have a closed form.
    fn marginal_log_prob(&self, _z: Tensor<2>) -> Option<Tensor<2>> {
        None
    }

    /// A sample with its log q(z|x): z `K·B × latent`, `K·B` entries.
    fn sample_with_log_prob(&self, epsilon: Tensor<2>) -> (Tensor<2>, Tensor<1>) {
        let z = self.sample(epsilon);
        (z.clone(), self.log_prob(z))
    }

    /// The same distributions with their parameters as constants.
    fn detached(&self) -> Box<dyn Distribution>;

    /// KL[q(z|x) ‖ N(0, I)] per dimension in closed form, `B × latent`, nats; `None` where there is none.
    fn kl_to_standard_normal(&self) -> Option<Tensor<2>>;

    /// E_q[z], `B × latent`.
    fn mean(&self) -> Tensor<2>;

    /// Standard deviations under q, `B × latent`.
    fn deviation(&self) -> Tensor<2>;
}

/// The posterior family of an experiment.
pub(super) fn build(spec: Spec, latent: usize) -> Box<dyn Posterior> {
    match spec {
        Spec::DiagonalGaussian => Box::new(diagonal_gaussian::DiagonalGaussian { latent }),
    }
}
