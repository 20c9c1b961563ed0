//! Other ways to the gradient than differentiating through the samples. To add an estimator: a file here and a line in
//! the list of [`experiment::Estimator`](crate::experiment::Estimator).

mod doubly_reparameterised;
mod score_function;
mod sticking_the_landing;
mod vimco;

pub use doubly_reparameterised::DoublyReparameterised;
pub use score_function::ScoreFunction;
pub use sticking_the_landing::StickingTheLanding;
pub use vimco::Vimco;

use super::{Batch, Surrogate};
use crate::experiment::Estimator as Spec;

impl Spec {
    /// Its mathematics; `None` for the reparameterised gradient, which is the bound's own.
    pub(super) fn rule(self) -> Option<Box<dyn Estimator>> {
        match self {
            Self::Reparameterised => None,
            Self::StickingTheLanding => Some(Box::new(StickingTheLanding)),
            Self::DoublyReparameterised => Some(Box::new(DoublyReparameterised)),
            Self::ScoreFunction => Some(Box::new(ScoreFunction)),
            Self::Vimco => Some(Box::new(Vimco)),
        }
    }
}

/// An estimator of the gradient of one bound.
pub trait Estimator {
    /// What to differentiate.
    fn surrogate(&self, batch: &Batch) -> Surrogate;
}
