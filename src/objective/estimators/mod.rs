//! Estimators of the gradient of a bound. To add one, add a file here and an entry in the list of estimators in
//! [`experiment::method`](crate::experiment::method).

use super::{Batch, Surrogate};
use crate::experiment::Estimator as Spec;
use crate::experiment::method::{estimators, implement};

estimators!(implement());

/// An estimator of the gradient of a bound. The enum [`experiment::Estimator`](Spec) names an estimator in an
/// experiment; this trait, of equal name since both come from one list, computes it, and [`build`] leads from the one
/// to the other.
pub trait Estimator {
    /// The surrogate to differentiate, with the terms to report.
    fn surrogate(&self, batch: &Batch) -> Surrogate;
}
