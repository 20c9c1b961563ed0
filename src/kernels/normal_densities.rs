//! Every sample beside every Gaussian.

use super::operations::Kernels;
use burn::backend::Dispatch;
use burn::tensor::Tensor;

/// log N(z_i; μ_j, σ_j²) of each latent dimension in nats, `rows × M × latent`: every row of z, `rows × latent`, beside
/// every one of M diagonal Gaussians with means μ and deviations σ, `M × latent`.
pub fn normal_log_densities(z: Tensor<2>, mean: Tensor<2>, deviation: Tensor<2>) -> Tensor<3> {
    let [z, mean, deviation] = [z, mean, deviation].map(Tensor::into_dispatch);
    Tensor::from_dispatch(<Dispatch as Kernels>::normal_log_densities(z, mean, deviation))
}
