//! Sticking the landing: the ELBO's gradient without the score term.

use super::Estimator;
use crate::objective::{Batch, Surrogate, weights};

/// The reparameterised gradient of the ELBO with the parameters of log q(z|x) held constant, so that the gradient
/// reaches the encoder's parameters φ through z alone (Roeder, Wu & Duvenaud 2017, eq. 8). The omitted term, the score
/// of q, has mean 0; without it the variance falls to 0 as q(z|x) approaches p(z|x).
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
