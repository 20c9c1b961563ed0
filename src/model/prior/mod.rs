//! Priors p(z). To add one, add a file here and an entry in the list of priors in
//! [`experiment::method`](crate::experiment::method).

use super::posterior::Distribution;
use super::{Layout, Pass};
use crate::experiment::Prior as Spec;
use crate::experiment::method::{implement, priors};
use burn::tensor::Tensor;
use std::ops::Range;

mod radial;

priors!(implement (layout: &mut Layout));

/// A family of distributions over z, which may have parameters of its own.
pub trait Prior: Send + Sync {
    /// p(z) with the parameters of a pass. `posteriors` gives q(z|u) of the images u of [`Self::images`].
    fn at(&self, pass: &Pass, posteriors: &dyn Fn() -> Box<dyn Distribution>) -> Box<dyn Density>;

    /// Number of images whose posteriors the prior is made of; 0 for most priors.
    fn image_count(&self) -> usize {
        0
    }

    /// Some of the images whose posteriors the prior is made of, `images × pixels`.
    ///
    /// # Panics
    /// If there are none.
    fn images(&self, _pass: &Pass, _range: Range<usize>) -> Tensor<2> {
        unimplemented!("only a prior that is made of posteriors has images")
    }
}

/// The prior p(z) with parameter values, ready for evaluation.
pub trait Density {
    /// log p(z) in nats for z `rows × latent`, one entry per row.
    fn log_prob(&self, z: Tensor<2>) -> Tensor<1>;

    /// log p(z) of each entry of z, `rows × latent`; `None` unless the entries are independent.
    fn log_prob_per_dimension(&self, _z: Tensor<2>) -> Option<Tensor<2>> {
        None
    }

    /// log p(z) as a sum over the entries of z, each conditioned on some of the others, `rows × latent`; `None` where p
    /// is not such a product.
    fn log_factors(&self, _z: Tensor<2>) -> Option<Tensor<2>> {
        None
    }

    /// log q(z|x) − log p(z) of each entry of z, `K·B × latent`, where both are products over the entries: its mean
    /// over samples of q is the KL of each dimension. `None` otherwise.
    fn log_ratios(&self, q: &dyn Distribution, z: Tensor<2>) -> Option<Tensor<2>> {
        Some(q.log_factors(z.clone())? - self.log_factors(z)?)
    }

    /// KL[q ‖ p] in closed form, in nats: `B × latent` where it is a sum over dimensions, else `B × 1`; `None` without
    /// one.
    fn kl(&self, _q: &dyn Distribution) -> Option<Tensor<2>> {
        None
    }

    /// Whether this is N(0, I), and its KL to a diagonal Gaussian shall be computed in closed form.
    fn is_standard_normal(&self) -> bool {
        false
    }

    /// Samples from p(z), `rows × latent`.
    fn draw(&self, noise: LatentNoise) -> Tensor<2>;

    /// The components of the prior, if it is a mixture.
    fn components(&self) -> Option<Components> {
        None
    }

    /// z, `rows × latent`, after some entries were moved by hand. Entries that depend on these alone are set to their
    /// mean; unless an upper layer was moved, z stays the same.
    fn follow(&self, z: Tensor<2>, _moved: &[usize]) -> Tensor<2> {
        z
    }

    /// The point of the prior's support nearest to z, `rows × latent`: z itself, except on a sphere.
    fn on_support(&self, z: Tensor<2>) -> Tensor<2> {
        z
    }
}

/// The components of a mixture of M distributions.
pub struct Components {
    /// The weights, `1 × M`; their sum is 1.
    pub weights: Tensor<2>,
    /// Means of the entries of z in each component, `M × latent`.
    pub mean: Tensor<2>,
    /// Standard deviations of the entries of z in each component, `M × latent`.
    pub deviation: Tensor<2>,
    /// Whether each component is a Gaussian of independent entries.
    pub independent: bool,
    /// The images whose posteriors the components are, `M × pixels`, if they are posteriors.
    pub images: Option<Tensor<2>>,
}

/// The noise of a draw.
pub struct LatentNoise {
    /// Draws from N(0, 1), `rows × latent`.
    pub normal: Tensor<2>,
    /// Uniform draws from (0, 1), `rows × 1`, which choose a mixture's component.
    pub uniform: Tensor<2>,
}

/// A prior that hides any closed form of its KL, so that the KL is estimated from samples.
pub(super) struct Sampled(pub Box<dyn Density>);

impl Density for Sampled {
    fn log_prob(&self, z: Tensor<2>) -> Tensor<1> {
        self.0.log_prob(z)
    }

    fn log_prob_per_dimension(&self, z: Tensor<2>) -> Option<Tensor<2>> {
        self.0.log_prob_per_dimension(z)
    }

    fn log_factors(&self, z: Tensor<2>) -> Option<Tensor<2>> {
        self.0.log_factors(z)
    }

    fn draw(&self, noise: LatentNoise) -> Tensor<2> {
        self.0.draw(noise)
    }

    fn components(&self) -> Option<Components> {
        self.0.components()
    }

    fn follow(&self, z: Tensor<2>, moved: &[usize]) -> Tensor<2> {
        self.0.follow(z, moved)
    }

    fn on_support(&self, z: Tensor<2>) -> Tensor<2> {
        self.0.on_support(z)
    }
}
