//! Two layers of latent variables, bottom-up (Burda, Grosse & Salakhutdinov 2015, section 5): z = (h₁, h₂) with log
//! q(z|x) = log q(h₁|x) + log q(h₂|h₁). The encoder gives q(h₁|x); a network of the posterior's own gives q(h₂|h₁).
//! Everything outside treats z as one vector; only the decoder reads h₁ alone.

use super::{Distribution, Normal, Posterior};
use crate::model::conditional::{ConditionalGaussian, ConditionalGaussianAt, layers};
use crate::model::{Layout, Pass};
use burn::tensor::Tensor;

/// The family of posteriors with two layers of latent variables.
pub struct TwoLayer {
    lower: usize,
    upward: ConditionalGaussian,
}

impl TwoLayer {
    pub fn new(layout: &mut Layout, upper: usize, hidden: usize, depth: usize) -> Self {
        let lower = layout.plan.lower();
        Self { lower, upward: ConditionalGaussian::new(layout, "posterior.upper", [lower, upper], hidden, depth) }
    }
}

impl Posterior for TwoLayer {
    fn distribution(&self, pass: &Pass, output: Tensor<2>) -> Box<dyn Distribution> {
        let [mean, log_variance] = output.split(self.lower, 1).try_into().expect("two halves, one a head");
        Box::new(Layers { first: Normal { mean, log_variance }, upward: self.upward.at(pass) })
    }
}

/// q(h₁|x) of B images, and the network of q(h₂|h₁).
struct Layers {
    first: Normal,
    upward: ConditionalGaussianAt,
}

impl Layers {
    /// h₁ and h₂ of z, or the two corresponding parts of the noise.
    fn split(&self, z: Tensor<2>) -> [Tensor<2>; 2] {
        layers(z, self.first.mean.dims()[1])
    }
}

impl Distribution for Layers {
    fn sample(&self, epsilon: Tensor<2>) -> Tensor<2> {
        let [first, second] = self.split(epsilon);
        let h1 = self.first.sample(first);
        let h2 = self.upward.of(h1.clone()).sample(second);
        Tensor::cat(vec![h1, h2], 1)
    }

    fn sample_with_log_prob(&self, epsilon: Tensor<2>) -> (Tensor<2>, Tensor<1>) {
        let [first, second] = self.split(epsilon);
        let (h1, log_first) = self.first.sample_with_log_prob(first);
        let (h2, log_second) = self.upward.of(h1.clone()).sample_with_log_prob(second);
        (Tensor::cat(vec![h1, h2], 1), log_first + log_second)
    }

    fn log_prob(&self, z: Tensor<2>) -> Tensor<1> {
        let [h1, h2] = self.split(z);
        self.first.log_prob(h1.clone()) + self.upward.of(h1).log_prob(h2)
    }

    fn log_factors(&self, z: Tensor<2>) -> Option<Tensor<2>> {
        let [h1, h2] = self.split(z);
        let first = self.first.marginal_log_prob(h1.clone())?;
        let second = self.upward.of(h1).marginal_log_prob(h2)?;
        Some(Tensor::cat(vec![first, second], 1))
    }

    fn detached(&self) -> Box<dyn Distribution> {
        let first =
            Normal { mean: self.first.mean.clone().detach(), log_variance: self.first.log_variance.clone().detach() };
        Box::new(Self { first, upward: self.upward.detached() })
    }

    /// The mean of h₁, and the mean of h₂ given that h₁ is at its mean.
    fn mean(&self) -> Tensor<2> {
        let h1 = self.first.mean();
        let h2 = self.upward.of(h1.clone()).mean();
        Tensor::cat(vec![h1, h2], 1)
    }

    /// The standard deviation of h₁, and that of h₂ given that h₁ is at its mean.
    fn deviation(&self) -> Tensor<2> {
        let second = self.upward.of(self.first.mean()).deviation();
        Tensor::cat(vec![self.first.deviation(), second], 1)
    }
}
