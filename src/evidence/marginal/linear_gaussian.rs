//! log p(x) and p(z|x) in closed form for x = W·z + b + σ·noise with z ~ N(0, I) (Tipping & Bishop 1999, "Probabilistic
//! principal component analysis", eq. 4–8; for any W, not only the optimal one). In f64, through `latent × latent`
//! matrices.

use crate::evidence::joint::{Joint, ModelJoint, read};
use crate::experiment::{Activation, Experiment, Layer, Likelihood, Norm, PlannedLayer, Prior};
use crate::kernels::row_products;
use burn::tensor::{ExecutionError, Tensor, TensorData};
use std::f64::consts::TAU;

/// The exact distributions of a linear-Gaussian model.
pub struct LinearGaussian {
    latent: usize,
    /// The weights W, `latent × pixels`.
    weights: Vec<f64>,
    bias: Vec<f64>,
    variance: f64,
    /// M = I + W·Wᵀ/σ², the precision of p(z|x), `latent × latent`.
    precision: Vec<f64>,
    /// The Cholesky factor L of M = L·Lᵀ.
    factor: Vec<f64>,
}

/// The exact posterior p(z|x) of one image.
#[derive(Clone, Debug, PartialEq)]
pub struct ExactPosterior {
    /// log p(x), in nats.
    pub log_px: f64,
    /// The posterior mean E[z|x]. (The covariance is the same for all images: [`LinearGaussian::covariance`].)
    pub mean: Vec<f64>,
}

/// Whether a decoder with these layers is an affine map in evaluation, where dropout does nothing.
fn is_affine(layers: &[PlannedLayer]) -> bool {
    layers.iter().all(|planned| match &planned.layer {
        Layer::Reshape { .. } => true,
        Layer::Residual { .. } => is_affine(&planned.children),
        other => other.follow().is_some_and(|f| f.activation == Activation::Linear && f.norm == Norm::None),
    })
}

impl LinearGaussian {
    /// Whether p(x, z) of an experiment's model is linear and Gaussian; q(z|x) may be anything.
    pub fn applies(experiment: &Experiment, decoder: &[PlannedLayer]) -> bool {
        let gaussian =
            matches!(experiment.decoder.likelihood, Likelihood::GaussianLearned | Likelihood::GaussianFixed { .. });
        gaussian && experiment.latent.prior == Prior::StandardNormal && is_affine(decoder)
    }

    /// The model of `joint` as a linear-Gaussian one; `None` unless it [`applies`](Self::applies).
    ///
    /// # Errors
    /// The device fails.
    pub fn of(experiment: &Experiment, joint: &ModelJoint) -> Result<Option<Self>, ExecutionError> {
        let model = joint.model();
        if !Self::applies(experiment, &model.plan().decoder) {
            return Ok(None);
        }
        let Some(deviation) = model.likelihood().deviation(&joint.pass()) else { return Ok(None) };
        let sigma = read(deviation)?.first().copied().unwrap_or(f64::NAN);
        // The decoder at 0 is b, and at each unit vector b and a row of W.
        let latent = model.latent();
        let mut z = vec![0.0_f32; (latent + 1) * latent];
        (0..latent).for_each(|d| z[(d + 1) * latent + d] = 1.0);
        let z = Tensor::from_data(TensorData::new(z, [latent + 1, latent]), &joint.device());
        let pixels = model.image().pixels();
        let outputs = read(model.decode(&joint.pass(), z).reshape([(latent + 1) * pixels]))?;
        let (bias, rows) = outputs.split_at(pixels);
        let weights = rows.iter().zip(bias.iter().cycle()).map(|(row, b)| row - b).collect();
        Ok(Some(Self::new(weights, bias.to_vec(), sigma)))
    }

    /// The model with weights W (`latent × pixels`), bias b and standard deviation σ.
    pub fn new(weights: Vec<f64>, bias: Vec<f64>, sigma: f64) -> Self {
        let latent = weights.len() / bias.len();
        let variance = sigma * sigma;
        let mut precision = row_products(&weights, &weights, bias.len());
        precision.iter_mut().for_each(|v| *v /= variance);
        (0..latent).for_each(|d| precision[d * latent + d] += 1.0);
        let factor = cholesky(&precision, latent);
        Self { latent, weights, bias, variance, precision, factor }
    }

    /// The model of an image's known values (missing ones are NaN), and these values. The log p(x) of this model is
    /// log p(x_known), its posterior p(z|x_known).
    pub fn of_known(&self, image: &[f32]) -> (Self, Vec<f32>) {
        let pixels = self.bias.len();
        let known: Vec<usize> = (0..pixels).filter(|&pixel| !image[pixel].is_nan()).collect();
        let rows = self.weights.chunks_exact(pixels);
        let weights = rows.flat_map(|row| known.iter().map(|&pixel| row[pixel])).collect();
        let bias = known.iter().map(|&pixel| self.bias[pixel]).collect();
        (Self::new(weights, bias, self.variance.sqrt()), known.iter().map(|&pixel| image[pixel]).collect())
    }

