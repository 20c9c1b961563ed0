//! From a fixed part of the validation images to all of them: a control variate by a fixed offset.

use crate::train::Report;

/// The difference between all validation images and the fixed part of them, when both were last measured of one model.
/// Each term has its own, so that the corrected terms still add up.
#[derive(Clone, Debug, PartialEq)]
pub struct Correction {
    /// The step at which both were measured.
    pub step: u64,
    reconstruction: f64,
    iwae: f64,
    kl_per_dimension: Vec<f32>,
    kl: f64,
    /// Standard error over all validation images: since the part is always of the same images, the difference adds
    /// none.
    elbo_se: f64,
}

impl Correction {
    /// The correction from reports of one step on the part and on the whole; `None` where they are of two models.
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

    /// The report that all validation images would have given, from one on the part.
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
