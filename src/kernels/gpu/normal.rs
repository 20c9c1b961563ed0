//! The diagonal Gaussian posterior on a GPU: samples, the KL to N(0, I), and the gradients of both. The posterior's
//! parameters are rows of means and then log variances, `B × 2·latent`; row k·B + b of the samples belongs to image b.

use super::{GpuTensor, UNITS, count, dims, empty, pointwise, row_by_row, sum};
use cubecl::prelude::*;

/// The place of the mean of entry `i` of `images × latent` (or of samples of them); its log variance is `latent`
/// behind.
#[cube]
fn mean_of(i: usize, images: usize, latent: usize) -> usize {
    (i / latent) % images * 2 * latent + i % latent
}

#[cube(launch)]
fn normal_sample(head: &[f32], epsilon: &[f32], out: &mut [f32], images: usize, latent: usize) {
    let mut i = ABSOLUTE_POS;
    while i < out.len() {
        let mean = mean_of(i, images, latent);
        out[i] = head[mean] + (0.5 * head[mean + latent]).exp() * epsilon[i];
        i += CUBE_COUNT * CUBE_DIM as usize;
    }
}

/// μ + σ·ε.
pub fn sample(head: GpuTensor, epsilon: GpuTensor) -> GpuTensor {
    let ([images, _], [_, latent]) = (dims(&head), dims(&epsilon));
    let out = empty(&epsilon, dims(&epsilon));
    let (cubes, units) = pointwise(count(&out));
    let client = out.client.clone();
    let arguments = (head.into_buffer_arg(), epsilon.into_buffer_arg(), out.clone().into_buffer_arg());
    normal_sample::launch(&client, cubes, units, arguments.0, arguments.1, arguments.2, images, latent);
    out
}

/// One thread for each mean and its log variance: sums over the samples, and, where the gradient with respect to the
/// bound is given, adds the gradient of −β·KL.
#[cube(launch)]
#[allow(clippy::too_many_arguments, reason = "a kernel's buffers")]
fn normal_backward(
    head: &[f32],
    epsilon: &[f32],
    gradient: &[f32],
    by_bound: &[f32],
    out: &mut [f32],
    images: usize,
    latent: usize,
    beta: f32,
    #[comptime] with_kl: bool,
) {
    let entries = images * latent;
    let mut i = ABSOLUTE_POS;
    while i < entries {
        let mut by_mean = 0.0f32;
        let mut by_deviation = 0.0f32;
        let mut at = i;
        while at < epsilon.len() {
            by_mean += gradient[at];
            by_deviation += gradient[at] * epsilon[at];
            at += entries;
        }
        let at_mean = mean_of(i, images, latent);
        let log_variance = head[at_mean + latent];
        let mut by_log_variance = by_deviation * (0.5 * log_variance).exp() * 0.5;
        if comptime!(with_kl) {
            let factor = -beta * by_bound[i / latent];
            by_mean += factor * head[at_mean];
            by_log_variance += 0.5 * factor * (log_variance.exp() - 1.0);
        }
        out[at_mean] = by_mean;
        out[at_mean + latent] = by_log_variance;
        i += CUBE_COUNT * CUBE_DIM as usize;
    }
}

/// The gradient with respect to the posterior's parameters, from the gradient with respect to the samples. `by_bound`,
/// the gradient with respect to the bound and β, adds the gradient of −β·KL.
pub fn gradient(
    head: GpuTensor,
    epsilon: GpuTensor,
    gradient: GpuTensor,
    by_bound: Option<(GpuTensor, f64)>,
) -> GpuTensor {
    let ([images, _], [_, latent]) = (dims(&head), dims(&epsilon));
    let out = empty(&head, dims(&head));
    let (cubes, units) = pointwise(images * latent);
    let client = out.client.clone();
    let with_kl = by_bound.is_some();
    let (by_bound, beta) = by_bound.unwrap_or_else(|| (empty(&head, [1]), 0.0));
    normal_backward::launch(
        &client,
        cubes,
        units,
        head.into_buffer_arg(),
        epsilon.into_buffer_arg(),
        gradient.into_buffer_arg(),
        by_bound.into_buffer_arg(),
        out.clone().into_buffer_arg(),
        images,
        latent,
        beta as f32,
        with_kl,
    );
    out
}

/// A cube for each image.
#[cube(launch)]
fn normal_bound(log_likelihood: &[f32], head: &[f32], bound: &mut [f32], kl: &mut [f32], latent: usize, beta: f32) {
    let images = bound.len();
    let samples = log_likelihood.len() / images;
    let mut image = CUBE_POS;
    while image < images {
        let mut part = 0.0f32;
        let mut k = UNIT_POS as usize;
        while k < samples {
            part += log_likelihood[k * images + image];
            k += comptime!(UNITS);
        }
        part /= f32::cast_from(samples);
        let mut j = UNIT_POS as usize;
        while j < latent {
            let mean = head[image * 2 * latent + j];
            let log_variance = head[image * 2 * latent + latent + j];
            let value = 0.5 * (mean * mean + log_variance.exp() - 1.0 - log_variance);
            kl[image * latent + j] = value;
            part -= beta * value;
            j += comptime!(UNITS);
        }
        let total = sum::over_cube(part);
        if UNIT_POS == 0 {
            bound[image] = total;
        }
        image += CUBE_COUNT;
    }
}

/// The bound 1/K Σ_k log p(x|z_k) − β·KL of each image, and the KL of each latent dimension, in nats.
pub fn bound(log_likelihood: GpuTensor, head: GpuTensor, beta: f64) -> (GpuTensor, GpuTensor) {
    let [images, both] = dims(&head);
    let latent = both / 2;
    let (bound, kl) = (empty(&head, [images]), empty(&head, [images, latent]));
    let (cubes, units) = row_by_row(images);
    let client = bound.client.clone();
    normal_bound::launch(
        &client,
        cubes,
        units,
        log_likelihood.into_buffer_arg(),
        head.into_buffer_arg(),
        bound.clone().into_buffer_arg(),
        kl.clone().into_buffer_arg(),
        latent,
        beta as f32,
    );
    (bound, kl)
}
