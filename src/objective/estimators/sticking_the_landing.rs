//! Sticking the landing.

use super::Estimator;
use crate::objective::{Batch, Surrogate, weights};

/// The reparameterised gradient of the ELBO without the score of q: log q(z|x) with its parameters as constants, so
/// that φ is reached through z alone (Roeder, Wu & Duvenaud 2017, eq. 8). The term left out has mean 0, and the
/// variance falls to 0 as q(z|x) nears p(z|x).
pub struct StickingTheLanding;

impl Estimator for StickingTheLanding {
    fn surrogate(&self, batch: &Batch) -> Surrogate {
        let q = batch.encode();
        let z = q.sample(batch.epsilon.clone());
        let log_posterior = q.detached().log_prob(z.clone());
        let draws = batch.densities_at(z, log_posterior);
        Surrogate::new(weights::mean(draws.log_weights(batch.beta())), batch.terms(q.as_ref(), &draws))
    }
}
