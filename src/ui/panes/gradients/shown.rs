//! A curve of the gradient lab with its name and colour.

use crate::experiment::Choice as _;
use crate::objective::snr::{Curve, GradientEstimator};
use eframe::egui::Color32;

/// A curve with its name and colour.
pub struct ShownCurve<'a> {
    pub curve: &'a Curve,
    pub name: String,
    pub colour: Color32,
    pub visible: bool,
}

/// A short name, e.g. "IWAE, DReG": an abbreviation in brackets in the estimator's name replaces the name.
pub fn short_name(gradient: GradientEstimator) -> String {
    let name = gradient.estimator.name();
    let short = name.split_once('(').map_or(name, |(_, short)| short.trim_end_matches(')'));
    format!("{}, {short}", gradient.bound.name())
}
