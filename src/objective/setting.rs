//! The objective at one point of training.

use crate::experiment::{Bound, Estimator, KlTerm, Objective, Penalty};

/// The objective at one point of training: its methods, with the present values of its schedules.
#[derive(Clone, Copy, Debug, Default)]
pub struct Setting {
    /// The bound that is maximised.
    pub bound: Bound,
    /// The estimator of the bound's gradient.
    pub estimator: Estimator,
    /// The function of the KL that the ELBO subtracts.
    pub kl_term: KlTerm,
    /// The penalty on the aggregate posterior that the ELBO subtracts.
    pub penalty: Penalty,
    /// The weight β of the KL term.
    pub beta: f64,
    /// Number of epochs so far (a fraction is possible), for methods that are annealed.
    pub epochs: f64,
    /// Number of images in the training set.
    pub training_images: usize,
}

impl Setting {
    /// The setting after `epochs` epochs.
    pub fn at(objective: &Objective, epochs: f64, training_images: usize) -> Self {
        let &Objective { bound, estimator, kl_term, penalty, beta, .. } = objective;
        Self { bound, estimator, kl_term, penalty, beta: beta.at(epochs), epochs, training_images }
    }
}
