//! Uniform on the unit sphere in ℝᵈ.

use super::{Density, LatentNoise, Prior};
use crate::model::math::log_sphere_area;
use crate::model::posterior::Distribution;
use crate::model::{Layout, Pass};
use burn::tensor::Tensor;

/// The uniform prior on the unit sphere; densities are with respect to area.
#[derive(Clone, Copy)]
pub struct UniformSphere;

impl UniformSphere {
    pub fn new(_layout: &mut Layout) -> Self {
        Self
    }
}

impl Prior for UniformSphere {
    fn at(&self, _pass: &Pass, _posteriors: &dyn Fn() -> Box<dyn Distribution>) -> Box<dyn Density> {
        Box::new(Self)
    }
}

impl Density for UniformSphere {
    fn log_prob(&self, z: Tensor<2>) -> Tensor<1> {
        let [rows, latent] = z.dims();
        z.sum_dim(1).reshape([rows]).zeros_like() - log_sphere_area(latent)
    }

    fn kl(&self, q: &dyn Distribution) -> Option<Tensor<2>> {
        q.kl_to_uniform_on_sphere()
    }

    fn draw(&self, noise: LatentNoise) -> Tensor<2> {
        self.on_support(noise.normal)
    }

    /// The point z/|z| on the sphere; for z = 0, the point with equal entries.
    fn on_support(&self, z: Tensor<2>) -> Tensor<2> {
        let z = z + 1e-12;
        let length = z.clone().square().sum_dim(1).sqrt();
        z / length
    }
}
