//! The diagonal Gaussian q(z|x) from its parameters: its samples, its KL to N(0, I), and the ELBO computed from both.

use super::executor::is_cpu;
use super::operations::Kernels;
use burn::backend::Dispatch;
use burn::tensor::Tensor;
use std::cell::OnceCell;

/// One diagonal Gaussian per image, as the encoder gives it: a row with the means and then the log variances. The row
/// is taken apart only where necessary: on a GPU each part costs a kernel launch, and the operations that training
/// repeats take it whole.
pub struct Gaussian {
    /// Means and log variances, `B × 2·latent`.
    parameters: Tensor<2>,
    parts: OnceCell<[Tensor<2>; 2]>,
}

/// The ELBO under a diagonal Gaussian posterior and the prior N(0, I), with its terms, in nats per image.
pub struct GaussianBound {
    /// The samples z = μ + σ·ε, `K·B × latent`.
    pub z: Tensor<2>,
    /// log p(x|z) of each sample, `K × B`.
    pub log_likelihood: Tensor<2>,
    /// KL[q(z|x) ‖ N(0, I)] of each latent dimension, `B × latent`.
    pub kl: Tensor<2>,
    /// The bound 1/K Σ_k log p(x|z_k) − β Σ_j KL_j of each image, `B`.
    pub bound: Tensor<1>,
}

impl Gaussian {
    /// The Gaussians with the given means and log variances, `B × 2·latent`.
    pub fn new(parameters: Tensor<2>) -> Self {
        Self { parameters, parts: OnceCell::new() }
    }

    /// μ and log σ², each `B × latent`.
    pub fn parts(&self) -> [Tensor<2>; 2] {
        let split = || {
            let halves = self.parameters.clone().split(self.parameters.dims()[1] / 2, 1);
            halves.try_into().expect("two halves, one a head")
        };
        self.parts.get_or_init(split).clone()
    }

    /// Reparameterised samples z = μ + σ·ε, for ε `K·B × latent`; row k·B + b belongs to image b.
    pub fn sample(&self, epsilon: Tensor<2>) -> Tensor<2> {
        if is_cpu(&epsilon.device()) {
            let [mean, log_variance] = self.parts();
            return reparameterise(mean, log_variance, epsilon);
        }
        let (parameters, epsilon) = (self.parameters.clone().into_dispatch(), epsilon.into_dispatch());
        Tensor::from_dispatch(<Dispatch as Kernels>::normal_sample(parameters, epsilon))
    }

    /// The bound 1/K Σ_k log p(x|z_k) − β·KL[q(z|x) ‖ N(0, I)] of each image, with the samples z of ε `K·B × latent`
    /// (Kingma & Welling 2013, eq. 10 and appendix B). `log_likelihood` returns log p(x|z) of the samples that it is
    /// given, `K × B`.
    ///
    /// Two gradients flow to the Gaussian's parameters: one through the samples, one through the KL. On a GPU one
    /// kernel computes both: the backward pass of the bound runs before that of the samples and leaves its gradient for
    /// it, found again by the identity of ε. On a GPU, therefore, the returned KL is not differentiable.
    pub fn bound(
        &self,
        epsilon: Tensor<2>,
        beta: f64,
        log_likelihood: impl FnOnce(Tensor<2>) -> Tensor<2>,
    ) -> GaussianBound {
        if is_cpu(&epsilon.device()) {
            let [mean, log_variance] = self.parts();
            let kl = kl_to_standard_normal(mean, log_variance);
            let z = self.sample(epsilon);
            let log_likelihood = log_likelihood(z.clone());
            let bound = mean_over_samples(log_likelihood.clone()) - weighted_total(kl.clone(), beta);
            return GaussianBound { z, log_likelihood, kl, bound };
        }
        let parameters = || self.parameters.clone().into_dispatch();
        let epsilon = if self.parameters.is_autodiff() { epsilon.autodiff() } else { epsilon };
        let name = || epsilon.clone().into_dispatch();
        let z = Tensor::from_dispatch(<Dispatch as Kernels>::normal_sample_in_bound(parameters(), name(), beta));
        let log_likelihood = log_likelihood(z.clone());
        let [samples, images] = log_likelihood.dims();
        let of_rows = log_likelihood.clone().reshape([samples * images]).into_dispatch();
        let (bound, kl) = <Dispatch as Kernels>::normal_bound(of_rows, parameters(), name(), beta);
        GaussianBound { z, log_likelihood, kl: Tensor::from_dispatch(kl), bound: Tensor::from_dispatch(bound) }
    }
}

/// μ + σ·ε for means and log variances `B × latent` and ε `K·B × latent`; the result is `K·B × latent`.
pub fn reparameterise(mean: Tensor<2>, log_variance: Tensor<2>, epsilon: Tensor<2>) -> Tensor<2> {
    let samples = epsilon.dims()[0] / mean.dims()[0];
    let repeat = |values: Tensor<2>| if samples == 1 { values } else { values.repeat_dim(0, samples) };
    repeat(mean) + repeat((log_variance * 0.5).exp()) * epsilon
}

/// The KL ½(μ² + σ² − 1 − log σ²) to N(0, 1) of each entry of μ and log σ², in nats (Kingma & Welling 2013, appendix
/// B).
pub fn kl_to_standard_normal(mean: Tensor<2>, log_variance: Tensor<2>) -> Tensor<2> {
    (mean.square() + log_variance.clone().exp() - 1.0 - log_variance) * 0.5
}

/// 1/K Σ_k of `K × B`, `B`.
fn mean_over_samples(values: Tensor<2>) -> Tensor<1> {
    let [samples, images] = values.dims();
    if samples == 1 { values.reshape([images]) } else { values.mean_dim(0).reshape([images]) }
}

/// β Σ_j KL_j of `B × latent`, `B`.
fn weighted_total(kl: Tensor<2>, beta: f64) -> Tensor<1> {
    let images = kl.dims()[0];
    let total = kl.sum_dim(1).reshape([images]);
    if beta == 1.0 { total } else { total * beta }
}
