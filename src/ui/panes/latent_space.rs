//! A plane through latent space: where images are (scatter), and what is there (manifold).

use super::manifold::Manifold;
use super::scatter::Scatter;
use super::{latent_dimension, z_name};
use crate::ui::controls::{choice, empty_state, no_pictures, segmented, toolbar};
use crate::ui::pane::{Pane, PaneContext};
use eframe::egui::Ui;
use serde::{Deserialize, Serialize};

/// What is drawn on the plane.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
enum Shown {
    #[default]
    Scatter,
    Manifold,
}

/// The latent space seen along two of its axes.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub struct LatentSpace {
    shown: Shown,
    /// The axes across and up, if the user chose them; else the two of largest KL.
    chosen: Option<[usize; 2]>,
    scatter: Scatter,
    manifold: Manifold,
    /// The axes in use while they are not chosen.
    #[serde(skip)]
    widest: [usize; 2],
}

impl Pane for LatentSpace {
    fn title(&self) -> &'static str {
        "Latent space"
    }

    fn hidden(&mut self) {
        self.scatter.standing.forget();
        self.manifold.standing.forget();
    }

    fn ui(&mut self, ui: &mut Ui, context: &mut PaneContext<'_>) {
        context.theme.pane_frame().show(ui, |ui| {
            let dimension = latent_dimension(context.status);
            if dimension == 0 {
                no_pictures(ui, context.status, "where images lie in latent space");
                return;
            }
            if dimension == 1 {
                empty_state(ui, "A single latent dimension", "A line has no plane: see the traversals.");
                return;
            }
            let axes = self.axes(context, dimension);
            match self.shown {
                Shown::Scatter => {
                    self.manifold.standing.withdraw(context);
                    let newest = self.scatter.ask(context);
                    toolbar(ui, |ui| {
                        self.choices_ui(ui, dimension, axes);
                        self.scatter.controls_ui(ui, newest.as_ref());
                    });
                    self.scatter.ui(ui, context, axes, newest);
                }
                Shown::Manifold => {
                    self.scatter.standing.withdraw(context);
                    let newest = self.manifold.ask(context, axes);
                    toolbar(ui, |ui| {
                        self.choices_ui(ui, dimension, axes);
                        self.manifold.controls_ui(ui, context, newest.as_ref());
                    });
                    self.manifold.ui(ui, context, newest);
                }
            }
        });
    }
}

impl LatentSpace {
    #[cfg(test)]
    pub(super) fn show_manifold(&mut self) {
        self.shown = Shown::Manifold;
    }

    fn choices_ui(&mut self, ui: &mut Ui, dimension: usize, axes: [usize; 2]) {
        segmented(
            ui,
            &mut self.shown,
            &[
                (Shown::Scatter, "Scatter", "Posterior means of images, coloured by label."),
                (Shown::Manifold, "Manifold", "The decoder's mean image at each point of a grid."),
            ],
        );
        if dimension > 2 {
            let names: Vec<(usize, String)> = (0..dimension).map(|d| (d, z_name(d))).collect();
            let mut chosen = axes;
            choice(ui, "Across", "The latent dimension that runs left to right.", 44.0, &mut chosen[0], &names);
            choice(ui, "Up", "The latent dimension that runs bottom to top.", 44.0, &mut chosen[1], &names);
            if chosen != axes {
                self.chosen = Some(chosen);
            }
        }
    }

    /// The chosen axes, else the two dimensions of largest KL, kept until others are clearly larger.
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
