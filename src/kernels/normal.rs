//! The diagonal Gaussian posterior from its parameters: rows of means and then log variances, `B × 2·latent`.

use super::fused::Kernels;
use burn::backend::Dispatch;
use burn::tensor::Tensor;

/// Reparameterised samples μ + σ·ε for ε `K·B × latent` (row k·B + b belongs to image b).
pub fn normal_sample(head: Tensor<2>, epsilon: Tensor<2>) -> Tensor<2> {
    Tensor::from_dispatch(<Dispatch as Kernels>::normal_sample(head.into_dispatch(), epsilon.into_dispatch()))
}

/// The bound 1/K Σ_k log p(x|z_k) − β·KL[q(z|x) ‖ N(0, I)] of each image from log p(x|z) `K·B` (Kingma & Welling 2013, eq.
/// 10 and appendix B), `B`; and the KL of each dimension, `B × latent`, which no gradient reaches. Nats.
pub fn normal_bound(log_likelihood: Tensor<1>, head: Tensor<2>, beta: f64) -> (Tensor<1>, Tensor<2>) {
    let (log_likelihood, head) = (log_likelihood.into_dispatch(), head.into_dispatch());
    let (bound, kl) = <Dispatch as Kernels>::normal_bound(log_likelihood, head, beta);
    (Tensor::from_dispatch(bound), Tensor::from_dispatch(kl))
}
