//! The standard normal prior N(0, I).

use super::{Density, LatentNoise, Prior};
use crate::model::posterior::Distribution;
use crate::model::{Layout, Pass};
use burn::tensor::Tensor;

/// The standard normal prior.
#[derive(Clone, Copy)]
pub struct StandardNormal;

impl StandardNormal {
    pub fn new(_layout: &mut Layout) -> Self {
        Self
    }
}

impl Prior for StandardNormal {
    fn at(&self, _pass: &Pass, _posteriors: &dyn Fn() -> Box<dyn Distribution>) -> Box<dyn Density> {
        Box::new(Self)
    }
}

impl Density for StandardNormal {
    fn log_prob(&self, z: Tensor<2>) -> Tensor<1> {
        let [rows, latent] = z.dims();
        z.square().sum_dim(1).reshape([rows]) * -0.5 - 0.5 * latent as f64 * std::f64::consts::TAU.ln()
    }

    fn log_prob_per_dimension(&self, z: Tensor<2>) -> Option<Tensor<2>> {
        Some(z.square() * -0.5 - 0.5 * std::f64::consts::TAU.ln())
    }

    fn kl(&self, q: &dyn Distribution) -> Option<Tensor<2>> {
        q.kl_to_standard_normal()
    }

    fn is_standard_normal(&self) -> bool {
        true
    }

    fn draw(&self, noise: LatentNoise) -> Tensor<2> {
        noise.normal
    }
}
