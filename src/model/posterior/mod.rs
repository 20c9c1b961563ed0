//! Posteriors q(z|x): distributions of z given the encoder's output. To add one, add a file here and an entry in the
//! list of posteriors in [`experiment::method`](crate::experiment::method).

use super::{Layout, Pass};
use crate::experiment::Posterior as Spec;
use crate::experiment::method::{implement, posteriors};
use crate::kernels::Gaussian;
use burn::tensor::Tensor;

#[cfg(test)]
mod extreme_numbers;
mod flow;
#[cfg(test)]
mod jacobian;

posteriors!(implement (layout: &mut Layout));

pub(super) use diagonal_gaussian::Normal;

/// A family of distributions over z, with parameters from the encoder's output.
pub trait Posterior: Send + Sync {
    /// The distribution q(z|x) of each image, from the encoder's output `B × outputs`; the family's entry in the list
    /// declares the number of outputs per image.
    fn distribution(&self, pass: &Pass, output: Tensor<2>) -> Box<dyn Distribution>;
}

/// The approximate posterior q(z|x) of each of B images.
pub trait Distribution {
    /// Reparameterised samples: from ε ~ N(0, I), `K·B × latent`, to z of the same shape.
    fn sample(&self, epsilon: Tensor<2>) -> Tensor<2>;

    /// log q(z|x) in nats for z `K·B × latent`, `K·B` entries. Where a flow must be inverted for it, the value is exact
    /// to rounding but the gradient is wrong: in a bound, use [`Self::sample_with_log_prob`].
    fn log_prob(&self, z: Tensor<2>) -> Tensor<1>;

    /// Whether [`Self::log_prob`] is cheap and differentiable at any z, so that a bound may use it.
    fn has_density(&self) -> bool {
        true
    }

    /// The marginal log density in nats of each entry of z under q(z|x), `K·B × latent`; `None` without a closed form.
    fn marginal_log_prob(&self, _z: Tensor<2>) -> Option<Tensor<2>> {
        None
    }

    /// log q(z|x) as a sum over the entries of z, each conditioned on some of the others, `K·B × latent`; `None` where
    /// q is not such a product.
    fn log_factors(&self, _z: Tensor<2>) -> Option<Tensor<2>> {
        None
    }

    /// Samples z `K·B × latent` with their log q(z|x), `K·B` entries in nats, both differentiable: a Monte Carlo
    /// estimate of a bound needs them.
    fn sample_with_log_prob(&self, epsilon: Tensor<2>) -> (Tensor<2>, Tensor<1>) {
        let z = self.sample(epsilon);
        (z.clone(), self.log_prob(z))
    }

    /// This distribution with the gradient stopped at its parameters, so that the gradient of log q(z|x) flows through
    /// z alone (sticking the landing: Roeder, Wu & Duvenaud 2017).
    fn detached(&self) -> Box<dyn Distribution>;

    /// KL[q(z|x) ‖ N(0, I)] in closed form, in nats: `B × latent` where it is a sum over dimensions, else `B × 1`;
    /// `None` without a closed form.
    fn kl_to_standard_normal(&self) -> Option<Tensor<2>> {
        None
    }

    /// KL[q(z|x) ‖ uniform on the unit sphere] in closed form, `B × 1`, in nats; `None` without a closed form.
    fn kl_to_uniform_on_sphere(&self) -> Option<Tensor<2>> {
        None
    }

    /// This distribution as a plain diagonal Gaussian, if it is one.
    fn gaussian(&self) -> Option<&Gaussian> {
        None
    }

    /// The mean `E_q[z]`, `B × latent`. For a flow, the point to which it takes the mean of its base; for an upper
    /// layer of latent variables, its mean given the mean of the lower layer.
    fn mean(&self) -> Tensor<2>;

    /// Standard deviations under q, `B × latent`. For a flow, those of its base; for an upper layer of latent
    /// variables, those given the mean of the lower layer.
    fn deviation(&self) -> Tensor<2>;
}

/// `B × n` repeated to as many rows as there are samples.
fn repeat(values: Tensor<2>, rows: usize) -> Tensor<2> {
    match rows / values.dims()[0] {
        1 => values,
        samples => values.repeat_dim(0, samples),
    }
}
