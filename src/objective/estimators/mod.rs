//! Ways to the gradient of a bound. To add an estimator: a file here, an entry in the list of estimators in
//! [`experiment::method`](crate::experiment::method).

use super::{Batch, Surrogate};
use crate::experiment::Estimator as Spec;
use crate::experiment::method::{estimators, implement};

estimators!(implement());

/// An estimator of the gradient of a bound.
pub trait Estimator {
    /// What to differentiate.
    fn surrogate(&self, batch: &Batch) -> Surrogate;
}
