//! Functions that the Gaussian likelihoods share.

use super::{Linear, by_row, by_sample};
use burn::tensor::Tensor;

/// ½ log 2π.
pub const HALF_LOG_2PI: f64 = 0.918_938_533_204_672_7;

/// Σ over pixels of (x − m)², for images x `B × pixels` and means m `K·B × pixels`; `K·B` entries.
pub fn squared_errors(images: Tensor<2>, mean: Tensor<2>) -> Tensor<1> {
    let rows = mean.dims()[0];
    let (x, mean) = by_sample(images, mean);
    (x - mean).square().sum_dim(2).reshape([rows])
}

/// log N(x; m, σ²) of each pixel in nats, `K·B × pixels`: images x are `B × pixels`, means m `K·B × pixels`, and log σ
/// has a shape that broadcasts to `K·B × pixels`.
pub fn log_prob_per_pixel(images: Tensor<2>, mean: Tensor<2>, log_sigma: Tensor<2>) -> Tensor<2> {
    let (x, mean) = by_sample(images, mean);
    let scaled = by_row(x - mean) * log_sigma.clone().neg().exp();
    scaled.square() * -0.5 - log_sigma - HALF_LOG_2PI
}

/// A soft lower limit of log σ for likelihoods with a σ per pixel or image: the likelihood of a pixel that never varies
/// would drive log σ to −∞.
pub const LOG_SIGMA_MIN: f64 = -6.0;

/// log p(x|z) of Gaussian pixels with one σ as a function that is linear in x: the square, expanded.
pub fn linear(sigma: f64) -> Linear {
    let precision = 1.0 / (sigma * sigma);
    let per_pixel = sigma.ln() + HALF_LOG_2PI;
    let half_square = move |values: &[f32]| 0.5 * precision * values.iter().map(|&v| f64::from(v).powi(2)).sum::<f64>();
    Linear {
        scale: precision,
        of_output: Box::new(move |mean| -half_square(mean)),
        of_image: Box::new(move |x| -half_square(x) - per_pixel * x.len() as f64),
    }
}
