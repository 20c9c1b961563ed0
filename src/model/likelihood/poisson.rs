//! Counts that are Poisson; the decoder gives the log rate.

use super::counts::{draw_counts, log_factorial, log_of_mean};
use super::{Likelihood, PixelNoise, by_row, by_sample};
use crate::model::{Layout, Pass};
use burn::tensor::Tensor;

/// Poisson likelihood: log p(x|z) = Σ [x·o − eᵒ − log x!], in nats, for counts x = 0, 1, 2, … and log rates o.
pub struct Poisson;

impl Poisson {
    pub fn new(_layout: &mut Layout) -> Self {
        Self
    }
}

impl Likelihood for Poisson {
    fn log_prob_per_pixel(&self, _pass: &Pass, images: Tensor<2>, output: Tensor<2>) -> Tensor<2> {
        let (x, log_rate) = by_sample(images, output);
        by_row(x.clone() * log_rate.clone() - log_rate.exp() - log_factorial(x))
    }

    fn mean(&self, output: Tensor<2>) -> Tensor<2> {
        output.exp()
    }

    /// The count at which the distribution function passes a uniform draw.
    fn draw(&self, _pass: &Pass, output: Tensor<2>, noise: PixelNoise) -> Tensor<2> {
        draw_counts(output, None, noise.uniform)
    }

    fn output_bias(&self, training_mean: &[f32]) -> Vec<f32> {
        training_mean.iter().map(|&mean| log_of_mean(mean)).collect()
    }
}
