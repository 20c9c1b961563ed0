//! What is maximised. To add a bound: a file here, an entry in the list of bounds in
//! [`experiment::method`](crate::experiment::method).

use super::{Batch, Surrogate};
use crate::experiment::Bound as Spec;
use crate::experiment::method::{bounds, implement};

bounds!(implement());

/// A bound on log p(x), or what is maximised in its place.
pub trait Bound {
    /// What to differentiate: gradients flow through the samples (reparameterised; Kingma & Welling 2013, Rezende et
    /// al. 2014).
    fn surrogate(&self, batch: &Batch) -> Surrogate;
}
