//! Gaussian pixels with one learned σ per pixel; the decoder gives means m.

use super::gaussian::{LOG_SIGMA_MIN, log_prob_per_pixel};
use super::{Likelihood, PixelNoise};
use crate::model::math::soft_floor;
use crate::model::{Initial, Layout, Pass};
use burn::tensor::Tensor;

/// Gaussian likelihood with σ per pixel: log p(x|z) = −½ Σᵢ [(xᵢ − mᵢ)²/σᵢ² + 2 log σᵢ + log 2π], in nats.
pub struct GaussianPerPixel {
    /// Index of the parameter log σ, one entry per pixel, before the soft lower limit is applied.
    log_sigma: usize,
}

impl GaussianPerPixel {
    pub fn new(layout: &mut Layout) -> Self {
        let shape = vec![layout.plan.image.pixels()];
        Self { log_sigma: layout.specs.parameter("likelihood.log_sigma".into(), shape, Initial::Constant(-1.0)) }
    }

    /// log σ after the soft lower limit, `1 × pixels`.
    fn log_sigma(&self, pass: &Pass) -> Tensor<2> {
        soft_floor(pass.parameter(self.log_sigma), LOG_SIGMA_MIN).unsqueeze()
    }
}

impl Likelihood for GaussianPerPixel {
    fn log_prob_per_pixel(&self, pass: &Pass, images: Tensor<2>, output: Tensor<2>) -> Tensor<2> {
        log_prob_per_pixel(images, output, self.log_sigma(pass))
    }

    fn mean(&self, output: Tensor<2>) -> Tensor<2> {
        output
    }

    fn draw(&self, pass: &Pass, output: Tensor<2>, noise: PixelNoise) -> Tensor<2> {
        output + noise.normal * self.log_sigma(pass).exp()
    }

    fn output_bias(&self, training_mean: &[f32]) -> Vec<f32> {
        training_mean.to_vec()
    }
}
