//! Counts that vary more than a Poisson's; the decoder gives the log mean.

use super::counts::{draw_counts, log_factorial, log_of_mean};
use super::{Likelihood, PixelNoise, by_row, by_sample};
use crate::kernels::softplus;
use crate::model::math::{log_gamma, soft_floor};
use crate::model::{Initial, Layout, Pass};
use burn::tensor::Tensor;

/// A soft lower limit of log r: a column that is almost always 0 would drive r to 0.
const LOG_R_MIN: f64 = -6.0;

/// Negative binomial likelihood with mean m = eᵒ and variance m + m²/r (Lopez et al. 2018, "scVI"): log p(x|z) =
/// Σ [log Γ(x + r) − log Γ(r) − log x! + r·log(r/(r + m)) + x·log(m/(r + m))], in nats. It is a Poisson whose rate is
/// drawn from a gamma distribution of shape r; for r → ∞ it is the Poisson itself. Each pixel or column has an r of its
/// own, learned and equal for all images.
pub struct NegativeBinomial {
    /// Index of the parameter log r, one entry per pixel, before the soft lower limit is applied.
    log_r: usize,
    pixels: usize,
}

impl NegativeBinomial {
    /// Declare log r, which starts at 1.
    pub fn new(layout: &mut Layout) -> Self {
        let pixels = layout.plan.image.pixels();
        let log_r = layout.specs.parameter("likelihood.log_r".into(), vec![pixels], Initial::Constant(1.0));
        Self { log_r, pixels }
    }

    fn log_r(&self, pass: &Pass) -> Tensor<1> {
        soft_floor(pass.parameter(self.log_r), LOG_R_MIN)
    }
}

impl Likelihood for NegativeBinomial {
    fn log_prob_per_pixel(&self, pass: &Pass, images: Tensor<2>, output: Tensor<2>) -> Tensor<2> {
        let (x, log_mean) = by_sample(images, output);
        let log_r: Tensor<3> = self.log_r(pass).reshape([1, 1, self.pixels]);
        let r = log_r.clone().exp();
        // log(r/(r + m)) = −softplus(o − log r), log(m/(r + m)) = −softplus(log r − o).
        let of_r = softplus(log_mean.clone() - log_r.clone()).neg() * r.clone();
        let of_mean = softplus(log_r - log_mean).neg() * x.clone();
        let orders = log_gamma(x.clone() + r.clone()) - log_gamma(r) - log_factorial(x);
        by_row(of_r + of_mean + orders)
    }

    fn mean(&self, output: Tensor<2>) -> Tensor<2> {
        output.exp()
    }

    /// The count at which the distribution function passes a uniform draw.
    fn draw(&self, pass: &Pass, output: Tensor<2>, noise: PixelNoise) -> Tensor<2> {
        draw_counts(output, Some(self.log_r(pass).exp()), noise.uniform)
    }

    fn output_bias(&self, training_mean: &[f32]) -> Vec<f32> {
        training_mean.iter().map(|&mean| log_of_mean(mean)).collect()
    }
}
