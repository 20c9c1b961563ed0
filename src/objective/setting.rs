//! The objective at one point of training.

use crate::experiment::{Bound, Estimator, KlTerm, Objective, Penalty};

/// The objective at one point of training.
#[derive(Clone, Copy, Debug, Default)]
pub struct Setting {
    /// The bound that is maximised.
    pub bound: Bound,
    /// How its gradient is estimated.
    pub estimator: Estimator,
    /// The function of the KL that is taken off the reconstruction term.
    pub kl_term: KlTerm,
    /// The penalty on the aggregate posterior, taken off the bound.
    pub penalty: Penalty,
    /// The weight of the KL term.
    pub beta: f64,
    /// Epochs so far, for what is annealed.
    pub epochs: f64,
    /// Images in the training set.
    pub training_images: usize,
}

impl Setting {
    /// The objective after `epochs` epochs.
    pub fn at(objective: &Objective, epochs: f64, training_images: usize) -> Self {
        let &Objective { bound, estimator, kl_term, penalty, beta, .. } = objective;
        Self { bound, estimator, kl_term, penalty, beta: beta.at(epochs), epochs, training_images }
    }
}
