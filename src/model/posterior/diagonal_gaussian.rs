//! N(μ(x), diag σ²(x)); the encoder gives μ and log σ² side by side.

use super::{Distribution, Posterior, repeat};
use crate::kernels::{self, Gaussian};
use crate::model::{Layout, Pass};
use burn::tensor::Tensor;

/// The diagonal Gaussian family (Kingma & Welling 2013, appendix C).
pub struct DiagonalGaussian;

impl DiagonalGaussian {
    pub fn new(_layout: &mut Layout) -> Self {
        Self
    }
}

impl Posterior for DiagonalGaussian {
    fn distribution(&self, _pass: &Pass, output: Tensor<2>) -> Box<dyn Distribution> {
        Box::new(Encoded(Gaussian::new(output)))
    }
}

/// A [`Normal`] as the encoder gives it, its parameters side by side.
struct Encoded(Gaussian);

impl Encoded {
    fn normal(&self) -> Normal {
        let [mean, log_variance] = self.0.parts();
        Normal { mean, log_variance }
    }
}

impl Distribution for Encoded {
    fn sample(&self, epsilon: Tensor<2>) -> Tensor<2> {
        self.0.sample(epsilon)
    }

    fn log_prob(&self, z: Tensor<2>) -> Tensor<1> {
        self.normal().log_prob(z)
    }

    fn sample_with_log_prob(&self, epsilon: Tensor<2>) -> (Tensor<2>, Tensor<1>) {
        (self.sample(epsilon.clone()), self.normal().log_prob_of_sample(epsilon))
    }

    fn marginal_log_prob(&self, z: Tensor<2>) -> Option<Tensor<2>> {
        self.normal().marginal_log_prob(z)
    }

    fn detached(&self) -> Box<dyn Distribution> {
        self.normal().detached()
    }

    fn kl_to_standard_normal(&self) -> Option<Tensor<2>> {
        self.normal().kl_to_standard_normal()
    }

    fn gaussian(&self) -> Option<&Gaussian> {
        Some(&self.0)
    }

    fn mean(&self) -> Tensor<2> {
        self.normal().mean()
    }

    fn deviation(&self) -> Tensor<2> {
        self.normal().deviation()
    }
}

/// One diagonal Gaussian per row.
pub struct Normal {
    /// μ, `rows × latent`.
    pub mean: Tensor<2>,
    /// log σ², `rows × latent`.
    pub log_variance: Tensor<2>,
}

impl Normal {
    /// (z − μ)²/σ² of samples `K·B × latent`.
    fn squares(&self, z: Tensor<2>) -> Tensor<2> {
        let rows = z.dims()[0];
        (z - repeat(self.mean.clone(), rows)).square() * repeat(self.log_variance.clone().neg().exp(), rows)
    }

    /// log q(z|x) of the samples z = μ + σ·ε, as −½ Σ (ε² + log σ² + log 2π): (z − μ)/σ is ε, so that neither z nor μ
    /// takes part, and only log σ² has a gradient.
    fn log_prob_of_sample(&self, epsilon: Tensor<2>) -> Tensor<1> {
        let [rows, latent] = epsilon.dims();
        let log_variance = repeat(self.log_variance.clone().sum_dim(1), rows);
        (epsilon.square().sum_dim(1) + log_variance).reshape([rows]) * -0.5 - half_log_tau(latent)
    }
}

/// ½ log 2π, as often as there are dimensions.
fn half_log_tau(latent: usize) -> f64 {
    0.5 * latent as f64 * std::f64::consts::TAU.ln()
}

impl Distribution for Normal {
    fn sample(&self, epsilon: Tensor<2>) -> Tensor<2> {
        kernels::reparameterise(self.mean.clone(), self.log_variance.clone(), epsilon)
    }

    fn log_prob(&self, z: Tensor<2>) -> Tensor<1> {
        let [rows, latent] = z.dims();
        let log_variance = repeat(self.log_variance.clone(), rows);
        (self.squares(z) + log_variance).sum_dim(1).reshape([rows]) * -0.5 - half_log_tau(latent)
    }

    fn sample_with_log_prob(&self, epsilon: Tensor<2>) -> (Tensor<2>, Tensor<1>) {
        (self.sample(epsilon.clone()), self.log_prob_of_sample(epsilon))
    }

    fn marginal_log_prob(&self, z: Tensor<2>) -> Option<Tensor<2>> {
        let rows = z.dims()[0];
        let log_variance = repeat(self.log_variance.clone(), rows);
        Some((self.squares(z) + log_variance) * -0.5 - half_log_tau(1))
    }

    fn detached(&self) -> Box<dyn Distribution> {
        Box::new(Self { mean: self.mean.clone().detach(), log_variance: self.log_variance.clone().detach() })
    }

    fn kl_to_standard_normal(&self) -> Option<Tensor<2>> {
        Some(kernels::kl_to_standard_normal(self.mean.clone(), self.log_variance.clone()))
    }

    fn mean(&self) -> Tensor<2> {
        self.mean.clone()
    }

    fn deviation(&self) -> Tensor<2> {
        (self.log_variance.clone() * 0.5).exp()
    }
}
