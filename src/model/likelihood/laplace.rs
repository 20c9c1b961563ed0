//! Laplace pixels with one learned scale b; the decoder gives medians m.

use super::{Likelihood, PixelNoise, by_row, by_sample};
use crate::model::{Initial, Layout, Pass};
use burn::tensor::Tensor;

/// Laplace likelihood: log p(x|z) = −Σ [|x − m|/b + log 2b], in nats.
pub struct Laplace {
    /// Index of the parameter log b, a single number.
    log_scale: usize,
}

impl Laplace {
    /// Declare log b, which starts where the standard deviation √2·b is about e⁻¹.
    pub fn new(layout: &mut Layout) -> Self {
        Self { log_scale: layout.specs.parameter("likelihood.log_scale".into(), vec![1], Initial::Constant(-1.35)) }
    }
}

impl Likelihood for Laplace {
    fn log_prob_per_pixel(&self, pass: &Pass, images: Tensor<2>, output: Tensor<2>) -> Tensor<2> {
        let log_scale: Tensor<2> = pass.parameter(self.log_scale).unsqueeze();
        let (x, median) = by_sample(images, output);
        by_row((x - median).abs()) * log_scale.clone().neg().exp().neg() - log_scale - std::f64::consts::LN_2
    }

    fn mean(&self, output: Tensor<2>) -> Tensor<2> {
        output
    }

    /// A draw m − b·sign(u − ½)·log(1 − 2|u − ½|) from uniforms u.
    fn draw(&self, pass: &Pass, output: Tensor<2>, noise: PixelNoise) -> Tensor<2> {
        let scale = pass.parameter(self.log_scale).exp().unsqueeze();
        let side = noise.uniform - 0.5;
        output - side.clone().sign() * (side.abs() * -2.0).log1p() * scale
    }

    /// The standard deviation √2·b.
    fn deviation(&self, pass: &Pass) -> Option<Tensor<1>> {
        Some(pass.parameter(self.log_scale).exp() * std::f64::consts::SQRT_2)
    }

    fn output_bias(&self, training_mean: &[f32]) -> Vec<f32> {
        training_mean.to_vec()
    }
}
