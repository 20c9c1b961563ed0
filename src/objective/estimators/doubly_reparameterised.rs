//! Doubly reparameterised gradients (DReG).

use super::Estimator;
use crate::objective::{Batch, SecondPath, Surrogate, weights};

/// The gradient of the importance-weighted bound without the score of q, which is reparameterised a second time: the
/// encoder's parameters φ receive Σ_k w̃_k² ∂log w_k/∂z_k ∂z_k/∂φ (Tucker et al. 2019, eq. 8), where w̃_k are the
/// normalised weights; the decoder's and prior's parameters θ receive the usual Σ_k w̃_k ∂log w_k/∂θ. The gradient is
/// unbiased, and its signal-to-noise ratio for φ grows with K, while that of the reparameterised gradient falls
/// (Rainforth et al. 2018).
pub struct DoublyReparameterised;

impl Estimator for DoublyReparameterised {
    fn surrogate(&self, batch: &Batch) -> Surrogate {
        let q = batch.encode();
        let z = q.sample(batch.epsilon.clone());
        let leaf = z.clone().detach().require_grad();
        let log_posterior = q.detached().log_prob(leaf.clone());
        let draws = batch.densities_at(leaf.clone(), log_posterior);
        let beta = batch.beta();
        let logs = draws.log_weights(beta);
        // The gradient at the leaf comes with w̃ once, from the bound; the way on from z to φ has it once more, or
        // (1 − β) + β w̃: at β = 0 there is no score to reparameterise.
        let rows = z.dims()[0];
        let weights = weights::normalised(logs.clone()).reshape([rows, 1]) * beta + (1.0 - beta);
        let terms = batch.terms(q.as_ref(), &draws);
        Surrogate { objective: weights::log_mean_exp(logs), second_path: Some(SecondPath { z, leaf, weights }), terms }
    }
}
