//! From a fixed part of the validation images to all of them: a control variate by a fixed offset.

use crate::train::Report;

/// How far the part was off when both it and the whole were last measured, of the same model. The terms are corrected one
/// by one, so that they still add up.
#[derive(Clone, Debug, PartialEq)]
pub struct Correction {
    /// The step at which both were measured.
    pub step: u64,
    reconstruction: f64,
    iwae: f64,
    kl_per_dimension: Vec<f32>,
    kl: f64,
    /// The error over images is that of the whole: the same images always make the difference.
    elbo_se: f64,
}

impl Correction {
    /// From reports of one step on the part and on the whole; `None` where they are of two models.
    pub fn of(part: &Report, whole: &Report) -> Option<Self> {
        let same = part.step == whole.step && part.kl_per_dimension.len() == whole.kl_per_dimension.len();
        let difference = |of: fn(&Report) -> f64| of(whole) - of(part);
        (same && part.is_finite() && whole.is_finite()).then(|| Self {
            step: part.step,
            reconstruction: difference(|report| report.reconstruction),
            iwae: difference(|report| report.iwae),
            kl_per_dimension: whole.kl_per_dimension.iter().zip(&part.kl_per_dimension).map(|(a, b)| a - b).collect(),
            kl: difference(|report| report.kl),
            elbo_se: whole.elbo_se,
        })
    }

    /// What the whole would have given, from a report on the part.
    pub fn apply(&self, part: &Report) -> Report {
        let reconstruction = part.reconstruction + self.reconstruction;
        // A KL is not negative, and the total stays the sum over dimensions.
        let corrected = part.kl_per_dimension.iter().zip(&self.kl_per_dimension);
        let kl_per_dimension: Vec<f32> = corrected.map(|(kl, offset)| (kl + offset).max(kl.min(0.0))).collect();
        let moved: f64 =
            kl_per_dimension.iter().zip(&part.kl_per_dimension).map(|(new, old)| f64::from(new - old)).sum();
        let moved = if kl_per_dimension.is_empty() { self.kl } else { moved };
        let kl = part.kl + moved;
        Report {
            elbo: reconstruction - kl,
            elbo_se: self.elbo_se,
            reconstruction,
            kl,
            kl_per_dimension,
            iwae: part.iwae + self.iwae,
            ..part.clone()
        }
    }
}
