//! The log density of a mixture of diagonal Gaussians.

use super::operations::Kernels;
use burn::backend::Dispatch;
use burn::tensor::Tensor;

/// log Σ_m w_m N(z; μ_m, diag σ²_m) in nats for z `rows × latent`, one entry per row. μ and log σ² are `M × latent`,
/// log w has M entries; all may be differentiated.
pub fn mixture_log_prob(z: Tensor<2>, mean: Tensor<2>, log_variance: Tensor<2>, log_weights: Tensor<1>) -> Tensor<1> {
    let (z, mean) = (z.into_dispatch(), mean.into_dispatch());
    let (log_variance, log_weights) = (log_variance.into_dispatch(), log_weights.into_dispatch());
    Tensor::from_dispatch(<Dispatch as Kernels>::mixture(z, mean, log_variance, log_weights).0)
}
