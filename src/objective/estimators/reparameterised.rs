//! The reparameterised gradient.

use super::Estimator;
use crate::objective::{Batch, Surrogate, bounds};

/// Through the samples, as the bound says itself (Kingma & Welling 2013; Rezende et al. 2014).
pub struct Reparameterised;

impl Estimator for Reparameterised {
    fn surrogate(&self, batch: &Batch) -> Surrogate {
        bounds::build(batch.setting.bound).surrogate(batch)
    }
}