    /// E[x|z] at the posterior mean E[z|x], `pixels` long. With the posterior of the known values it is the imputation
    /// of the missing ones.
    pub fn mean_image(&self, posterior: &ExactPosterior) -> Vec<f64> {
        let rows = self.weights.chunks_exact(self.bias.len()).zip(&posterior.mean);
        rows.fold(self.bias.clone(), |mut mean, (row, z)| {
            mean.iter_mut().zip(row).for_each(|(mean, weight)| *mean += z * weight);
            mean
        })
    }

    /// log p(x) and E[z|x] of one image.
    pub fn posterior(&self, image: &[f32]) -> ExactPosterior {
        let centred: Vec<f64> = image.iter().zip(&self.bias).map(|(x, b)| f64::from(*x) - b).collect();
        let projected = row_products(&self.weights, &centred, centred.len());
        let mean = self.solve(&projected).iter().map(|m| m / self.variance).collect::<Vec<f64>>();
        let square: f64 = centred.iter().map(|v| v * v).sum();
        let explained: f64 = projected.iter().zip(&mean).map(|(p, m)| p * m).sum();
        let log_determinant = centred.len() as f64 * (TAU * self.variance).ln() + self.log_determinant();
        ExactPosterior { log_px: -0.5 * (log_determinant + (square - explained) / self.variance), mean }
    }

    /// The posterior covariance Cov[z|x] = M⁻¹, `latent × latent`.
    pub fn covariance(&self) -> Vec<f64> {
        let unit = |d: usize| (0..self.latent).map(|i| f64::from(u8::from(i == d))).collect::<Vec<f64>>();
        (0..self.latent).flat_map(|d| self.solve(&unit(d))).collect()
    }

    /// KL[N(m, diag s²) ‖ p(z|x)], in nats.
    pub fn kl_of_diagonal(&self, mean: &[f64], deviation: &[f64], posterior: &ExactPosterior) -> f64 {
        let n = self.latent;
        let difference: Vec<f64> = mean.iter().zip(&posterior.mean).map(|(a, b)| a - b).collect();
        let row = |i: usize| &self.precision[i * n..(i + 1) * n];
        let quadratic: f64 =
            (0..n).map(|i| difference[i] * row(i).iter().zip(&difference).map(|(p, d)| p * d).sum::<f64>()).sum();
        let trace: f64 = (0..n).map(|i| row(i)[i] * deviation[i].powi(2)).sum();
        let log_q: f64 = deviation.iter().map(|s| 2.0 * s.ln()).sum();
        0.5 * (trace + quadratic - n as f64 - self.log_determinant() - log_q)
    }

    /// A draw from p(z|x) for each row of standard normals, `rows × latent`: E[z|x] + L⁻ᵀ·ε, with M = L·Lᵀ.
    pub fn draw(&self, posterior: &ExactPosterior, normals: &[f32]) -> Vec<f32> {
        let n = self.latent;
        let row = |epsilon: &[f32]| {
            let mut y: Vec<f64> = epsilon.iter().map(|&e| f64::from(e)).collect();
            self.solve_transposed(&mut y);
            y.into_iter().zip(&posterior.mean).map(|(y, mean)| (mean + y) as f32).collect::<Vec<f32>>()
        };
        normals.chunks_exact(n).flat_map(row).collect()
    }

    /// log p(z|x) at z, in nats.
    pub fn log_posterior(&self, posterior: &ExactPosterior, z: &[f64]) -> f64 {
        let n = self.latent;
        let difference: Vec<f64> = z.iter().zip(&posterior.mean).map(|(a, b)| a - b).collect();
        let quadratic: f64 = difference
            .iter()
            .zip(self.precision.chunks_exact(n))
            .map(|(d, row)| d * row.iter().zip(&difference).map(|(p, d)| p * d).sum::<f64>())
            .sum();
        0.5 * (self.log_determinant() - n as f64 * TAU.ln() - quadratic)
    }

    /// log det M.
    fn log_determinant(&self) -> f64 {
        (0..self.latent).map(|d| 2.0 * self.factor[d * self.latent + d].ln()).sum()
    }

    /// M⁻¹·v.
    fn solve(&self, v: &[f64]) -> Vec<f64> {
        let (n, l) = (self.latent, &self.factor);
        let mut y = v.to_vec();
        for i in 0..n {
            let sum: f64 = (0..i).map(|j| l[i * n + j] * y[j]).sum();
            y[i] = (y[i] - sum) / l[i * n + i];
        }
        self.solve_transposed(&mut y);
        y
    }

    /// L⁻ᵀ·y, in place.
    fn solve_transposed(&self, y: &mut [f64]) {
        let (n, l) = (self.latent, &self.factor);
        for i in (0..n).rev() {
            let sum: f64 = (i + 1..n).map(|j| l[j * n + i] * y[j]).sum();
            y[i] = (y[i] - sum) / l[i * n + i];
        }
    }
}

