//! What the Gaussian likelihoods share.

use super::{Linear, by_row, by_sample};
use burn::tensor::Tensor;

/// ½ log 2π.
pub const HALF_LOG_2PI: f64 = 0.918_938_533_204_672_7;

/// Σ over pixels of (x − m)², one entry a row: images x `B × pixels`, means m `K·B × pixels`.
pub fn squared_errors(images: Tensor<2>, mean: Tensor<2>) -> Tensor<1> {
    let rows = mean.dims()[0];
    let (x, mean) = by_sample(images, mean);
    (x - mean).square().sum_dim(2).reshape([rows])
}

/// log N(x; m, σ²) pixel by pixel: images x `B × pixels`, means m `K·B × pixels`, log σ of a shape that broadcasts to
/// these.
pub fn log_prob_per_pixel(images: Tensor<2>, mean: Tensor<2>, log_sigma: Tensor<2>) -> Tensor<2> {
    let (x, mean) = by_sample(images, mean);
    let scaled = by_row(x - mean) * log_sigma.clone().neg().exp();
    scaled.square() * -0.5 - log_sigma - HALF_LOG_2PI
}

/// A soft floor of log σ where single pixels or images have a σ: one that never varies would drive it to −∞.
pub const LOG_SIGMA_MIN: f64 = -6.0;

/// The log density with one σ as a function that is linear in x: the square, expanded.
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
