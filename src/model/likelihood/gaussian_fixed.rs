//! Gaussian pixels with one σ, given by the experiment; the decoder gives means m.

use super::gaussian::{HALF_LOG_2PI, linear, log_prob_per_pixel, squared_errors};
use super::{Likelihood, Linear, PixelNoise};
use crate::model::{Layout, Pass};
use burn::tensor::Tensor;

/// Gaussian likelihood with fixed σ: log p(x|z) = −½ Σ [(x − m)²/σ² + 2 log σ + log 2π], in nats.
pub struct GaussianFixed {
    sigma: f64,
}

impl GaussianFixed {
    pub fn new(_layout: &mut Layout, sigma: f64) -> Self {
        Self { sigma }
    }
}

impl Likelihood for GaussianFixed {
    fn log_prob(&self, _pass: &Pass, images: Tensor<2>, output: Tensor<2>) -> Tensor<1> {
        let pixels = images.dims()[1] as f64;
        squared_errors(images, output) * (-0.5 / (self.sigma * self.sigma)) - pixels * (self.sigma.ln() + HALF_LOG_2PI)
    }

    fn log_prob_per_pixel(&self, _pass: &Pass, images: Tensor<2>, output: Tensor<2>) -> Tensor<2> {
        let log_sigma = Tensor::full([1, 1], self.sigma.ln(), &output.device());
        log_prob_per_pixel(images, output, log_sigma)
    }

    fn mean(&self, output: Tensor<2>) -> Tensor<2> {
        output
    }

    fn draw(&self, _pass: &Pass, output: Tensor<2>, noise: PixelNoise) -> Tensor<2> {
        output + noise.normal * self.sigma
    }

    fn deviation(&self, pass: &Pass) -> Option<Tensor<1>> {
        Some(Tensor::from_floats([self.sigma as f32], &pass.parameters[0].device()))
    }

    fn linear(&self, deviation: Option<f64>) -> Option<Linear> {
        deviation.map(linear)
    }

    fn output_bias(&self, training_mean: &[f32]) -> Vec<f32> {
        training_mean.to_vec()
    }
}
