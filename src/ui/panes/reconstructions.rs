//! Images, their reconstructions, and draws from the likelihood; and missing values, imputed.

use crate::data::{Columns, Images, Split};
use crate::explore::{Answer, ImputationError, Imputations, Imputed, Question, Reconstruction};
use crate::export::{Sheet, vector_table};
use crate::ui::controls::{action, action_enabled, choice, dice_button, segmented};
use crate::ui::families::{Family, said};
use crate::ui::format;
use crate::ui::image_grid::{Atlas, ImageGrid, best_columns, cell_side};
use crate::ui::noun;
use crate::ui::pane::{ExportGrid, Pane, PaneContext, Request};
use crate::ui::pane_bar::{Content, PaneBar};
use crate::ui::panes::splits::splits;
use crate::ui::panes::vectors;
use crate::ui::theme::{Theme, space};
use crate::worker::{Asker, Status};
use eframe::egui::{Rect, ScrollArea, Sense, Ui, Vec2, vec2};
use serde::{Deserialize, Serialize};

const ASKER: Asker = Asker("reconstructions");

/// The three rows of a block.
const ROWS: [&str; 3] = ["input", "mean", "draw"];
/// The four rows of a block of imputations.
const IMPUTED_ROWS: [&str; 4] = ["given", "mean", "draw", "truth"];
const ROW_LABEL_WIDTH: f32 = 34.0;
/// Smallest cell, in points; more images than fit are scrolled.
const CELL_MIN: f32 = 14.0;
/// Side of the images in the tooltip.
const ENLARGED: f32 = 84.0;

/// Importance samples of each image whose missing values are imputed.
const IMPUTE_SAMPLES: usize = 500;

/// The views of the pane: reconstructions, imputations, or the errors of columns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
enum Shown {
    #[default]
    Reconstructions,
    /// Missing values, imputed.
    Imputations,
    /// The error of each column of a table.
    Columns,
}

/// The pane with images, their mean reconstructions and draws, both with z from q(z|x).
#[derive(Serialize, Deserialize)]
#[serde(default)]
pub struct ReconstructionsPane {
    split: Split,
    count: usize,
    /// 0 for the first images, else the seed that chooses them.
    choice: u64,
    shown: Shown,
    /// Whether the imputations' error of each column is shown in place of the rows.
    by_column: bool,
    /// Inputs, means, draws; of imputations: given, means, one draw, the truth.
    #[serde(skip)]
    atlases: [Atlas; 4],
}

impl Default for ReconstructionsPane {
    fn default() -> Self {
        Self {
            split: Split::Test,
            count: 16,
            choice: 0,
            shown: Shown::default(),
            by_column: false,
            atlases: Default::default(),
        }
    }
}

