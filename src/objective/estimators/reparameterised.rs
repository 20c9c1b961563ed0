//! The reparameterised gradient.

use super::Estimator;
use crate::objective::{Batch, Surrogate, bounds};

/// The gradient through the samples z = μ + σ·ε, as the bound defines it (Kingma & Welling 2013; Rezende et al. 2014).
pub struct Reparameterised;

impl Estimator for Reparameterised {
    fn surrogate(&self, batch: &Batch) -> Surrogate {
        bounds::build(batch.setting.bound).surrogate(batch)
    }
}
