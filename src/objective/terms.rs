//! The two terms of the ELBO, and the importance-weighted bound, which are reported whatever is optimised.

use super::weights;
use burn::tensor::Tensor;

/// The terms of the bounds with β = 1 for each of B images, in nats; no gradient flows from them.
pub struct Terms {
    /// The reconstruction term E_q[log p(x|z)], averaged over the K samples; `B`.
    pub reconstruction: Tensor<1>,
    /// KL[q(z|x) ‖ p(z)] per latent dimension, `B × latent`. Without a closed form, its estimate from the K samples: `B
    /// × latent` if p and q are products over dimensions, else `B × 1`.
    pub kl: Tensor<2>,
    /// The importance-weighted bound, see [`Self::iwae`]; `None` where it equals the ELBO.
    pub importance_weighted: Option<Tensor<1>>,
}

impl Terms {
    /// The terms from log p(x|z), `K × B`, and the KL. `draws` is required for K > 1.
    pub(super) fn new(log_likelihood: Tensor<2>, kl: Tensor<2>, draws: Option<&Draws>) -> Self {
        let reconstruction = weights::mean(log_likelihood.without_autodiff());
        let kl = kl.without_autodiff();
        let importance_weighted = draws.map(|draws| weights::log_mean_exp(draws.log_weights(1.0).without_autodiff()));
        Self { reconstruction, kl, importance_weighted }
    }

    /// The importance-weighted bound log 1/K Σ_k w_k with w = p(x|z) p(z) / q(z|x) (Burda et al. 2015, eq. 8), `B`. For
    /// K = 1 it is an estimate of the ELBO, and [`Self::elbo`] is returned.
    pub fn iwae(&self) -> Tensor<1> {
        self.importance_weighted.clone().unwrap_or_else(|| self.elbo())
    }

    /// KL[q(z|x) ‖ p(z)], summed over dimensions, `B`.
    pub fn total_kl(&self) -> Tensor<1> {
        total(&self.kl)
    }

    /// The ELBO E_q[log p(x|z)] − KL[q(z|x) ‖ p(z)], `B`.
    pub fn elbo(&self) -> Tensor<1> {
        self.reconstruction.clone() - self.total_kl()
    }
}

/// The KL summed over dimensions, `B`.
pub(super) fn total(kl: &Tensor<2>) -> Tensor<1> {
    let images = kl.dims()[0];
    kl.clone().sum_dim(1).reshape([images])
}

/// K samples z of each of B images with their log densities, `K × B`, in nats.
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
    /// The log importance weights log w = log p(x|z) + β (log p(z) − log q(z|x)), `K × B`.
    pub fn log_weights(&self, beta: f64) -> Tensor<2> {
        let excess = self.log_prior.clone() - self.log_posterior.clone();
        self.log_likelihood.clone() + if beta == 1.0 { excess } else { excess * beta }
    }

    /// The KL estimated as the mean over samples of log q(z|x) − log p(z), `B × 1`.
    pub fn kl(&self) -> Tensor<2> {
        (self.log_posterior.clone() - self.log_prior.clone()).mean_dim(0).transpose()
    }
}
