//! Images that the model makes up: z ~ p(z), x ~ p(x|z); and the components of a prior that is a mixture.

use crate::data::Images;
use crate::experiment::method::Sizes;
use crate::explore::{Answer, PriorComponents, Question, Sampler};
use crate::export::Sheet;
use crate::ui::controls::{choice, dice_button, number, segmented};
use crate::ui::families::{Family, said};
use crate::ui::format;
use crate::ui::image_grid::{Atlas, GAP, GridResponse, ImageGrid, best_columns, cell_side};
use crate::ui::pane::{ExportGrid, Pane, PaneContext, Request};
use crate::ui::pane_bar::{Content, PaneBar};
use crate::ui::panes::vectors;
use crate::worker::{Asker, RunState};
use eframe::egui::{DragValue, ScrollArea, Ui};
use serde::{Deserialize, Serialize};

const ASKER: Asker = Asker("prior samples");
const COMPONENTS: Asker = Asker("prior samples: components");

const CELL_MIN: f32 = 14.0;
/// Seconds between two sets of fresh noise.
const FRESH_EVERY: f64 = 0.7;

/// The images that the pane shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
enum Shown {
    #[default]
    Means,
    Draws,
    /// The decoded means of a mixture's components.
    Components,
    /// The images whose posteriors are the components.
    PseudoInputs,
}

/// Samples from the prior, decoded.
#[derive(Serialize, Deserialize)]
#[serde(default)]
pub struct PriorSamplesPane {
    /// The distribution from which z is drawn.
    sampler: Sampler,
    shown: Shown,
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
            shown: Shown::default(),
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
            let of_prior = of_prior(context);
            if !of_prior.offers(self.shown) {
                self.shown = Shown::Means;
            }
            let (shown, count) = (self.shown, self.side * self.side);
            let newest = match shown {
                Shown::Means | Shown::Draws => {
                    context.ask(ASKER, Question::PriorSamples { sampler, count, temperature, seed })
                }
                Shown::Components | Shown::PseudoInputs => context.ask(COMPONENTS, Question::PriorComponents { count }),
            };
            let sampled = matches!(shown, Shown::Means | Shown::Draws);
            let bar =
                PaneBar { wide: 860.0, export: Some("Save this grid as a picture."), shows: "samples from the prior" };
            let content = bar.show(
                ui,
                context.status,
                newest,
                |ui| {
                    let here =
                        |meaning: &str| said(meaning, &[Family::Likelihood], context.status.experiment.as_deref());
                    let means = here("The mean of p(x|z) at each z.");
                    let draws = here("A draw from p(x|z) at each z: what the model says an image is like.");
                    let all = [
                        (Shown::Means, "Means", means.as_str()),
                        (Shown::Draws, "Draws", draws.as_str()),
                        (
                            Shown::Components,
                            "Components",
                            "The mean of p(x|z) at the mean of each component of the prior, the heaviest first.",
                        ),
                        (
                            Shown::PseudoInputs,
                            "Inputs u",
                            "The pseudo-inputs u, images learned with the model: the components are q(z|u).",
                        ),
                    ];
                    let offered: Vec<_> = all.into_iter().filter(|(shown, ..)| of_prior.offers(*shown)).collect();
                    segmented(ui, &mut self.shown, &offered);
                    if !sampled {
                        return;
                    }
                    if dice_button(ui, "New noise", "Draw other z from the prior.") {
                        self.seed += 1;
                    }
                },
                |ui| {
                    let sides = [(4, "4"), (6, "6"), (8, "8"), (10, "10"), (12, "12"), (16, "16")];
                    choice(ui, "Grid", "Images along each side of the grid.", &mut self.side, &sides);
                    if !sampled {
                        return;
                    }
                    let by_itself = "From the prior: what the model says by itself.";
                    let by_itself = said(by_itself, &[Family::Prior], context.status.experiment.as_deref());
                    let samplers = [
                        (Sampler::Prior, "p(z)", by_itself.as_str()),
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
                    let field = DragValue::new(&mut self.temperature).range(0.0..=3.0).speed(0.01).fixed_decimals(2);
                    let meaning = "Scales the noise that z is made of: 1 is the distribution itself, and below it \
                                   samples spread less.";
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
            match &newest.answered.answer {
                Answer::PriorSamples { sampler, means, draws } => {
                    if let Some(label) = sampler.label() {
                        ui.label(context.theme.muted(format!("z from a {label}: not the model's prior.")));
                    }
                    let images = if shown == Shown::Draws { draws } else { means };
                    if let Some(columns) = images.columns.as_deref() {
                        vectors::lines_ui(ui, columns, images, "Prior samples");
                        let sheet = Sheet::samples(&newest.answered.answer, shown == Shown::Draws, 1);
                        if export && let Some(sheet) = sheet {
                            context.requests.push(Request::of_sheet("samples.png", sheet));
                        }
                        return;
                    }
                    self.grid_ui(ui, newest.key(), shown, "Prior samples", images);
                    if export {
                        let name = match sampler {
                            Sampler::Prior => "samples.png".into(),
                            other => format!("samples-{}.png", other.name()),
                        };
                        let labels = sampler.label().map(String::from).into_iter().collect();
                        context.requests.push(export_of(name, images, labels));
                    }
                }
                Answer::PriorComponents(components) => {
                    let (name, file, images) = match (shown, &components.inputs) {
                        (Shown::PseudoInputs, Some(inputs)) => ("Pseudo-inputs", "pseudo-inputs.png", inputs),
                        _ => ("Components of the prior", "components.png", &components.means),
                    };
                    let said = format!("The {} heaviest of {} components.", images.count, of_prior.components);
                    if images.count < of_prior.components {
                        ui.label(context.theme.muted(said));
                    }
                    let output = self.grid_ui(ui, newest.key(), shown, name, images);
                    component_ui(output, components, context);
                    if export {
                        context.requests.push(export_of(file.into(), images, Vec::new()));
                    }
                }
                _ => {}
            }
        });
    }
}

