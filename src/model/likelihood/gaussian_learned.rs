//! Gaussian pixels with one learned σ; the decoder gives means m.

use super::gaussian::{HALF_LOG_2PI, linear, log_prob_per_pixel, squared_errors};
use super::{Likelihood, Linear, PixelNoise};
use crate::model::{Initial, Layout, Pass};
use burn::tensor::Tensor;

/// Gaussian likelihood with one learned σ: log p(x|z) = −½ Σ [(x − m)²/σ² + 2 log σ + log 2π], in nats.
pub struct GaussianLearned {
    /// Index of the parameter log σ, a single number.
    log_sigma: usize,
}

impl GaussianLearned {
    /// Declare log σ, which starts at −1: σ = e⁻¹ is near the standard deviation of natural pixels in [0, 1].
    pub fn new(layout: &mut Layout) -> Self {
        Self { log_sigma: layout.specs.parameter("likelihood.log_sigma".into(), vec![1], Initial::Constant(-1.0)) }
    }
}

impl Likelihood for GaussianLearned {
    fn log_prob(&self, pass: &Pass, images: Tensor<2>, output: Tensor<2>) -> Tensor<1> {
        let pixels = images.dims()[1] as f64;
        let log_sigma = pass.parameter(self.log_sigma);
        let precision = (log_sigma.clone() * -2.0).exp();
        squared_errors(images, output) * (precision * -0.5) - log_sigma * pixels - pixels * HALF_LOG_2PI
    }

    fn log_prob_per_pixel(&self, pass: &Pass, images: Tensor<2>, output: Tensor<2>) -> Tensor<2> {
        log_prob_per_pixel(images, output, pass.parameter(self.log_sigma).unsqueeze())
    }

    fn mean(&self, output: Tensor<2>) -> Tensor<2> {
        output
    }

    fn draw(&self, pass: &Pass, output: Tensor<2>, noise: PixelNoise) -> Tensor<2> {
        output + noise.normal * pass.parameter(self.log_sigma).exp().unsqueeze()
    }

    fn deviation(&self, pass: &Pass) -> Option<Tensor<1>> {
        Some(pass.parameter(self.log_sigma).exp())
    }

    fn linear(&self, deviation: Option<f64>) -> Option<Linear> {
        deviation.map(linear)
    }

    fn output_bias(&self, training_mean: &[f32]) -> Vec<f32> {
        training_mean.to_vec()
    }
}
