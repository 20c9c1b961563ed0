//! Independent Bernoulli pixels; the decoder gives logits ℓ.

use super::{Likelihood, Linear, PixelNoise, by_row, by_sample};
use crate::kernels::{bernoulli_log_prob, bernoulli_log_prob_of_layer, softplus, sum_of_softplus};
use crate::model::network::Output;
use crate::model::{Layout, Pass};
use burn::tensor::{Tensor, activation::sigmoid};

/// Bernoulli likelihood: log p(x|z) = Σ x·ℓ − softplus(ℓ), in nats (Kingma & Welling 2013, appendix C.1).
pub struct Bernoulli;

impl Bernoulli {
    pub fn new(_layout: &mut Layout) -> Self {
        Self
    }
}

impl Likelihood for Bernoulli {
    fn log_prob(&self, _pass: &Pass, images: Tensor<2>, output: Tensor<2>) -> Tensor<1> {
        bernoulli_log_prob(images, output)
    }

    fn log_prob_of(&self, _pass: &Pass, images: Tensor<2>, output: Output) -> Tensor<1> {
        match output.last {
            Some(last) => bernoulli_log_prob_of_layer(images, output.h, last.weight, last.bias),
            None => bernoulli_log_prob(images, output.h),
        }
    }

    fn log_prob_per_pixel(&self, _pass: &Pass, images: Tensor<2>, output: Tensor<2>) -> Tensor<2> {
        let (x, logits) = by_sample(images, output);
        by_row(x * logits.clone() - softplus(logits))
    }

    fn mean(&self, output: Tensor<2>) -> Tensor<2> {
        sigmoid(output)
    }

    fn draw(&self, _pass: &Pass, output: Tensor<2>, noise: PixelNoise) -> Tensor<2> {
        noise.uniform.lower(sigmoid(output)).float()
    }

    fn linear(&self, _deviation: Option<f64>) -> Option<Linear> {
        Some(Linear { scale: 1.0, of_output: Box::new(|logits| -sum_of_softplus(logits)), of_image: Box::new(|_| 0.0) })
    }

    fn output_bias(&self, training_mean: &[f32]) -> Vec<f32> {
        training_mean.iter().map(|&p| logit(p)).collect()
    }
}

/// The logit of the mean `p`, kept within ±7 (p ≈ 0.001) for pixels that are always black or white.
pub fn logit(p: f32) -> f32 {
    let p = p.clamp(1e-3, 1.0 - 1e-3);
    (p / (1.0 - p)).ln()
}
