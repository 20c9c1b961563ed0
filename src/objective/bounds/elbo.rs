//! The evidence lower bound.

use super::Bound;
use crate::kernels::{Gaussian, GaussianBound};
use crate::model::posterior::Distribution;
use crate::objective::terms::Terms;
use crate::objective::{Batch, Kl, Surrogate, kl_terms, penalties, weights};
use burn::tensor::Tensor;

/// The ELBO E_q[log p(x|z)] − β·KL[q(z|x) ‖ p(z)] (Kingma & Welling 2013, eq. 3; β: Higgins et al. 2017), from K
/// samples of q(z|x). The KL is in closed form where there is one, else it is estimated from the same samples. The
/// experiment may replace the KL term by another function of the KL, and subtract a penalty on the aggregate posterior.
pub struct Elbo;

impl Bound for Elbo {
    fn surrogate(&self, batch: &Batch) -> Surrogate {
        let q = batch.encode();
        let Estimate { z, bound, terms } = match batch.kl(q.as_ref()) {
            Kl::OfGaussians(gaussian) => of_gaussians(batch, q.as_ref(), gaussian),
            Kl::Closed(kl) => with_closed_kl(batch, q.as_ref(), *kl),
            Kl::FromSamples => from_samples(batch, q.as_ref()),
        };
        let objective = match penalties::of(batch, q.as_ref(), z) {
            Some(penalty) => bound - penalty,
            None => bound,
        };
        Surrogate::new(objective, terms)
    }
}

/// An estimate of the bound.
struct Estimate {
    z: Tensor<2>,
    bound: Tensor<1>,
    terms: Terms,
}

/// The ELBO of a diagonal Gaussian under the prior N(0, I), in one operation: 1/K Σ_k log p(x|μ + σ·ε_k) + β/2 Σ_j (1 +
/// log σ_j² − μ_j² − σ_j²) (Kingma & Welling 2013, eq. 10).
fn of_gaussians(batch: &Batch, q: &dyn Distribution, gaussian: &Gaussian) -> Estimate {
    let log_likelihood = |z| batch.log_likelihood(z);
    let found = gaussian.bound(batch.epsilon.clone(), batch.beta(), log_likelihood);
    let GaussianBound { z, log_likelihood, kl, bound } = found;
    Estimate { terms: batch.terms_with_kl(q, &z, log_likelihood, kl), z, bound }
}

/// The ELBO with the KL in closed form: 1/K Σ_k log p(x|z_k) − β·KL[q(z|x) ‖ p(z)] (Kingma & Welling 2013, eq. 7).
fn with_closed_kl(batch: &Batch, q: &dyn Distribution, kl: Tensor<2>) -> Estimate {
    let z = q.sample(batch.epsilon.clone());
    let log_likelihood = batch.log_likelihood(z.clone());
    let bound = weights::mean(log_likelihood.clone()) - kl_terms::weighted(&batch.setting, kl.clone());
    Estimate { terms: batch.terms_with_kl(q, &z, log_likelihood, kl), z, bound }
}

/// The ELBO from samples alone: 1/K Σ_k [log p(x|z_k) − β (log q(z_k|x) − log p(z_k))] (Kingma & Welling 2013, eq. 6).
fn from_samples(batch: &Batch, q: &dyn Distribution) -> Estimate {
    let (z, log_posterior) = q.sample_with_log_prob(batch.epsilon.clone());
    let draws = batch.densities_at(z, log_posterior);
    let bound = weights::mean(draws.log_likelihood.clone()) - kl_terms::weighted(&batch.setting, draws.kl());
    Estimate { terms: batch.terms(q, &draws), z: draws.z, bound }
}
