//! Densities ∝ e^−E(r) that depend on r = |z| alone: for teaching, in one or two dimensions.

use super::{Density, LatentNoise};
use crate::model::math::{Quantile, log_sphere_area};
use burn::tensor::Tensor;
use std::f64::consts::FRAC_1_SQRT_2;

/// Number of cells in which the distribution function of r is tabulated.
const CELLS: usize = 2_048;

/// A radial density.
pub struct Radial<E> {
    /// The energy E(r).
    pub energy: E,
    latent: usize,
    /// A distance beyond which there is practically no probability.
    reach: f64,
    /// The log of the integral of e^−E(|z|) over ℝᵈ.
    log_normaliser: f64,
}

/// An energy E(r), computed on the host and in tensors.
pub trait Energy: Clone + 'static {
    /// The energy at distance r from 0, in nats.
    fn at(&self, r: f64) -> f64;

    /// The energy at each distance r, `rows × 1`, in nats.
    fn of(&self, r: Tensor<2>) -> Tensor<2>;
}

impl<E: Energy> Radial<E> {
    /// The density with an energy in `latent` dimensions. The normaliser is the sphere's area times ∫ r^(d−1)·e^−E(r)
    /// dr, by the midpoint rule up to `reach`.
    pub fn new(energy: E, latent: usize, reach: f64) -> Self {
        let sum: f64 = middles(reach, 20 * CELLS).map(|r| mass(&energy, latent, r)).sum();
        let log_normaliser = log_sphere_area(latent) + (sum * reach / (20 * CELLS) as f64).ln();
        Self { energy, latent, reach, log_normaliser }
    }
}

impl<E: Clone> Clone for Radial<E> {
    fn clone(&self) -> Self {
        Self { energy: self.energy.clone(), ..*self }
    }
}

/// The middles of equal cells of the interval from 0 to `reach`.
fn middles(reach: f64, cells: usize) -> impl Iterator<Item = f64> {
    (0..cells).map(move |cell| (cell as f64 + 0.5) * reach / cells as f64)
}

fn mass(energy: &impl Energy, latent: usize, r: f64) -> f64 {
    r.powi(latent as i32 - 1) * (-energy.at(r)).exp()
}

impl<E: Energy> Density for Radial<E> {
    fn log_prob(&self, z: Tensor<2>) -> Tensor<1> {
        let rows = z.dims()[0];
        // The root has no slope at 0.
        let r = (z.square().sum_dim(1) + 1e-12).sqrt();
        self.energy.of(r).neg().reshape([rows]) - self.log_normaliser
    }

    /// Samples that keep the direction of normal draws and change their length to the same quantile of r: the length of
    /// a normal has the distribution function erf(r/√2) in one dimension and 1 − e^(−r²/2) in two.
    fn draw(&self, noise: LatentNoise) -> Tensor<2> {
        let z = noise.normal;
        let r = (z.clone().square().sum_dim(1) + 1e-12).sqrt();
        let below = match self.latent {
            1 => (r.clone() * FRAC_1_SQRT_2).erf(),
            _ => (r.clone().square() * -0.5).exp().neg() + 1.0,
        };
        let masses: Vec<f32> = middles(self.reach, CELLS).map(|r| mass(&self.energy, self.latent, r) as f32).collect();
        let masses = Tensor::<1>::from_floats(masses.as_slice(), &z.device()).unsqueeze();
        let distance = Quantile::new(masses, below).position() * (self.reach / CELLS as f64);
        z * (distance / r)
    }
}
