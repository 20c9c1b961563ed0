//! The controls of plots over a run.

use super::Viewport;
use crate::ui::controls::segmented;
use crate::ui::curves::XAxis;
use crate::ui::icons::{Icon, explained_icon_button};
use eframe::egui::Ui;

/// The choice of the horizontal axis.
pub fn axis_ui(ui: &mut Ui, axis: &mut XAxis) {
    segmented(
        ui,
        axis,
        &[
            (XAxis::Step, "Step", "Plot against optimiser steps."),
            (XAxis::Epoch, "Epoch", "Plot against passes over the training images."),
            (XAxis::Time, "Time", "Plot against seconds of training, pauses left out."),
        ],
    );
}

/// Show the whole run again.
pub fn fit_button(ui: &mut Ui, view: &mut Viewport) {
    let meaning = "Show the whole run again and follow it (or double-click the plot).";
    if explained_icon_button(ui, Icon::Fit, "Fit", meaning, view.is_zoomed()).clicked() {
        view.reset();
    }
}
