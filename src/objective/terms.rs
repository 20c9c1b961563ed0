//! The evidence lower bound in its two terms, and the importance-weighted bound: what is reported whatever is optimised.

use super::weights;
use burn::tensor::Tensor;

/// The terms of the β = 1 bounds for each of B images, in nats; no gradient flows from them.
pub struct Terms {
    /// E_q[log p(x|z)], averaged over the K samples; `B`.
    pub reconstruction: Tensor<1>,
    /// KL[q(z|x) ‖ p(z)] per latent dimension, `B × latent`; where it has no closed form its estimate from the K
    /// samples stands in one column, or in as many as there are dimensions where p and q are products over them.
    pub kl: Tensor<2>,
    /// See [`Self::iwae`]; absent where it is the ELBO.
    pub importance_weighted: Option<Tensor<1>>,
}

impl Terms {
    /// Of log p(x|z) `K × B` and the KL. `draws` are needed for K > 1.
    pub(super) fn new(log_likelihood: Tensor<2>, kl: Tensor<2>, draws: Option<&Draws>) -> Self {
        let reconstruction = weights::mean(log_likelihood.without_autodiff());
        let kl = kl.without_autodiff();
        let importance_weighted = draws.map(|draws| weights::log_mean_exp(draws.log_weights(1.0).without_autodiff()));
        Self { reconstruction, kl, importance_weighted }
    }

    /// log 1/K Σ_k w_k, w = p(x|z) p(z) / q(z|x) (Burda et al. 2015, eq. 8); `B`. With K = 1 it estimates the ELBO, which
    /// then stands here itself.
    pub fn iwae(&self) -> Tensor<1> {
        self.importance_weighted.clone().unwrap_or_else(|| self.elbo())
    }

    /// KL[q(z|x) ‖ p(z)], `B`.
    pub fn total_kl(&self) -> Tensor<1> {
        total(&self.kl)
    }

    /// E_q[log p(x|z)] − KL, `B`.
    pub fn elbo(&self) -> Tensor<1> {
        self.reconstruction.clone() - self.total_kl()
    }
}

/// Σ over dimensions, `B`.
pub(super) fn total(kl: &Tensor<2>) -> Tensor<1> {
    let images = kl.dims()[0];
    kl.clone().sum_dim(1).reshape([images])
}

/// What p and q say of the K samples of each of B images; densities `K × B`, nats.
pub struct Draws {
    /// The samples, `K·B × latent`.
    pub z: Tensor<2>,
    /// log p(x|z).
    pub log_likelihood: Tensor<2>,
    /// log p(z).
    pub log_prior: Tensor<2>,
    /// log q(z|x).
    pub log_posterior: Tensor<2>,
}

impl Draws {
    /// log w = log p(x|z) + β (log p(z) − log q(z|x)).
    pub fn log_weights(&self, beta: f64) -> Tensor<2> {
        let excess = self.log_prior.clone() - self.log_posterior.clone();
        self.log_likelihood.clone() + if beta == 1.0 { excess } else { excess * beta }
    }

    /// The KL as the mean of log q(z|x) − log p(z), in one column; `B × 1`.
    pub fn kl(&self) -> Tensor<2> {
        (self.log_posterior.clone() - self.log_prior.clone()).mean_dim(0).transpose()
    }
}
