//! The diagonal Gaussian posterior from its parameters: rows of means and then log variances, `B × 2·latent`.

use super::operations::Kernels;
use burn::backend::Dispatch;
use burn::tensor::Tensor;

/// Reparameterised samples μ + σ·ε for ε `K·B × latent` (row k·B + b belongs to image b).
pub fn normal_sample(head: Tensor<2>, epsilon: Tensor<2>) -> Tensor<2> {
    Tensor::from_dispatch(<Dispatch as Kernels>::normal_sample(head.into_dispatch(), epsilon.into_dispatch()))
}

/// The bound of a diagonal Gaussian q(z|x) under the prior N(0, I). Two gradients go back to its parameters, that through
/// the samples and that of the KL; here they go together, in one pass.
pub struct NormalBound {
    head: Tensor<2>,
    epsilon: Tensor<2>,
    beta: f64,
}

impl NormalBound {
    /// For parameters `B × 2·latent`, ε `K·B × latent` and the KL's weight.
    pub fn new(head: Tensor<2>, epsilon: Tensor<2>, beta: f64) -> Self {
        // The samples and the bound know each other by this one ε.
        let epsilon = if head.is_autodiff() { epsilon.autodiff() } else { epsilon };
        Self { head, epsilon, beta }
    }

    /// The samples μ + σ·ε, `K·B × latent`.
    pub fn sample(&self) -> Tensor<2> {
        let (head, epsilon) = (self.head.clone().into_dispatch(), self.epsilon.clone().into_dispatch());
        Tensor::from_dispatch(<Dispatch as Kernels>::normal_sample_in_bound(head, epsilon, self.beta))
    }

    /// 1/K Σ_k log p(x|z_k) − β·KL[q(z|x) ‖ N(0, I)] of each image (Kingma & Welling 2013, eq. 10 and appendix B), `B`, from
    /// log p(x|z) `K·B` of *these samples*: it is through them that the gradient of the KL goes back. And the KL of each
    /// dimension, `B × latent`, which no gradient reaches. Nats.
    pub fn of(self, log_likelihood: Tensor<1>) -> (Tensor<1>, Tensor<2>) {
        let (head, epsilon) = (self.head.into_dispatch(), self.epsilon.into_dispatch());
        let log_likelihood = log_likelihood.into_dispatch();
        let (bound, kl) = <Dispatch as Kernels>::normal_bound(log_likelihood, head, epsilon, self.beta);
        (Tensor::from_dispatch(bound), Tensor::from_dispatch(kl))
    }
}
