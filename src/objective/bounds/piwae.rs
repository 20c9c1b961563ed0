//! PIWAE: one bound for the decoder, another for the encoder.

use super::{Bound, iwae, miwae};
use crate::objective::{Batch, Surrogate};

/// The decoder and the prior maximise the importance-weighted bound of all K samples, the encoder the MIWAE bound of M
/// groups (Rainforth et al. 2018): the tighter bound for the generative model, the better signal for the
/// encoder. The samples are decoded twice, once for each bound.
pub struct Piwae {
    /// The number of groups M, a divisor of K.
    pub groups: usize,
}

impl Bound for Piwae {
    fn surrogate(&self, batch: &Batch) -> Surrogate {
        let q = batch.encode();
        let (z, log_posterior) = q.sample_with_log_prob(batch.epsilon.clone());
        // The samples as constants: gradients reach the decoder and the prior alone.
        let constants = batch.densities_at(z.clone().detach(), log_posterior.clone().detach());
        let of_encoder = batch.densities_at_fixed_p(z, log_posterior);
        let beta = batch.beta();
        let objective =
            iwae::value(constants.log_weights(beta)) + miwae::value(of_encoder.log_weights(beta), self.groups);
        Surrogate::new(objective, batch.terms(q.as_ref(), &constants))
    }
}
