//! Gaussian pixels with one σ per image from the decoder, which gives means m and, in as many further channels, numbers
//! whose average is log σ.

use super::gaussian::{LOG_SIGMA_MIN, log_prob_per_pixel};
use super::{Likelihood, PixelNoise};
use crate::model::math::soft_floor;
use crate::model::{Layout, Pass};
use burn::tensor::Tensor;

/// Gaussian likelihood with σ per image: log p(x|z) = −½ Σ [(x − m)²/σ² + 2 log σ + log 2π] in nats, where σ depends on
/// z.
pub struct GaussianPerImage {
    pixels: usize,
}

impl GaussianPerImage {
    pub fn new(layout: &mut Layout) -> Self {
        Self { pixels: layout.plan.image.pixels() }
    }

    /// Means `rows × pixels` and log σ `rows × 1`.
    fn split(&self, output: Tensor<2>) -> (Tensor<2>, Tensor<2>) {
        let [mean, log_sigma] = output.split(self.pixels, 1).try_into().expect("two halves");
        (mean, soft_floor(log_sigma.mean_dim(1), LOG_SIGMA_MIN))
    }
}

impl Likelihood for GaussianPerImage {
    fn log_prob_per_pixel(&self, _pass: &Pass, images: Tensor<2>, output: Tensor<2>) -> Tensor<2> {
        let (mean, log_sigma) = self.split(output);
        log_prob_per_pixel(images, mean, log_sigma)
    }

    fn mean(&self, output: Tensor<2>) -> Tensor<2> {
        self.split(output).0
    }

    fn draw(&self, _pass: &Pass, output: Tensor<2>, noise: PixelNoise) -> Tensor<2> {
        let (mean, log_sigma) = self.split(output);
        mean + noise.normal * log_sigma.exp()
    }

    fn output_bias(&self, training_mean: &[f32]) -> Vec<f32> {
        [training_mean, &vec![-1.0; training_mean.len()]].concat()
    }
}
