//! von Mises–Fisher on the unit sphere in ℝᵈ (S-VAE: Davidson et al. 2018): density ∝ e^(κ·μᵀz). The encoder gives μ,
//! which is normalised, and κ.
//!
//! Along μ a sample's cosine w = μᵀz has the density ∝ e^(κw)·(1 − w²)^((d−3)/2) on [−1, 1]; across it is uniform.
//! Davidson et al. draw w by Wood's rejection; here it is drawn by the inverse of its distribution function, summed on a
//! grid that Wood's envelope adapts to κ: no rejection, one ε a dimension, and a gradient without correction terms. The
//! same sums are the normaliser and the mean, so no Bessel function is needed.

use super::{Distribution, Posterior, repeat};
use crate::kernels::softplus;
use crate::model::math::{log_sphere_area, log_sum_exp, normal_cdf, quantile};
use crate::model::{Layout, Pass};
use burn::tensor::{Tensor, activation::softmax};
use std::f64::consts::PI;

/// Cells of the grid.
const CELLS: usize = 512;

/// The family.
pub struct VonMisesFisher {
    latent: usize,
}

impl VonMisesFisher {
    pub fn new(layout: &mut Layout) -> Self {
        Self { latent: layout.plan.latent }
    }
}

impl Posterior for VonMisesFisher {
    fn distribution(&self, _pass: &Pass, output: Tensor<2>) -> Box<dyn Distribution> {
        let images = output.dims()[0];
        let direction = output.clone().slice([0..images, 0..self.latent]);
        let length = (direction.clone().square().sum_dim(1) + 1e-12).sqrt();
        // At least 1, as in the authors' code.
        let kappa = softplus(output.slice([0..images, self.latent..self.latent + 1])) + 1.0;
        Box::new(OnSphere::new(direction / length, kappa))
    }
}

/// One distribution an image.
struct OnSphere {
    /// μ, `B × latent`.
    direction: Tensor<2>,
    /// κ, `B × 1`.
    kappa: Tensor<2>,
    /// b of Wood's envelope, `B × 1`: w = (1 − (1 + b)t)/(1 − (1 − b)t) with t between 0 and 1. No gradient: any b will
    /// do.
    envelope: Tensor<2>,
    /// The integrand at the middles of the cells, logarithm, and the cosines there; `B × CELLS`.
    log_density: Tensor<2>,
    cosine: Tensor<2>,
}

impl OnSphere {
    /// With t = sin²(θ/2) the integrand e^(κ(w−1))·(1 − w²)^((d−3)/2)·|dw/dθ| is
    /// e^(κ(w−1))·sin^(d−2)θ·b^((d−1)/2)/(1 − (1 − b)t)^(d−1): smooth from θ = 0 to π.
    fn new(direction: Tensor<2>, kappa: Tensor<2>) -> Self {
        let across = direction.dims()[1] as f64 - 1.0;
        let fixed = kappa.clone().without_autodiff() * 2.0;
        let envelope = (fixed.clone() + (fixed.square() + across * across).sqrt()).recip() * across;
        let middles = (0..CELLS).map(|cell| (cell as f64 + 0.5) * PI / CELLS as f64);
        let middles: Vec<f32> = middles.map(|theta| theta as f32).collect();
        let theta: Tensor<2> = Tensor::<1>::from_floats(middles.as_slice(), &envelope.device()).unsqueeze();
        let [cosine, denominator] = place(theta.clone(), envelope.clone());
        let weight =
            theta.sin().log() * (across - 1.0) + envelope.clone().log() * (0.5 * across) - denominator.log() * across;
        let log_density = kappa.clone() * (cosine.clone() - 1.0) + weight;
        Self { direction, kappa, envelope, log_density, cosine }
    }

    /// The log density of z at cosine w is κ(w − 1) less this; `B × 1`.
    fn log_normaliser(&self) -> Tensor<2> {
        let latent = self.direction.dims()[1];
        log_sum_exp(self.log_density.clone(), 1) + (PI / CELLS as f64).ln() + log_sphere_area(latent - 1)
    }