impl Pane for ReconstructionsPane {
    fn ui(&mut self, ui: &mut Ui, context: &mut PaneContext<'_>) {
        context.theme.pane_frame().show(ui, |ui| {
            let offered = offered(context.status);
            if !offered.iter().any(|(shown, ..)| *shown == self.shown) {
                self.shown = Shown::Reconstructions;
            }
            let newest = context.ask(ASKER, self.question());
            let mut as_table = false;
            let imputes = self.shown == Shown::Imputations;
            let bar = PaneBar {
                wide: 680.0,
                export: Some("Save inputs, means and draws as one labelled picture."),
                shows: "reconstructions",
            };
            let (mut reshuffle, mut first) = (false, false);
            let is_first = self.choice == 0;
            let noun = context.status.noun;
            let content = bar.show(
                ui,
                context.status,
                newest,
                |ui| {
                    let there = splits(context.status, &mut self.split);
                    let [trained_on, watched, unseen] = [
                        "that the model is trained on",
                        "held out of training to watch the bound",
                        "that neither training nor any choice has seen",
                    ]
                    .map(|which| format!("{} {which}.", noun.heading()));
                    let mut all = vec![
                        (Split::Train, "Train", &*trained_on),
                        (Split::Validation, "Validation", &*watched),
                        (Split::Test, "Test", &*unseen),
                    ];
                    all.retain(|(split, ..)| there.iter().any(|(is, _)| is == split));
                    segmented(ui, &mut self.split, &all);
                    if offered.len() > 1 {
                        segmented(ui, &mut self.shown, &offered);
                    }
                    let meaning = format!("Choose other {} at random; the choice then stays the same.", noun.many());
                    reshuffle = dice_button(ui, "Reshuffle", &meaning);
                },
                |ui| {
                    let counts = [(8, "8"), (16, "16"), (32, "32"), (64, "64")];
                    let meaning = format!("How many {} are reconstructed.", noun.many());
                    choice(ui, noun.heading(), &meaning, &mut self.count, &counts);
                    let meaning = format!("Go back to the first {} of the set.", noun.many());
                    first = action_enabled(ui, !is_first, &format!("First {}", noun.many()), &meaning);
                    if context.status.noun.is_vector() && imputes {
                        let views = [
                            (false, "Rows", "The given, imputed and true values of each row."),
                            (true, "Errors", "The error of each column's imputed values."),
                        ];
                        segmented(ui, &mut self.by_column, &views);
                    }
                    if context.status.noun.is_vector() {
                        let meaning = "Save these rows in the columns' own scales.";
                        as_table = action(ui, "Save as CSV…", meaning);
                    }
                },
            );
            if reshuffle {
                self.choice += 1;
            }
            if first {
                self.choice = 0;
            }
            let Some(Content { newest, export }) = content else { return };
            if as_table && let Some(csv) = vector_table(&newest.answered.answer) {
                let suggested_name = "reconstructions.csv".into();
                context.requests.push(Request::ExportTable { suggested_name, csv });
            }
            let (items, inputs, means, draws) = match &newest.answered.answer {
                Answer::Reconstructions { items, inputs, means, draws } => (items, inputs, means, draws),
                imputations => {
                    self.imputations_ui(ui, context, newest.key(), imputations, export);
                    return;
                }
            };
            if let Some(columns) = inputs.columns.as_deref() {
                self.rows_ui(ui, context, columns, &newest.answered.answer, export);
                return;
            }
            for (atlas, images) in self.atlases.iter_mut().zip([inputs, means, draws]) {
                let marked = images.is_incomplete().then(|| images.marked());
                atlas.update(ui.ctx(), newest.key(), marked.as_ref().unwrap_or(images));
            }
            let details = |ui: &mut Ui, image: usize| self.details_ui(ui, context.status, image, &items[image]);
            let (columns, clicked) = self.blocks_ui(ui, &ROWS, items.len(), details);
            if let Some(image) = clicked {
                context.requests.push(Request::Inspect { split: self.split, index: items[image].index });
            }
            if export {
                context.requests.push(Request::ExportGrid(ExportGrid {
                    suggested_name: "reconstructions.png".into(),
                    images: in_blocks(&[inputs, means, draws].map(|stack| shown_with(stack, inputs)), columns),
                    columns,
                    row_labels: ROWS
                        .iter()
                        .cycle()
                        .take(3 * items.len().div_ceil(columns))
                        .map(|r| (*r).into())
                        .collect(),
                    column_labels: Vec::new(),
                }));
            }
        });
    }
}

impl ReconstructionsPane {
    fn question(&self) -> Question {
        let Self { split, count, choice, .. } = *self;
        match self.shown {
            Shown::Imputations => {
                let first = (choice as usize).saturating_mul(count);
                Question::Imputations { split, first, count, samples: IMPUTE_SAMPLES, draws: 2 }
            }
            Shown::Reconstructions | Shown::Columns => Question::Reconstructions { split, count, choice },
        }
    }

