//! The latent dimensions: their number, their names, and choosing two of them.

use crate::experiment::method::PriorKind;
use crate::ui::controls::number;
use crate::worker::Status;
use eframe::egui::{DragValue, Ui};

/// The dimension of z; 0 before there is a model.
pub fn latent_dimension(status: &Status) -> usize {
    status.experiment.as_ref().map_or(0, |experiment| experiment.latent.total())
}

/// Whether z lies on the unit sphere.
pub fn is_sphere(status: &Status) -> bool {
    status.experiment.as_ref().is_some_and(|experiment| experiment.latent.prior.kind() == PriorKind::Sphere)
}

pub use crate::explore::z_name;

/// Two fields for the latent dimensions across and up, of `dimension` in all; `meanings` are their tooltips. Returns
/// the dimensions that are then chosen.
pub fn axes_ui(ui: &mut Ui, mut axes: [usize; 2], dimension: usize, meanings: [&str; 2]) -> [usize; 2] {
    for (axis, (caption, meaning)) in axes.iter_mut().zip(["Across", "Up"].into_iter().zip(meanings)) {
        let field = DragValue::new(axis)
            .range(0..=dimension - 1)
            .speed(0.05)
            .custom_formatter(|d, _| z_name(d as usize))
            .custom_parser(|text| text.trim().trim_start_matches('z').parse::<f64>().ok().map(|d| d - 1.0));
        number(ui, caption, meaning, 40.0, field);
    }
    axes
}
