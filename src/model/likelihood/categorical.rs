//! A probability for each of L grey levels of each pixel; the decoder gives logits, L channels for each channel of the
//! image.

use super::continuous_bernoulli::logit_of_mean;
use super::{Likelihood, PixelNoise};
use crate::kernels::{categorical_log_prob, log_sum_exp};
use crate::model::math::choose;
use crate::model::{Layout, Pass};
use burn::tensor::{Tensor, activation::softmax};

/// Categorical likelihood: log p(x|z) = Σ over pixels of (ℓ at the pixel's level − log Σ e^ℓ over levels), in nats.
/// Level l stands for the grey value l/(L − 1); a pixel belongs to the nearest level.
pub struct Categorical {
    levels: usize,
    pixels: usize,
}

impl Categorical {
    pub fn new(layout: &mut Layout, levels: usize) -> Self {
        Self { levels, pixels: layout.plan.image.pixels() }
    }

    /// The logits as `rows × levels × pixels`.
    fn logits(&self, output: Tensor<2>) -> Tensor<3> {
        let rows = output.dims()[0];
        output.reshape([rows, self.levels, self.pixels])
    }

    /// Σ over levels l of l/(L − 1) times the weight of l, `rows × pixels`.
    fn level(&self, weights: Tensor<3>) -> Tensor<2> {
        let rows = weights.dims()[0];
        let last = (self.levels - 1) as f32;
        let levels: Vec<f32> = (0..self.levels).map(|level| level as f32 / last).collect();
        let levels = Tensor::<1>::from_floats(levels.as_slice(), &weights.device()).reshape([1, self.levels, 1]);
        (weights * levels).sum_dim(1).reshape([rows, self.pixels])
    }
}

impl Likelihood for Categorical {
    fn log_prob(&self, _pass: &Pass, images: Tensor<2>, output: Tensor<2>) -> Tensor<1> {
        categorical_log_prob(images, output)
    }

    fn log_prob_per_pixel(&self, _pass: &Pass, images: Tensor<2>, output: Tensor<2>) -> Tensor<2> {
        let rows = output.dims()[0];
        let samples = rows / images.dims()[0];
        let level = (images * (self.levels - 1) as f64).round().int();
        let level = level.reshape([-1, 1, self.pixels as i32]).repeat_dim(0, samples);
        let logits = self.logits(output);
        let log_prob = logits.clone().gather(1, level) - log_sum_exp(logits, 1);
        log_prob.reshape([rows, self.pixels])
    }

    fn mean(&self, output: Tensor<2>) -> Tensor<2> {
        self.level(softmax(self.logits(output), 1))
    }

    fn draw(&self, _pass: &Pass, output: Tensor<2>, noise: PixelNoise) -> Tensor<2> {
        self.level(choose(softmax(self.logits(output), 1), noise.uniform.unsqueeze_dim(1)))
    }

    /// Logits that are linear in the level, θ·l/(L − 1), where θ is the logit of a continuous Bernoulli with the
    /// training mean.
    fn output_bias(&self, training_mean: &[f32]) -> Vec<f32> {
        let last = (self.levels - 1) as f32;
        let slopes: Vec<f32> = training_mean.iter().map(|&mean| logit_of_mean(mean)).collect();
        (0..self.levels).flat_map(|level| slopes.iter().map(move |slope| slope * level as f32 / last)).collect()
    }
}