/// The lower triangular factor of a positive definite `n × n` matrix.
pub fn cholesky(matrix: &[f64], n: usize) -> Vec<f64> {
    let mut l = vec![0.0; n * n];
    for i in 0..n {
        for j in 0..=i {
            let sum: f64 = (0..j).map(|k| l[i * n + k] * l[j * n + k]).sum();
            let rest = matrix[i * n + j] - sum;
            l[i * n + j] = if i == j { rest.sqrt() } else { rest / l[j * n + j] };
        }
    }
    l
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against log N(x; b, WᵀW + σ²I) through the pixels × pixels matrix.
    #[test]
    fn log_px_equals_the_density_through_the_covariance_of_the_pixels() {
        let (pixels, sigma) = (5, 0.7);
        let weights: Vec<f64> = (0..10).map(|i| f64::from(i * 7 % 5) * 0.4 - 0.6).collect();
        let bias: Vec<f64> = (0..pixels).map(|i| 0.2 * f64::from(i) - 0.3).collect();
        let model = LinearGaussian::new(weights.clone(), bias.clone(), sigma);
        let x = [0.3_f32, -1.2, 0.8, 0.1, 2.0];
        let size = pixels as usize;
        let mut covariance = vec![0.0; size * size];
        for i in 0..size {
            for j in 0..size {
                let shared: f64 = (0..2).map(|d| weights[d * size + i] * weights[d * size + j]).sum();
                covariance[i * size + j] = shared + if i == j { sigma * sigma } else { 0.0 };
            }
        }
        let l = cholesky(&covariance, size);
        let mut y = vec![0.0; size];
        for i in 0..size {
            let sum: f64 = (0..i).map(|j| l[i * size + j] * y[j]).sum();
            y[i] = (f64::from(x[i]) - bias[i] - sum) / l[i * size + i];
        }
        let quadratic: f64 = y.iter().map(|v| v * v).sum();
        let log_determinant: f64 = (0..size).map(|i| 2.0 * l[i * size + i].ln()).sum();
        let expected = -0.5 * (size as f64 * TAU.ln() + log_determinant + quadratic);
        let found = model.posterior(&x);
        assert!((found.log_px - expected).abs() < 1e-10, "{} {expected}", found.log_px);

        // Bayes: log p(x|z) + log p(z) − log p(z|x) is log p(x) at any z.
        let z = [0.4, -1.1];
        let mean = |i: usize| bias[i] + (0..2).map(|d| z[d] * weights[d * size + i]).sum::<f64>();
        let residual: f64 = (0..size).map(|i| (f64::from(x[i]) - mean(i)).powi(2)).sum();
        let log_likelihood = -0.5 * (residual / (sigma * sigma) + size as f64 * (TAU * sigma * sigma).ln());
        let log_prior = -0.5 * (z.iter().map(|v| v * v).sum::<f64>() + 2.0 * TAU.ln());
        let bayes = log_likelihood + log_prior - model.log_posterior(&found, &z);
        assert!((bayes - expected).abs() < 1e-10, "{bayes} {expected}");
        // M·M⁻¹ = I, and the KL of a Gaussian by its parts.
        let inverse = model.covariance();
        let product = row_products(&model.precision, &inverse, 2);
        assert!(product.iter().zip([1.0, 0.0, 0.0, 1.0]).all(|(a, b)| (a - b).abs() < 1e-12));
        let deviation = [0.5, 0.9];
        // Draws at ±√2 of each axis have the mean and the covariance of p(z|x).
        let root = std::f32::consts::SQRT_2;
        let draws = model.draw(&found, &[root, 0.0, -root, 0.0, 0.0, root, 0.0, -root]);
        for (i, j) in [(0, 0), (0, 1), (1, 1)] {
            let centred = |z: &[f32], d: usize| f64::from(z[d]) - found.mean[d];
            let covariance = draws.chunks(2).map(|z| centred(z, i) * centred(z, j)).sum::<f64>() / 4.0;
            assert!((covariance - inverse[2 * i + j]).abs() < 1e-6, "{covariance} {}", inverse[2 * i + j]);
        }
        // −H[q] − E_q[log p(z|x)], the second by the four points z ± s of each dimension, exact for quadratics.
        let entropy: f64 = deviation.iter().map(|s: &f64| s.ln() + 0.5 * (TAU.ln() + 1.0)).sum();
        let at = |a: f64, b: f64| model.log_posterior(&found, &[z[0] + a, z[1] + b]);
        let curvature =
            [at(deviation[0], 0.0) + at(-deviation[0], 0.0), at(0.0, deviation[1]) + at(0.0, -deviation[1])];
        let expectation = at(0.0, 0.0) + curvature.iter().map(|c| 0.5 * c - at(0.0, 0.0)).sum::<f64>();
        let kl = model.kl_of_diagonal(&z, &deviation, &found);
        assert!((kl - (-entropy - expectation)).abs() < 1e-10, "{kl}");
    }
}
