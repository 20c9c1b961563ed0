//! What the gradient lab finds.

use crate::data::Split;
use crate::objective::snr::Curve;

/// What has been measured.
#[derive(Clone, Debug, PartialEq)]
pub struct GradientFindings {
    /// As [`Status::run`](crate::worker::Status::run), and the step of the model.
    pub run: u64,
    /// Step of the model.
    pub step: u64,
    /// Which images.
    pub split: Split,
    /// How many, from the first.
    pub images: usize,
    /// Estimates of each gradient.
    pub repeats: usize,
    /// One for each estimator; a K that is not done yet is missing.
    pub curves: Vec<Curve>,
    /// Every K of every estimator is there.
    pub complete: bool,
}
