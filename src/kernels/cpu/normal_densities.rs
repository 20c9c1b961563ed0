//! The log densities of every sample under every Gaussian, dimension by dimension, forwards and backwards in one pass.

use crate::kernels::vector::vectorised;

/// Means and 1/σ, and −log σ − ½ log 2π, of M Gaussians, `M × latent`.
pub struct Normals<'a> {
    mean: &'a [f32],
    inverse: Vec<f32>,
    constant: Vec<f32>,
}

impl<'a> Normals<'a> {
    /// The Gaussians with these means and deviations.
    pub fn new(mean: &'a [f32], deviation: &[f32]) -> Self {
        let inverse = deviation.iter().map(|deviation| 1.0 / deviation).collect();
        let half = 0.5 * std::f32::consts::TAU.ln();
        Self { mean, inverse, constant: deviation.iter().map(|deviation| -deviation.ln() - half).collect() }
    }
}

vectorised! {
    /// log N(z_i; μ_j, σ_j²) of each dimension, `rows × M × latent`.
    pub fn log_densities(out: &mut [f32], z: &[f32], normals: &Normals<'_>, latent: usize) {
        let Normals { mean, inverse, constant } = normals;
        let mut beside = vec![0.0; mean.len()];
        for (z, out) in z.chunks_exact(latent).zip(out.chunks_exact_mut(mean.len())) {
            // The sample beside each Gaussian, so that no loop is as short as a row of z.
            beside.chunks_exact_mut(latent).for_each(|beside| beside.copy_from_slice(z));
            let normals = mean.iter().zip(inverse).zip(constant);
            for ((out, z), ((mean, inverse), constant)) in out.iter_mut().zip(&beside).zip(normals) {
                let apart = (z - mean) * inverse;
                *out = (-0.5 * apart).mul_add(apart, *constant);
            }
        }
    }
}

/// The gradients of Σ factor·log density with respect to z, means and deviations.
pub fn gradient(factors: &[f32], z: &[f32], normals: &Normals<'_>, latent: usize) -> [Vec<f32>; 3] {
    let [mut by_z, mut by_mean, mut by_deviation] = [z, normals.mean, normals.mean].map(|of| vec![0.0; of.len()]);
    gradients(&mut by_z, &mut by_mean, &mut by_deviation, factors, z, normals, latent);
    [by_z, by_mean, by_deviation]
}

vectorised! {
    fn gradients(
        by_z: &mut [f32],
        by_mean: &mut [f32],
        by_deviation: &mut [f32],
        factors: &[f32],
        z: &[f32],
        normals: &Normals<'_>,
        latent: usize,
    ) {
        let Normals { mean, inverse, .. } = normals;
        let (mut beside, mut pulls) = (vec![0.0; mean.len()], vec![0.0; mean.len()]);
        let rows = z.chunks_exact(latent).zip(by_z.chunks_exact_mut(latent));
        for ((z, by_z), factors) in rows.zip(factors.chunks_exact(mean.len())) {
            beside.chunks_exact_mut(latent).for_each(|beside| beside.copy_from_slice(z));
            let sums = by_mean.iter_mut().zip(&mut *by_deviation).zip(&mut pulls);
            let normals = beside.iter().zip(mean.iter().zip(inverse)).zip(factors);
            for (((by_mean, by_deviation), pull), ((z, (mean, inverse)), factor)) in sums.zip(normals) {
                let (apart, weighted) = ((z - mean) * inverse, factor * inverse);
                *pull = weighted * apart;
                *by_mean += *pull;
                *by_deviation += weighted * apart.mul_add(apart, -1.0);
            }
            // Sum over the Gaussians: add one half of them to the other, again and again.
            let mut left = mean.len() / latent;
            while left > 1 {
                let half = left.div_ceil(2);
                let (first, second) = pulls[..left * latent].split_at_mut(half * latent);
                first.iter_mut().zip(second).for_each(|(first, second)| *first += *second);
                left = half;
            }
            by_z.iter_mut().zip(&pulls).for_each(|(by_z, pull)| *by_z = -pull);
        }
    }
}
