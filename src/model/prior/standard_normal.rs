//! N(0, I).

use super::Prior;
use crate::model::posterior::Distribution;
use burn::tensor::Tensor;

/// The standard normal prior.
pub(super) struct StandardNormal;

impl Prior for StandardNormal {
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

    fn draw(&self, normal: Tensor<2>) -> Tensor<2> {
        normal
    }
}
