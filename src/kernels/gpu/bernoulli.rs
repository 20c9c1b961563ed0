//! The Bernoulli log-likelihood on a GPU, with one cube (workgroup) per row of logits.

use super::{GpuTensor, UNITS, dims, empty, row_by_row, sum};
use cubecl::prelude::*;

/// log(1 + t) for t in [0, 1] with an error below 2·10⁻⁷, as 2 artanh(s) with s = t/(2 + t) ≤ ⅓. (A GPU may compute
/// `log1p(t)` as log(1 + t), which is inaccurate for small t.)
#[cube]
fn log1p_unit(t: f32) -> f32 {
    let s = t / (2.0 + t);
    let s2 = s * s;
    let mut series = s2 * 0.066_666_67 + 0.076_923_08;
    series = s2 * series + 0.090_909_09;
    series = s2 * series + 0.111_111_11;
    series = s2 * series + 0.142_857_15;
    series = s2 * series + 0.2;
    series = s2 * series + 0.333_333_34;
    2.0 * s + 2.0 * s * (s2 * series)
}

/// Row r of the logits belongs to image r mod B. With a bias, its entry for each pixel is added to the logits.
#[cube(launch)]
#[allow(clippy::too_many_arguments, reason = "a kernel's buffers")]
fn bernoulli(
    images: &[f32],
    logits: &[f32],
    bias: &[f32],
    values: &mut [f32],
    residuals: &mut [f32],
    pixels: usize,
    #[comptime] with_bias: bool,
    #[comptime] with_residuals: bool,
) {
    let rows = values.len();
    let mut row = CUBE_POS;
    while row < rows {
        let from = row * pixels;
        let image = from % images.len();
        let mut sum = 0.0f32;
        let mut pixel = UNIT_POS as usize;
        while pixel < pixels {
            let x = images[image + pixel];
            let mut logit = logits[from + pixel];
            if comptime!(with_bias) {
                logit += bias[pixel];
            }
            let t = (-logit.abs()).exp();
            // Not `max`, which may turn NaN into a number.
            sum += x * logit - (select(logit <= 0.0, 0.0, logit) + log1p_unit(t));
            if comptime!(with_residuals) {
                residuals[from + pixel] = x - select(logit >= 0.0, 1.0, t) / (1.0 + t);
            }
            pixel += comptime!(UNITS);
        }
        let total = sum::over_cube(sum);
        if UNIT_POS == 0 {
            values[row] = total;
        }
        row += CUBE_COUNT;
    }
}

fn launch(images: GpuTensor, logits: GpuTensor, bias: Option<GpuTensor>, residuals: Option<GpuTensor>) -> GpuTensor {
    let [rows, pixels] = dims(&logits);
    let values = empty(&logits, [rows]);
    let (cubes, units) = row_by_row(rows);
    let (with_bias, with_residuals) = (bias.is_some(), residuals.is_some());
    // In the place of what is not used, a word of memory.
    let or_none = |tensor: Option<GpuTensor>| tensor.unwrap_or_else(|| empty(&values, [1])).into_buffer_arg();
    let client = values.client.clone();
    bernoulli::launch(
        &client,
        cubes,
        units,
        images.into_buffer_arg(),
        logits.into_buffer_arg(),
        or_none(bias),
        values.clone().into_buffer_arg(),
        or_none(residuals),
        pixels,
        with_bias,
        with_residuals,
    );
    values
}

/// Σ over pixels of x·ℓ − softplus(ℓ).
pub fn log_likelihood(images: GpuTensor, logits: GpuTensor, bias: Option<GpuTensor>) -> GpuTensor {
    launch(images, logits, bias, None)
}

/// Σ over pixels of x·ℓ − softplus(ℓ), and x − sigmoid(ℓ).
pub fn log_likelihood_and_residual(
    images: GpuTensor,
    logits: GpuTensor,
    bias: Option<GpuTensor>,
) -> (GpuTensor, GpuTensor) {
    let residuals = empty(&logits, dims(&logits));
    (launch(images, logits, bias, Some(residuals.clone())), residuals)
}
