//! Bounds, which training maximises. To add one, add a file here and an entry in the list of bounds in
//! [`experiment::method`](crate::experiment::method).

use super::{Batch, Surrogate};
use crate::experiment::Bound as Spec;
use crate::experiment::method::{bounds, implement};

bounds!(implement());

/// A bound on log p(x), or another objective that is maximised in its place. The enum [`experiment::Bound`](Spec) names
/// a bound in an experiment; this trait, of equal name since both come from one list, computes it, and [`build`] leads
/// from the one to the other.
pub trait Bound {
    /// The surrogate whose gradient flows through the samples (reparameterised; Kingma & Welling 2013, Rezende et al.
    /// 2014).
    fn surrogate(&self, batch: &Batch) -> Surrogate;
}