    /// Rows of a table.
    fn rows_ui(&self, ui: &mut Ui, context: &mut PaneContext<'_>, columns: &Columns, answer: &Answer, export: bool) {
        let Answer::Reconstructions { items, inputs, means, draws } = answer else { return };
        let clicked = match self.shown {
            Shown::Columns => {
                vectors::column_errors_ui(ui, columns, inputs, means);
                None
            }
            _ => vectors::reconstructions_ui(ui, columns, items, [inputs, means, draws]),
        };
        if let Some(row) = clicked {
            context.requests.push(Request::Inspect { split: self.split, index: items[row].index });
        }
        if export && let Some(sheet) = Sheet::reconstructions(answer, 3) {
            context.requests.push(Request::of_sheet("reconstructions.png", sheet));
        }
    }

    /// Images or rows with their missing values imputed.
    fn imputations_ui(
        &mut self,
        ui: &mut Ui,
        context: &mut PaneContext<'_>,
        key: (u64, u64),
        answer: &Answer,
        export: bool,
    ) {
        let Answer::Imputations(found) = answer else { return };
        let Imputations { items, given, truth, means, draws, error } = &**found;
        ui.label(context.theme.muted(error_text(error)));
        let clicked = if let (Some(columns), true) = (given.columns.as_deref(), self.by_column) {
            vectors::imputation_errors_ui(ui, columns, error);
            None
        } else if let Some(columns) = given.columns.as_deref() {
            vectors::imputations_ui(ui, columns, items, [given, means, truth], draws)
        } else {
            let drawn = draws.first().unwrap_or(means);
            for (atlas, images) in self.atlases.iter_mut().zip([given, means, drawn, truth]) {
                atlas.update(ui.ctx(), key, &images.marked());
            }
            let details = |ui: &mut Ui, image: usize| imputed_ui(ui, context.status, &items[image]);
            self.blocks_ui(ui, &IMPUTED_ROWS, items.len(), details).1
        };
        if let Some(image) = clicked {
            context.requests.push(Request::Inspect { split: self.split, index: items[image].index });
        }
        if export && let Some(sheet) = Sheet::imputations(answer, 8) {
            context.requests.push(Request::of_sheet("imputations.png", sheet));
        }
    }

    /// Blocks of rows with these labels, as large as possible; returns the number of images per row, and the image that
    /// was clicked.
    fn blocks_ui(
        &self,
        ui: &mut Ui,
        labels: &[&str],
        count: usize,
        details: impl Fn(&mut Ui, usize),
    ) -> (usize, Option<usize>) {
        let mut clicked = None;
        let pixels = ui.ctx().pixels_per_point();
        let each = labels.len();
        let row_labels: Vec<String> = labels.iter().map(|label| (*label).into()).collect();
        let room = ui.available_size() - vec2(ROW_LABEL_WIDTH + 8.0, 0.0);
        let columns = best_columns(room, count, each, &self.atlases[0], pixels);
        let blocks = count.div_ceil(columns);
        let room = room - vec2(0.0, space::S * blocks.saturating_sub(1) as f32);
        let side = cell_side(room, columns, each * blocks, &self.atlases[0], pixels, CELL_MIN);
        ScrollArea::both().auto_shrink(false).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = space::S;
            for block in 0..blocks {
                let first = block * columns;
                let index = |i: usize| (first + i % columns < count).then_some(first + i % columns);
                let cells: Vec<(&Atlas, Option<usize>)> =
                    (0..each * columns).map(|i| (&self.atlases[i / columns], index(i))).collect();
                let grid = ImageGrid {
                    name: "Reconstructions",
                    columns,
                    side,
                    gap: crate::ui::image_grid::GAP,
                    row_labels: &row_labels,
                    row_label_width: ROW_LABEL_WIDTH,
                    column_labels: &[],
                };
                let output = grid.show(ui, &cells);
                clicked = clicked.or(output.clicked.and_then(index));
                if let Some(image) = output.hovered.and_then(index) {
                    output.response.on_hover_ui_at_pointer(|ui| details(ui, image));
                }
            }
        });
        (columns, clicked)
    }

    /// One image enlarged, with its terms of the bound.
    fn details_ui(&self, ui: &mut Ui, status: &Status, image: usize, item: &Reconstruction) {
        let theme = Theme::of(ui.ctx());
        ui.horizontal(|ui| {
            for (atlas, name) in self.atlases.iter().zip(ROWS) {
                ui.vertical(|ui| {
                    ui.spacing_mut().item_spacing.y = 2.0;
                    let (rect, _) = ui.allocate_exact_size(Vec2::splat(ENLARGED), Sense::hover());
                    atlas.paint_image(ui.painter(), image, Rect::from_min_size(rect.min, rect.size()));
                    ui.label(theme.muted(name));
                });
            }
        });
        let label = item.label.map_or(String::new(), |label| format!(", {}", status.label_text(label)));
        ui.label(theme.strong(format!("{} {}{label}", noun::say(ui.ctx(), "Image"), item.index)));
        ui.label(format!(
            "ELBO {}  =  {}  −  KL {}",
            format::fixed(item.elbo, 1),
            format::fixed(item.reconstruction, 1),
            format::fixed(item.kl, 1)
        ));
        let meaning = noun::say(ui.ctx(), "Nats, for this image: bound = E[log p(x|z)] − KL.");
        ui.label(theme.muted(said(&meaning, &Family::ALL, status.experiment.as_deref())));
        ui.label(theme.muted("Click to see its true posterior under the microscope."));
    }
}

