//! The plain autoencoder: no bound, but a point of reference for bounds.

use super::Bound;
use crate::objective::{Batch, Surrogate, weights};

/// log p(x | z = `E_q[z]`): a deterministic code without a KL term. The variance of q(z|x) is not trained. The ELBO
/// that is reported beside it, from samples of q(z|x), shows how far such a code is from a generative model.
pub struct Autoencoder;

impl Bound for Autoencoder {
    fn surrogate(&self, batch: &Batch) -> Surrogate {
        let q = batch.encode();
        let objective = weights::mean(batch.log_likelihood(q.mean()));
        let q = q.detached();
        let (z, log_posterior) = q.sample_with_log_prob(batch.epsilon.clone());
        let draws = batch.densities_at_fixed_p(z, log_posterior);
        Surrogate::new(objective, batch.terms(q.as_ref(), &draws))
    }
}
