//! Two layers of latent variables, top-down (Burda, Grosse & Salakhutdinov 2015, section 5): z = (h₁, h₂) with log p(z)
//! = log p(h₂) + log p(h₁|h₂), where p(h₂) = N(0, I) and p(h₁|h₂) is a diagonal Gaussian by a network.

use super::standard_normal::StandardNormal;
use super::{Density, LatentNoise, Prior};
use crate::model::conditional::{ConditionalGaussian, ConditionalGaussianAt, layers};
use crate::model::posterior::Distribution;
use crate::model::{Layout, Pass};
use burn::tensor::Tensor;

/// The family of priors with two layers of latent variables.
pub struct TwoLayer {
    lower: usize,
    downward: ConditionalGaussian,
}

impl TwoLayer {
    pub fn new(layout: &mut Layout, hidden: usize, depth: usize) -> Self {
        let (lower, upper) = (layout.plan.lower(), layout.plan.upper);
        Self { lower, downward: ConditionalGaussian::new(layout, "prior.lower", [upper, lower], hidden, depth) }
    }
}

impl Prior for TwoLayer {
    fn at(&self, pass: &Pass, _posteriors: &dyn Fn() -> Box<dyn Distribution>) -> Box<dyn Density> {
        Box::new(Layers { lower: self.lower, downward: self.downward.at(pass) })
    }
}

struct Layers {
    lower: usize,
    /// The conditional p(h₁|h₂).
    downward: ConditionalGaussianAt,
}

impl Density for Layers {
    fn log_prob(&self, z: Tensor<2>) -> Tensor<1> {
        let [h1, h2] = layers(z, self.lower);
        self.downward.of(h2.clone()).log_prob(h1) + StandardNormal.log_prob(h2)
    }

    fn log_factors(&self, z: Tensor<2>) -> Option<Tensor<2>> {
        let [h1, h2] = layers(z, self.lower);
        let first = self.downward.of(h2.clone()).marginal_log_prob(h1)?;
        Some(Tensor::cat(vec![first, StandardNormal.log_prob_per_dimension(h2)?], 1))
    }

    /// A draw of h₂, then of h₁ given h₂.
    fn draw(&self, noise: LatentNoise) -> Tensor<2> {
        let [first, h2] = layers(noise.normal, self.lower);
        let h1 = self.downward.of(h2.clone()).sample(first);
        Tensor::cat(vec![h1, h2], 1)
    }

    /// If only entries of h₂ were changed, h₁ is set to its mean given h₂: the decoder reads h₁ alone and would not see
    /// the change.
    fn follow(&self, z: Tensor<2>, moved: &[usize]) -> Tensor<2> {
        if moved.iter().any(|&dimension| dimension < self.lower) {
            return z;
        }
        let [_, h2] = layers(z, self.lower);
        Tensor::cat(vec![self.downward.of(h2.clone()).mean(), h2], 1)
    }
}
