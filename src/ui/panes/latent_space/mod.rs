//! A plane through latent space: the codes of images (scatter), or the decoded images (manifold).

mod ground;
mod manifold;
pub mod scatter;
mod way;

use crate::ui::controls::{action_enabled, empty_state, segmented};
use crate::ui::empty::before_model;
use crate::ui::pane::{Pane, PaneContext, Request};
use crate::ui::pane_bar::PaneBar;
use crate::ui::panes::latent_axes::{self, latent_dimension};
use eframe::egui::Ui;
use manifold::Manifold;
use scatter::Scatter;
use serde::{Deserialize, Serialize};

/// The content of the plane.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
enum PlaneView {
    #[default]
    Scatter,
    Manifold,
}

/// The latent space seen along two of its axes.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub struct LatentSpacePane {
    shown: PlaneView,
    /// The axes across and up, if the user chose them; else the two dimensions with the highest KL.
    chosen: Option<[usize; 2]>,
    scatter: Scatter,
    manifold: Manifold,
    /// The axes in use while the user has not chosen any.
    #[serde(skip)]
    widest: [usize; 2],
}

impl Pane for LatentSpacePane {
    fn ui(&mut self, ui: &mut Ui, context: &mut PaneContext<'_>) {
        context.theme.pane_frame().show(ui, |ui| {
            let dimension = latent_dimension(context.status);
            if dimension == 0 {
                before_model(ui, context, "where images lie in latent space");
                return;
            }
            if dimension == 1 {
                empty_state(ui, "A single latent dimension", "A line has no plane: see the traversals.");
                return;
            }
            let axes = self.axes(context, dimension);
            let (shown, chosen) = (&mut self.shown, &mut self.chosen);
            match *shown {
                PlaneView::Scatter => {
                    let newest = self.scatter.ask(context);
                    let bar = PaneBar {
                        wide: WIDE,
                        export: Some("Save the codes of all images, for NumPy, pandas or the Embedding Projector."),
                        shows: "where images lie in latent space",
                    };
                    let options = |ui: &mut Ui| {
                        self.scatter.options_ui(ui, context.status);
                        axes_ui(ui, chosen, axes, dimension);
                    };
                    let content = bar.show(ui, context.status, newest, |ui| shown_ui(ui, shown), options);
                    if let Some(content) = content {
                        if content.export {
                            context.requests.push(Request::ExportCodes);
                        }
                        self.scatter.ui(ui, context, axes, &content.newest);
                    }
                }
                PlaneView::Manifold => {
                    let newest = self.manifold.ask(context, axes);
                    let bar = PaneBar {
                        wide: WIDE,
                        export: Some("Save this grid as a picture."),
                        shows: "what lies where in latent space",
                    };
                    let options = |ui: &mut Ui| {
                        self.manifold.options_ui(ui);
                        axes_ui(ui, chosen, axes, dimension);
                    };
                    let content = bar.show(ui, context.status, newest, |ui| shown_ui(ui, shown), options);
                    if let Some(content) = content {
                        self.manifold.ui(ui, context, content);
                    }
                }
            }
        });
    }
}

/// The width from which on the options fit into the row of controls.
const WIDE: f32 = 900.0;

fn shown_ui(ui: &mut Ui, shown: &mut PlaneView) {
    segmented(
        ui,
        shown,
        &[
            (PlaneView::Scatter, "Scatter", "Posterior means of images, coloured by label."),
            (PlaneView::Manifold, "Manifold", "The decoder's mean image at each point of a grid."),
        ],
    );
}

/// Choose the axes, where there are more than two.
fn axes_ui(ui: &mut Ui, chosen: &mut Option<[usize; 2]>, axes: [usize; 2], dimension: usize) {
    if dimension <= 2 {
        return;
    }
    let meanings = ["The latent dimension that runs left to right.", "The latent dimension that runs bottom to top."];
    let new = latent_axes::axes_ui(ui, axes, dimension, meanings);
    if new != axes {
        *chosen = Some(new);
    }
    let meaning = "Choose the two dimensions of largest KL, and change over when others are clearly larger.";
    if action_enabled(ui, chosen.is_some(), "Widest", meaning) {
        *chosen = None;
    }
}

impl LatentSpacePane {
    #[cfg(test)]
    pub(super) fn show_manifold(&mut self) {
        self.shown = PlaneView::Manifold;
    }

    /// The chosen axes, else the two dimensions with the highest KL, kept until others are clearly higher.
    fn axes(&mut self, context: &PaneContext<'_>, dimension: usize) -> [usize; 2] {
        if let Some(chosen) = self.chosen.filter(|axes| axes.iter().all(|&a| a < dimension)) {
            return chosen;
        }
        if self.widest == [0, 0] || self.widest.iter().any(|&a| a >= dimension) {
            self.widest = [0, 1];
        }
        if let Some(kl) = context.curves.newest().map(|r| &r.kl_per_dimension).filter(|kl| kl.len() == dimension) {
            let mut order: Vec<usize> = (0..dimension).collect();
            order.sort_by(|&a, &b| kl[b].total_cmp(&kl[a]));
            let now: f32 = self.widest.iter().map(|&a| kl[a]).sum();
            if kl[order[0]] + kl[order[1]] > 1.25 * now {
                self.widest = [order[0].min(order[1]), order[0].max(order[1])];
            }
        }
        self.widest
    }
}
