//! What is maximised. To add a bound: a file here and a line in the list of
//! [`experiment::Bound`](crate::experiment::Bound).

mod autoencoder;
pub mod ciwae;
mod elbo;
pub mod iwae;
pub mod miwae;
mod piwae;
pub mod renyi;

pub use autoencoder::Autoencoder;
pub use ciwae::Ciwae;
pub use elbo::Elbo;
pub use iwae::Iwae;
pub use miwae::Miwae;
pub use piwae::Piwae;
pub use renyi::Renyi;

use super::{Batch, Surrogate};
use crate::experiment::Bound as Spec;

impl Spec {
    /// Its mathematics.
    pub(super) fn rule(self) -> Box<dyn Bound> {
        match self {
            Self::Elbo => Box::new(Elbo),
            Self::Iwae => Box::new(Iwae),
            Self::Miwae { groups } => Box::new(Miwae { groups }),
            Self::Piwae { groups } => Box::new(Piwae { groups }),
            Self::Ciwae { elbo_share } => Box::new(Ciwae { elbo_share }),
            Self::Renyi { alpha } => Box::new(Renyi { alpha }),
            Self::Autoencoder => Box::new(Autoencoder),
        }
    }
}

/// A bound on log p(x), or what is maximised in its place.
pub trait Bound {
    /// What to differentiate: gradients flow through the samples (reparameterised; Kingma & Welling 2013, Rezende et
    /// al. 2014).
    fn surrogate(&self, batch: &Batch) -> Surrogate;
}
