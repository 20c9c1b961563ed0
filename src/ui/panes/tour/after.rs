//! Page 9: the model run forwards: means and draws for the same z.

use super::stage::{Lesson, Stage};
use crate::data::Images;
use crate::explore::{Answer, Question, Sampler};
use crate::ui::controls::action;
use crate::ui::empty::before_model;
use crate::ui::image_grid::{Atlas, GAP, ImageGrid};
use crate::ui::pane::Request;
use crate::ui::panes::points::{Points, are_points};
use crate::ui::theme::space;
use crate::ui::tour_request::{TourAsks, TourPlace};
use crate::worker::Asker;
use eframe::egui::Ui;
use serde::{Deserialize, Serialize};

const ASKER: Asker = Asker("tour: samples");
/// Samples as images, and as points.
const COUNT: usize = 8;
const POINTS: usize = 80;
const REDRAWS: u64 = 2;
const LABELS: f32 = 44.0;

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub struct After {
    redraws: u64,
    looked: bool,
    #[serde(skip)]
    atlases: [Atlas; 2],
}

impl Lesson for After {
    fn is_done(&self) -> bool {
        self.redraws >= REDRAWS && self.looked
    }

    fn picture_ui(&mut self, ui: &mut Ui, stage: &mut Stage<'_, '_>) {
        let context = &mut *stage.context;
        let seed = 1_000 + self.redraws;
        let plane = context.status.image_shape.is_some_and(|shape| shape.pixels() <= 2);
        let count = if plane { POINTS } else { COUNT };
        let question = Question::PriorSamples { sampler: Sampler::Prior, count, temperature: 1.0, seed };
        let newest = context.ask(ASKER, question);
        let Some(newest) = newest else {
            ui.allocate_ui(eframe::egui::vec2(ui.available_width(), 0.6 * stage.height), |ui| {
                before_model(ui, context, "samples of the model");
            });
            return;
        };
        let Answer::PriorSamples { means, draws, .. } = &newest.answered.answer else { return };
        if are_points(means) {
            let theme = context.theme;
            let colour = |_| theme.evidence;
            let spoken = "Samples of the model: means as rings, draws as dots";
            Points { spoken, dots: draws, rings: Some(means), colour: &colour }.ui(ui, theme, stage.height);
            ui.label(theme.muted("rings: means of p(x|z); dots: draws x"));
        } else {
            self.images_ui(ui, newest.key(), means, draws);
        }
        ui.add_space(space::XS);
        ui.horizontal_wrapped(|ui| {
            if action(ui, "Draw again", "Other z from the prior.") {
                self.redraws += 1;
            }
            if action(ui, "Open Latent space", "The codes of images over the prior.") {
                self.looked = true;
                context.requests.push(Request::Tour(TourAsks::Show(TourPlace::LatentSpace)));
            }
        });
    }
}

impl After {
    /// Means above draws, z by z.
    fn images_ui(&mut self, ui: &mut Ui, (run, serial): (u64, u64), means: &Images, draws: &Images) {
        for (i, (atlas, images)) in self.atlases.iter_mut().zip([means, draws]).enumerate() {
            atlas.update(ui.ctx(), (run, 2 * serial + i as u64), images);
        }
        let cells: Vec<_> =
            self.atlases.iter().flat_map(|atlas| (0..COUNT).map(move |index| (atlas, Some(index)))).collect();
        let side = ((ui.available_width() - LABELS - 12.0) / COUNT as f32 - GAP).clamp(16.0, 96.0);
        let labels = ["means".to_owned(), "draws".to_owned()];
        let grid = ImageGrid {
            name: "Samples of the tour",
            columns: COUNT,
            side,
            gap: GAP,
            row_labels: &labels,
            row_label_width: LABELS,
            column_labels: &[],
        };
        grid.show(ui, &cells);
    }
}
