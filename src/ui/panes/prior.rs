//! What the model makes up: z ~ p(z), x ~ p(x|z).

use crate::explore::{Answer, Question, Sampler};
use crate::ui::controls::{action, choice, number, segmented};
use crate::ui::image_grid::{Atlas, GAP, ImageGrid, best_columns, cell_side};
use crate::ui::pane::{ExportGrid, Pane, PaneContext, Request};
use crate::ui::pane_bar::{Content, PaneBar};
use crate::worker::{Asker, RunState};
use eframe::egui::{DragValue, ScrollArea, Ui};
use serde::{Deserialize, Serialize};

const ASKER: Asker = Asker("prior samples");

const CELL_MIN: f32 = 14.0;
/// Seconds between two sets of fresh noise.
const FRESH_EVERY: f64 = 0.7;

/// Samples from the prior, decoded.
#[derive(Serialize, Deserialize)]
#[serde(default)]
pub struct PriorSamplesPane {
    /// The distribution from which z is drawn.
    sampler: Sampler,
    /// Draws from p(x|z) rather than its means.
    draws: bool,
    temperature: f64,
    /// Whether the noise is renewed again and again while the model trains.
    fresh: bool,
    seed: u64,
    /// Number of samples along a side of the grid.
    side: usize,
    #[serde(skip)]
    atlas: Atlas,
    /// Time when the noise was last renewed.
    #[serde(skip)]
    changed_at: f64,
}

impl Default for PriorSamplesPane {
    fn default() -> Self {
        Self {
            sampler: Sampler::default(),
            draws: false,
            temperature: 1.0,
            fresh: false,
            seed: 0,
            side: 8,
            atlas: Atlas::default(),
            changed_at: 0.0,
        }
    }
}

impl Pane for PriorSamplesPane {
    fn ui(&mut self, ui: &mut Ui, context: &mut PaneContext<'_>) {
        context.theme.pane_frame().show(ui, |ui| {
            let Self { sampler, temperature, seed, .. } = *self;
            let question = Question::PriorSamples { sampler, count: self.side * self.side, temperature, seed };
            let newest = context.ask(ASKER, question);
            let bar =
                PaneBar { wide: 860.0, export: Some("Save this grid as a picture."), shows: "samples from the prior" };
            let content = bar.show(
                ui,
                context.status,
                newest,
                |ui| {
                    segmented(
                        ui,
                        &mut self.draws,
                        &[
                            (false, "Means", "The mean of p(x|z) at each z."),
                            (true, "Draws", "A draw from p(x|z) at each z: what the model says an image is like."),
                        ],
                    );
                    if action(ui, "New noise", "Draw other z from the prior.") {
                        self.seed += 1;
                    }
                },
                |ui| {
                    let samplers = [
                        (Sampler::Prior, "p(z)", "From the prior: what the model says by itself."),
                        (
                            Sampler::Gaussian,
                            "Gaussian",
                            "From a Gaussian fitted to q(z), the codes of 2,000 training images: not of the model.",
                        ),
                        (
                            Sampler::Mixture,
                            "Mixture",
                            "From a mixture of 10 Gaussians fitted to q(z), the codes of 2,000 training images: not of \
                             the model (Ghosh et al. 2020).",
                        ),
                    ];
                    segmented(ui, &mut self.sampler, &samplers);
                    let sides = [(4, "4"), (6, "6"), (8, "8"), (10, "10"), (12, "12"), (16, "16")];
                    choice(ui, "Grid", "Samples along each side of the grid.", &mut self.side, &sides);
                    let field = DragValue::new(&mut self.temperature).range(0.0..=3.0).speed(0.01).fixed_decimals(2);
                    let meaning = "Scales the noise: z ~ N(0, temperature²). Below 1, samples keep to the middle of \
                                   the prior.";
                    number(ui, "Temperature", meaning, 48.0, field);
                    segmented(
                        ui,
                        &mut self.fresh,
                        &[
                            (
                                false,
                                "Fixed",
                                "The same noise all the time: the same samples change as the model learns.",
                            ),
                            (true, "Fresh", "New noise again and again while the model trains."),
                        ],
                    );
                },
            );
            let Some(Content { newest, export }) = content else { return };
            let now = ui.input(|i| i.time);
            let running = context.status.state == RunState::Running;
            if self.fresh && running && newest.current && now - self.changed_at > FRESH_EVERY {
                self.seed += 1;
                self.changed_at = now;
            }
            let Answer::PriorSamples { sampler, means, draws } = &newest.answered.answer else { return };
            if let Some(label) = sampler.label() {
                ui.label(context.theme.muted(format!("z from a {label}: not the model's prior.")));
            }
            let images = if self.draws { draws } else { means };
            // Means and draws of one answer are two pictures.
            let (run, serial) = newest.key();
            self.atlas.update(ui.ctx(), (run, 2 * serial + u64::from(self.draws)), images);
            let pixels = ui.ctx().pixels_per_point();
            let room = ui.available_size();
            let side_of = |columns: usize| {
                cell_side(room, columns, images.count.div_ceil(columns), &self.atlas, pixels, CELL_MIN)
            };
            // The square that was asked for, unless another shape shows the samples larger.
            let (square, best) = (self.side, best_columns(room, images.count, 1, &self.atlas, pixels));
            let columns = if side_of(best) > side_of(square) { best } else { square };
            let side = side_of(columns);
            let grid = ImageGrid {
                name: "Prior samples",
                columns,
                side,
                gap: GAP,
                row_labels: &[],
                row_label_width: 0.0,
                column_labels: &[],
            };
            let cells: Vec<_> = (0..images.count).map(|i| (&self.atlas, Some(i))).collect();
            ScrollArea::both().auto_shrink(false).show(ui, |ui| grid.show(ui, &cells));
            if export {
                context.requests.push(Request::ExportGrid(ExportGrid {
                    suggested_name: match sampler {
                        Sampler::Prior => "samples.png".into(),
                        other => format!("samples-{}.png", other.name()),
                    },
                    images: images.clone(),
                    columns: (images.count as f64).sqrt().ceil() as usize,
                    row_labels: sampler.label().map(String::from).into_iter().collect(),
                    column_labels: Vec::new(),
                }));
            }
        });
    }
}