    /// E[wⁿ] for n = 1, 2; `B × 1`.
    fn moments(&self) -> [Tensor<2>; 2] {
        let masses = softmax(self.log_density.clone(), 1);
        [(masses.clone() * self.cosine.clone()).sum_dim(1), (masses * self.cosine.clone().square()).sum_dim(1)]
    }
}

/// w and 1 − (1 − b)t at θ.
fn place(theta: Tensor<2>, envelope: Tensor<2>) -> [Tensor<2>; 2] {
    let t = (theta * 0.5).sin().square();
    let denominator = (envelope.clone() - 1.0) * t.clone() + 1.0;
    let cosine = ((envelope + 1.0) * t).neg() + 1.0;
    [cosine / denominator.clone(), denominator]
}

impl Distribution for OnSphere {
    /// The first ε gives the cosine, the others the direction across; a reflection takes the first axis to μ.
    fn sample(&self, epsilon: Tensor<2>) -> Tensor<2> {
        let [rows, latent] = epsilon.dims();
        let uniform = normal_cdf(epsilon.clone().slice([0..rows, 0..1]));
        let cells = quantile(softmax(self.log_density.clone(), 1), uniform);
        let theta = cells * (PI / CELLS as f64);
        let envelope = repeat(self.envelope.clone(), rows);
        let [cosine, denominator] = place(theta.clone(), envelope.clone());
        let sine = theta.sin() * envelope.sqrt() / denominator;
        let across = epsilon.slice([0..rows, 1..latent]);
        let across = across.clone() / (across.square().sum_dim(1) + 1e-12).sqrt();
        let z = Tensor::cat(vec![cosine, across * sine], 1);

        let mut first = vec![0.0_f32; latent];
        first[0] = 1.0;
        let first: Tensor<2> = Tensor::<1>::from_floats(first.as_slice(), &z.device().without_autodiff()).unsqueeze();
        let mirror = repeat(first - self.direction.clone(), rows);
        let squares = mirror.clone().square().sum_dim(1) + 1e-12;
        z.clone() - mirror.clone() * ((z * mirror).sum_dim(1) * 2.0 / squares)
    }

    fn log_prob(&self, z: Tensor<2>) -> Tensor<1> {
        let rows = z.dims()[0];
        let cosine = (repeat(self.direction.clone(), rows) * z).sum_dim(1);
        let log_prob = (cosine - 1.0) * repeat(self.kappa.clone(), rows) - repeat(self.log_normaliser(), rows);
        log_prob.reshape([rows])
    }

    fn detached(&self) -> Box<dyn Distribution> {
        let [direction, kappa, envelope, log_density, cosine] =
            [&self.direction, &self.kappa, &self.envelope, &self.log_density, &self.cosine].map(|t| t.clone().detach());
        Box::new(Self { direction, kappa, envelope, log_density, cosine })
    }

    /// κ(E[w] − 1) less the log normaliser, and the log of the sphere's area.
    fn kl_to_uniform_on_sphere(&self) -> Option<Tensor<2>> {
        let [mean, _] = self.moments();
        let latent = self.direction.dims()[1];
        Some((mean - 1.0) * self.kappa.clone() - self.log_normaliser() + log_sphere_area(latent))
    }

    fn mean(&self) -> Tensor<2> {
        let [mean, _] = self.moments();
        self.direction.clone() * mean
    }

    /// Along μ the variance is E[w²] − E[w]², across it (1 − E[w²])/(d − 1).
    fn deviation(&self) -> Tensor<2> {
        let across = self.direction.dims()[1] as f64 - 1.0;
        let [mean, square] = self.moments();
        let share = self.direction.clone().square();
        let variance =
            (square.clone() - mean.square()) * share.clone() + (square.neg() + 1.0) / across * (share.neg() + 1.0);
        variance.clamp_min(0.0).sqrt()
    }
}
