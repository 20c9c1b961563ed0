//! The total correlation by minibatch-weighted sampling.

use super::total_correlation::{Weighting, total_correlation};
use super::{Codes, Penalty};
use burn::tensor::Tensor;

/// (β_tc − 1)·TC[q(z)] (Chen et al. 2018, eq. 4, whose KL term contains the total correlation TC once).
pub struct TotalCorrelationWeighted {
    /// The weight β_tc − 1.
    pub weight: f64,
}

impl Penalty for TotalCorrelationWeighted {
    fn value(&self, codes: Codes) -> Tensor<1> {
        total_correlation(codes, Weighting::Weighted) * self.weight
    }
}
