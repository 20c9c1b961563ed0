//! The findings of the gradient lab.

use crate::data::Split;
use crate::objective::snr::Curve;

/// The measured signal-to-noise ratios of gradient estimators.
#[derive(Clone, Debug, PartialEq)]
pub struct GradientFindings {
    /// The number of the run that was measured; see [`Status::run`](crate::worker::Status::run).
    pub run: u64,
    /// Number of optimiser steps that the measured model had taken.
    pub step: u64,
    /// The images' split.
    pub split: Split,
    /// Number of images, from the first.
    pub images: usize,
    /// Number of estimates of each gradient.
    pub repeats: usize,
    /// One curve for each estimator; a K that has not been measured is missing.
    pub curves: Vec<Curve>,
    /// Whether every K of every estimator has been measured.
    pub complete: bool,
}
