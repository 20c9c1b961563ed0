//! The total correlation KL[q(z) ‖ Π_j q(z_j)] of the aggregate posterior.

use super::Codes;
use crate::kernels::{log_sum_exp, normal_log_densities};
use burn::tensor::Tensor;

/// How a batch of B images represents all N training images.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weighting {
    /// Minibatch-weighted sampling (Chen et al. 2018, eq. 5): log q(z) ≈ log 1/(N·B) Σ_j q(z|x_j), which is biased.
    Weighted,
    /// Minibatch-stratified sampling (Chen et al. 2018, appendix C.2): the image that z was sampled from has weight
    /// 1/N, the others share the rest, so that the estimate of q(z) is unbiased.
    Stratified,
}

/// The total correlation KL[q(z) ‖ Π_j q(z_j)] in nats, a tensor with one entry, with log q(z) and log q(z_j) estimated
/// from the q(z|x) of the batch.
pub(super) fn total_correlation(codes: Codes, weighting: Weighting) -> Tensor<1> {
    let images = codes.z.dims()[0];
    let weights = weighting.log_weights(images, codes.training_images);
    let weights = Tensor::<1>::from_floats(weights.as_slice(), &codes.z.device().without_autodiff());
    // log q(z_i|x_j) per dimension, plus the log weight of j in the sum for i.
    let densities = normal_log_densities(codes.z, codes.mean, codes.deviation);
    let weights: Tensor<3> = weights.reshape([images, images, 1]);
    let joint = log_sum_exp(densities.clone().sum_dim(2) + weights.clone(), 1);
    let marginals = log_sum_exp(densities + weights, 1);
    (joint.sum() - marginals.sum()) / images as f64
}

impl Weighting {
    /// The log weight of image j in the sum for the sample of image i, `B × B` row by row.
    fn log_weights(self, images: usize, training_images: usize) -> Vec<f32> {
        let (b, n) = (images as f64, training_images.max(images) as f64);
        if self == Self::Weighted {
            return vec![-(n * b).ln() as f32; images * images];
        }
        let mut log_weights = vec![-(b - 1.0).ln() as f32; images * images];
        for (i, row) in log_weights.chunks_exact_mut(images).enumerate() {
            // The others of the batch are M; one of them, no matter which, makes the sum one.
            row[(i + 1) % images] = ((n - (b - 1.0)) / (n * (b - 1.0))).ln() as f32;
            row[i] = -n.ln() as f32;
        }
        log_weights
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::objective::weights::tests::read;
    use crate::random::{Purpose, Stream};
    use burn::tensor::{Device, TensorData};
    use std::f64::consts::TAU;

    fn codes(images: usize, latent: usize, training_images: usize) -> (Codes<'static>, [Vec<f64>; 3]) {
        let mut numbers = vec![0.0_f32; 3 * images * latent];
        Stream::new(6, Purpose::Epsilon).fill_normal(0, &mut numbers);
        let (mean, rest) = numbers.split_at(images * latent);
        let (log_deviation, epsilon) = rest.split_at(images * latent);
        let deviation: Vec<f32> = log_deviation.iter().map(|l| (0.3 * l - 0.5).exp()).collect();
        let z: Vec<f32> = mean.iter().zip(&deviation).zip(epsilon).map(|((m, s), e)| m + s * e).collect();
        let tensor = |v: &[f32]| Tensor::from_data(TensorData::new(v.to_vec(), [images, latent]), &Device::flex());
        let host = |v: &[f32]| v.iter().map(|&v| f64::from(v)).collect::<Vec<f64>>();
        let host = [host(&z), host(mean), host(&deviation)];
        let [z, mean, deviation] = [&z[..], mean, &deviation].map(tensor);
        (Codes { z, mean, deviation, training_images, discriminator: None }, host)
    }

    /// By the definition, in f64.
    fn reference([z, mean, deviation]: &[Vec<f64>; 3], latent: usize, weight: impl Fn(usize, usize) -> f64) -> f64 {
        let images = z.len() / latent;
        let density = |i: usize, j: usize, d: usize| {
            let (m, s) = (mean[j * latent + d], deviation[j * latent + d]);
            (-0.5 * ((z[i * latent + d] - m) / s).powi(2)).exp() / (s * TAU.sqrt())
        };
        let of = |i: usize| {
            let sum = |f: &dyn Fn(usize) -> f64| (0..images).map(|j| weight(i, j) * f(j)).sum::<f64>().ln();
            let joint = sum(&|j| (0..latent).map(|d| density(i, j, d)).product());
            joint - (0..latent).map(|d| sum(&|j| density(i, j, d))).sum::<f64>()
        };
        (0..images).map(of).sum::<f64>() / images as f64
    }

    #[test]
    fn both_estimates_are_those_of_their_definition() {
        let (b, n) = (7, 50);
        let weighted = |_, _| 1.0 / (b * n) as f64;
        let stratified = |i: usize, j: usize| match (j + b - i) % b {
            0 => 1.0 / n as f64,
            1 => (n - (b - 1)) as f64 / (n * (b - 1)) as f64,
            _ => 1.0 / (b - 1) as f64,
        };
        let check = |weighting, weight: &dyn Fn(usize, usize) -> f64| {
            let (codes, host) = codes(b, 3, n);
            let found = read(total_correlation(codes, weighting))[0];
            let expected = reference(&host, 3, weight);
            assert!(
                (found - expected).abs() < 1e-4 * expected.abs().max(1.0),
                "{weighting:?}: {found}, not {expected}"
            );
        };
        check(Weighting::Weighted, &weighted);
        check(Weighting::Stratified, &stratified);
    }

    #[test]
    fn stratified_weights_sum_to_one() {
        for (images, training_images) in [(2, 2), (5, 5), (5, 1_000), (64, 60_000)] {
            let weights = Weighting::Stratified.log_weights(images, training_images);
            for row in weights.chunks(images) {
                let sum: f64 = row.iter().map(|&w| f64::from(w).exp()).sum();
                assert!((sum - 1.0).abs() < 1e-5, "B = {images}, N = {training_images}: {sum}");
            }
        }
    }
}
