//! The evidence lower bound.

use super::Bound;
use crate::objective::terms::Terms;
use crate::objective::{Batch, Surrogate, kl_terms, penalties, weights};

/// 1/K Σ_k log p(x|z_k) − β·KL[q(z|x) ‖ p(z)] (Kingma & Welling 2013, eq. 7 and 10; β: Higgins et al. 2017): the KL in
/// closed form where there is one, else from the same K samples. The experiment may put another function of the KL in
/// its place, and take off a penalty on the aggregate posterior.
pub struct Elbo;

impl Bound for Elbo {
    fn surrogate(&self, batch: &Batch) -> Surrogate {
        let q = batch.encode();
        let normal = batch.normal_bound(q.as_ref());
        let closed = if normal.is_some() { None } else { batch.closed_kl(q.as_ref()) };
        let (z, log_posterior) = match (&normal, &closed) {
            (Some(normal), _) => (normal.sample(), None),
            (None, Some(_)) => (q.sample(batch.epsilon.clone()), None),
            (None, None) => {
                let (z, log_posterior) = q.sample_with_log_prob(batch.epsilon.clone());
                (z, Some(log_posterior))
            }
        };
        let log_likelihood = batch.log_likelihood(z.clone());
        // log p(z) and log q(z|x): for the KL, or (K > 1) only for the importance-weighted bound that is reported.
        let rated = |z, log_posterior| batch.densities_given(log_likelihood.clone(), z, log_posterior);
        let draws = match log_posterior {
            Some(log_posterior) => Some(rated(z.clone(), log_posterior)),
            None if batch.samples() > 1 => {
                let z = z.clone().without_autodiff();
                Some(rated(z.clone(), q.detached().log_prob(z)))
            }
            None => None,
        };
        let (bound, reported) = match (normal, closed, &draws) {
            (Some(normal), ..) => normal.of(log_likelihood.clone().reshape([batch.samples() * batch.count()])),
            (None, closed, draws) => {
                let (kl, reported) = match (closed, draws) {
                    (Some(closed), _) => (closed.clone(), closed),
                    (None, Some(draws)) => (draws.kl(), batch.sampled_kl(q.as_ref(), draws)),
                    (None, None) => unreachable!("without a closed form the samples are rated"),
                };
                (weights::mean(log_likelihood.clone()) - kl_terms::weighted(&batch.setting, kl), reported)
            }
        };
        let terms = Terms::new(log_likelihood, reported, draws.as_ref().filter(|_| batch.samples() > 1));
        let objective = match penalties::of(batch, q.as_ref(), z) {
            Some(penalty) => bound - penalty,
            None => bound,
        };
        Surrogate::new(objective, terms)
    }
}