impl PriorSamplesPane {
    /// The images in the square that was asked for, unless another shape shows them larger.
    fn grid_ui(&mut self, ui: &mut Ui, key: (u64, u64), shown: Shown, name: &str, images: &Images) -> GridResponse {
        // One answer may be shown as several kinds of pictures.
        let (run, serial) = key;
        self.atlas.update(ui.ctx(), (run, 4 * serial + shown as u64), images);
        let pixels = ui.ctx().pixels_per_point();
        let room = ui.available_size();
        let side_of =
            |columns: usize| cell_side(room, columns, images.count.div_ceil(columns), &self.atlas, pixels, CELL_MIN);
        let (square, best) = (self.side, best_columns(room, images.count, 1, &self.atlas, pixels));
        let columns = if side_of(best) > side_of(square) { best } else { square };
        let grid = ImageGrid {
            name,
            columns,
            side: side_of(columns),
            gap: GAP,
            row_labels: &[],
            row_label_width: 0.0,
            column_labels: &[],
        };
        let cells: Vec<_> = (0..images.count).map(|i| (&self.atlas, Some(i))).collect();
        ScrollArea::both().auto_shrink(false).show(ui, |ui| grid.show(ui, &cells)).inner
    }
}

fn export_of(suggested_name: String, images: &Images, row_labels: Vec<String>) -> Request {
    Request::ExportGrid(ExportGrid {
        suggested_name,
        images: images.clone(),
        columns: (images.count as f64).sqrt().ceil() as usize,
        row_labels,
        column_labels: Vec::new(),
    })
}

/// Name the component under the pointer; a click takes the sculptor to its mean.
fn component_ui(output: GridResponse, components: &PriorComponents, context: &mut PaneContext<'_>) {
    let latent = components.z.len() / components.numbers.len().max(1);
    if let Some(index) = output.clicked {
        context.requests.push(Request::Sculpt(components.z[index * latent..][..latent].to_vec()));
    }
    if let Some(index) = output.hovered {
        let weight = format::fixed(100.0 * f64::from(components.weights[index]), 2);
        let text = format!(
            "Component {}, weight {weight} %\nClick to take the sculptor to its mean.",
            components.numbers[index] + 1
        );
        output.response.on_hover_text_at_pointer(text);
    }
}

/// The mixture that the run's prior is.
struct OfPrior {
    components: usize,
    /// Whether the components are posteriors of images.
    images: bool,
}

impl OfPrior {
    fn offers(&self, shown: Shown) -> bool {
        match shown {
            Shown::Means | Shown::Draws => true,
            Shown::Components => self.components > 0,
            Shown::PseudoInputs => self.components > 0 && self.images,
        }
    }
}

fn of_prior(context: &PaneContext<'_>) -> OfPrior {
    let known = context.status.experiment.as_ref().zip(context.status.image_shape);
    let counts = known.map(|(experiment, image)| {
        let latent = &experiment.latent;
        latent.prior.counts(Sizes { image, latent: latent.total(), upper: latent.upper() })
    });
    counts.map_or(OfPrior { components: 0, images: false }, |counts| OfPrior {
        components: counts.components,
        images: counts.images > 0,
    })
}
