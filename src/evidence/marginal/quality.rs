//! The quality of the importance weights of an image.

use super::pareto::threshold;

/// The quality of the importance weights of one image: whether results computed from them can be trusted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WeightQuality {
    /// Number of samples that were weighted.
    pub samples: usize,
    /// The effective sample size (Σ w)²/Σ w² of the `samples`.
    pub effective_samples: f64,
    /// The Pareto shape k̂ of the weights; `None` if all are equal or there are too few.
    pub pareto_k: Option<f64>,
}

impl WeightQuality {
    /// Whether k̂ says that standard errors computed from the weights cannot be trusted.
    pub fn is_degenerate(&self) -> bool {
        self.pareto_k.is_some_and(|k| k > threshold(self.samples))
    }
}
