//! q(z|x): what the encoder's output means. To add one: a file here, an entry in the list of posteriors in
//! [`experiment::method`](crate::experiment::method).

use super::{Layout, Pass};
use crate::experiment::Posterior as Spec;
use crate::experiment::method::{implement, posteriors};
use crate::kernels::Gaussian;
use burn::tensor::Tensor;

mod flow;
#[cfg(test)]
mod jacobian;

posteriors!(implement (layout: &mut Layout));

pub(super) use diagonal_gaussian::Normal;

/// A family of distributions over z.
pub trait Posterior: Send + Sync {
    /// The distribution of each image from the encoder's output, `B × outputs`, so many numbers an image as the
    /// family's entry in the list says.
    fn distribution(&self, pass: &Pass, output: Tensor<2>) -> Box<dyn Distribution>;
}

/// q(z|x) of B images.
pub trait Distribution {
    /// Reparameterised samples: ε ~ N(0, I), `K·B × latent`, to z of the same shape.
    fn sample(&self, epsilon: Tensor<2>) -> Tensor<2>;

    /// log q(z|x), `K·B` entries for z `K·B × latent`; nats. Where a flow must be inverted for it the value is exact to
    /// rounding, but gradients are not: in a bound, use [`Self::sample_with_log_prob`].
    fn log_prob(&self, z: Tensor<2>) -> Tensor<1>;

    /// Whether [`Self::log_prob`] is cheap and differentiable at any z, so that it may stand in a bound.
    fn has_density(&self) -> bool {
        true
    }

    /// The log density of each entry of z by itself under q(z|x), `K·B × latent`, where the marginals have a closed form.
    fn marginal_log_prob(&self, _z: Tensor<2>) -> Option<Tensor<2>> {
        None
    }

    /// log q(z|x) as a sum over the entries of z, each given some of the others, `K·B × latent`, where a family of layers is
    /// such a product.
    fn log_factors(&self, _z: Tensor<2>) -> Option<Tensor<2>> {
        None
    }

    /// Samples z and log q(z|x) of them, both differentiable: what a Monte Carlo estimate of a bound needs.
    fn sample_with_log_prob(&self, epsilon: Tensor<2>) -> (Tensor<2>, Tensor<1>) {
        let z = self.sample(epsilon);
        (z.clone(), self.log_prob(z))
    }

    /// This distribution with the gradient stopped at its parameters, so that log q(z|x) depends on z alone
    /// (sticking the landing: Roeder, Wu & Duvenaud 2017).
    fn detached(&self) -> Box<dyn Distribution>;

    /// KL[q(z|x) ‖ N(0, I)] in closed form, nats: `B × latent` where it is a sum over dimensions, else `B × 1`; `None`
    /// where there is none.
    fn kl_to_standard_normal(&self) -> Option<Tensor<2>> {
        None
    }

    /// KL[q(z|x) ‖ uniform on the unit sphere] in closed form, `B × 1`, nats; `None` where there is none.
    fn kl_to_uniform_on_sphere(&self) -> Option<Tensor<2>> {
        None
    }

    /// The diagonal Gaussian that q is, where it is one and nothing more.
    fn gaussian(&self) -> Option<&Gaussian> {
        None
    }

    /// `E_q[z]`, `B × latent`; for a flow, where it takes the mean of its base; of an upper layer, its mean given that of the
    /// lower one.
    fn mean(&self) -> Tensor<2>;

    /// Standard deviations under q, `B × latent`; for a flow, those of its base; of an upper layer, given the mean of the
    /// lower one.
    fn deviation(&self) -> Tensor<2>;
}

/// `B × n` repeated to as many rows as there are samples.
fn repeat(values: Tensor<2>, rows: usize) -> Tensor<2> {
    match rows / values.dims()[0] {
        1 => values,
        samples => values.repeat_dim(0, samples),
    }
}