/// A stack in the colours that it is shown in beside `inputs`: with missing pixels marked where these have any.
fn shown_with(stack: &Images, inputs: &Images) -> Images {
    if inputs.is_incomplete() { stack.marked() } else { stack.clone() }
}

/// The stacks in blocks of as many rows of `columns` images; cells of the last block without an image are black.
fn in_blocks(stacks: &[Images], columns: usize) -> Images {
    let inputs = &stacks[0];
    let blocks = inputs.count.div_ceil(columns);
    let mut pixels = Vec::with_capacity(stacks.len() * blocks * columns * inputs.pixels_per_image());
    for block in 0..blocks {
        for stack in stacks {
            for i in block * columns..(block + 1) * columns {
                if i < stack.count {
                    pixels.extend_from_slice(stack.image(i));
                } else {
                    pixels.resize(pixels.len() + stack.pixels_per_image(), 0.0);
                }
            }
        }
    }
    inputs.alike(stacks.len() * blocks * columns, pixels)
}

/// The views that the run's data allow, each with its name and its tooltip.
fn offered(status: &Status) -> Vec<(Shown, &'static str, &'static str)> {
    let mut all =
        vec![(Shown::Reconstructions, "Reconstructed", "x, the mean of p(x|z) with z from q(z|x), and a draw.")];
    if status.incomplete {
        let meaning = "Missing values: their mean given the known ones, and draws, by importance resampling.";
        all.push((Shown::Imputations, "Imputed", meaning));
    }
    if status.noun.is_vector() {
        all.push((Shown::Columns, "By column", "The error of each column's mean reconstructions."));
    }
    all
}

/// The imputations' error in a sentence.
fn error_text(error: &ImputationError) -> String {
    let whole = error.whole();
    match (whole.of_model(), whole.of_mean()) {
        (Some(model), Some(mean)) => format!(
            "Root mean squared error of {} imputed values: {}; of the training mean: {} (in the model's units)",
            format::count(whole.count as u64),
            format::fixed(model, 3),
            format::fixed(mean, 3)
        ),
        _ => "No missing value's truth is known.".into(),
    }
}

/// An image's imputation in words.
fn imputed_ui(ui: &mut Ui, status: &Status, item: &Imputed) {
    let theme = Theme::of(ui.ctx());
    let label = item.label.map_or(String::new(), |label| format!(", {}", status.label_text(label)));
    ui.label(theme.strong(format!("{} {}{label}", noun::say(ui.ctx(), "Image"), item.index)));
    ui.label(format!("{} values missing", format::count(item.missing as u64)));
    let effective = format::fixed(item.effective, 1);
    ui.label(theme.muted(format!("{effective} of {IMPUTE_SAMPLES} importance samples count")));
    ui.label(theme.muted("Click to see its true posterior under the microscope."));
}
