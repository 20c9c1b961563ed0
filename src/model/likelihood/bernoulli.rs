//! Independent Bernoulli pixels; the decoder gives logits ℓ.

use super::{Likelihood, Linear};
use crate::kernels::bernoulli_log_prob;
use crate::model::Pass;
use burn::tensor::{Tensor, activation::sigmoid};

/// log p(x|z) = Σ x·ℓ − softplus(ℓ).
pub(super) struct Bernoulli;

impl Likelihood for Bernoulli {
    fn log_prob(&self, _pass: &Pass, images: Tensor<2>, output: Tensor<2>) -> Tensor<1> {
        bernoulli_log_prob(images, output)
    }

    fn mean(&self, output: Tensor<2>) -> Tensor<2> {
        sigmoid(output)
    }

    fn draw(&self, _noise_scale: f32, mean: &[f32], _normal: &[f32], uniform: &[f32]) -> Vec<f32> {
        mean.iter().zip(uniform).map(|(p, u)| f32::from(u < p)).collect()
    }

    fn deviation(&self, _pass: &Pass) -> Option<Tensor<1>> {
        None
    }

    fn linear(&self, _deviation: Option<f64>) -> Option<Linear> {
        let softplus = |l: f64| l.max(0.0) + (-l.abs()).exp().ln_1p();
        Some(Linear {
            scale: 1.0,
            of_output: Box::new(move |logits| -logits.iter().map(|&l| softplus(l)).sum::<f64>()),
            of_image: Box::new(|_| 0.0),
        })
    }

    /// The logit of the mean, kept within ±7 (p ≈ 0.001) for pixels that are always black or white.
    fn output_bias(&self, training_mean: &[f32]) -> Vec<f32> {
        training_mean.iter().map(|&p| (p.clamp(1e-3, 1.0 - 1e-3) / (1.0 - p.clamp(1e-3, 1.0 - 1e-3))).ln()).collect()
    }
}
