//! Images, their reconstructions, and draws from the likelihood.

use crate::data::{Images, Split};
use crate::explore::{Answer, Question, Reconstruction};
use crate::ui::controls::{action, action_enabled, choice, segmented};
use crate::ui::format;
use crate::ui::image_grid::{Atlas, ImageGrid, best_columns, cell_side};
use crate::ui::pane::{ExportGrid, Pane, PaneContext, Request};
use crate::ui::pane_bar::{Content, PaneBar};
use crate::ui::panes::splits::splits;
use crate::ui::theme::{Theme, space};
use crate::worker::{Asker, Status};
use eframe::egui::{Rect, ScrollArea, Sense, Ui, Vec2, vec2};
use serde::{Deserialize, Serialize};

const ASKER: Asker = Asker("reconstructions");

/// The three rows of a block.
const ROWS: [&str; 3] = ["input", "mean", "draw"];
const ROW_LABEL_WIDTH: f32 = 34.0;
/// Smallest cell, in points; more images than fit are scrolled.
const CELL_MIN: f32 = 14.0;
/// Side of the images in the tooltip.
const ENLARGED: f32 = 84.0;

/// The pane with images, their mean reconstructions and draws, both with z from q(z|x).
#[derive(Serialize, Deserialize)]
#[serde(default)]
pub struct ReconstructionsPane {
    split: Split,
    count: usize,
    /// 0 for the first images, else the seed that chooses them.
    choice: u64,
    /// Inputs, means, draws.
    #[serde(skip)]
    atlases: [Atlas; 3],
}

impl Default for ReconstructionsPane {
    fn default() -> Self {
        Self { split: Split::Test, count: 16, choice: 0, atlases: Default::default() }
    }
}

impl Pane for ReconstructionsPane {
    fn ui(&mut self, ui: &mut Ui, context: &mut PaneContext<'_>) {
        context.theme.pane_frame().show(ui, |ui| {
            let question = Question::Reconstructions { split: self.split, count: self.count, choice: self.choice };
            let newest = context.ask(ASKER, question);
            let bar = PaneBar {
                wide: 680.0,
                export: Some("Save inputs, means and draws as one labelled picture."),
                shows: "reconstructions",
            };
            let (mut reshuffle, mut first) = (false, false);
            let is_first = self.choice == 0;
            let content = bar.show(
                ui,
                context.status,
                newest,
                |ui| {
                    let there = splits(context.status, &mut self.split);
                    let mut all = vec![
                        (Split::Train, "Train", "Images that the model is trained on."),
                        (Split::Validation, "Validation", "Images held out of training to watch the bound."),
                        (Split::Test, "Test", "Images that neither training nor any choice has seen."),
                    ];
                    all.retain(|(split, ..)| there.iter().any(|(is, _)| is == split));
                    segmented(ui, &mut self.split, &all);
                    let meaning = "Choose other images at random; the choice then stays the same.";
                    reshuffle = action(ui, "Reshuffle", meaning);
                },
                |ui| {
                    let counts = [(8, "8"), (16, "16"), (32, "32"), (64, "64")];
                    choice(ui, "Images", "How many images are reconstructed.", &mut self.count, &counts);
                    let meaning = "Go back to the first images of the set.";
                    first = action_enabled(ui, !is_first, "First images", meaning);
                },
            );
            if reshuffle {
                self.choice += 1;
            }
            if first {
                self.choice = 0;
            }
            let Some(Content { newest, export }) = content else { return };
            let Answer::Reconstructions { items, inputs, means, draws } = &newest.answered.answer else { return };
            for (atlas, images) in self.atlases.iter_mut().zip([inputs, means, draws]) {
                atlas.update(ui.ctx(), newest.key(), images);
            }
            let (columns, clicked) = self.blocks_ui(ui, context.status, items);
            if let Some(image) = clicked {
                context.requests.push(Request::Inspect { split: self.split, index: items[image].index });
            }
            if export {
                context.requests.push(Request::ExportGrid(ExportGrid {
                    suggested_name: "reconstructions.png".into(),
                    images: in_blocks([inputs, means, draws], columns),
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
    /// Blocks of three rows, as large as possible; returns the number of images per row, and the image that was
    /// clicked.
    fn blocks_ui(&self, ui: &mut Ui, status: &Status, items: &[Reconstruction]) -> (usize, Option<usize>) {
        let mut clicked = None;
        let pixels = ui.ctx().pixels_per_point();
        let row_labels = ROWS.map(String::from);
        let room = ui.available_size() - vec2(ROW_LABEL_WIDTH + 8.0, 0.0);
        let columns = best_columns(room, items.len(), 3, &self.atlases[0], pixels);
        let blocks = items.len().div_ceil(columns);
        let room = room - vec2(0.0, space::S * blocks.saturating_sub(1) as f32);
        let side = cell_side(room, columns, 3 * blocks, &self.atlases[0], pixels, CELL_MIN);
        ScrollArea::both().auto_shrink(false).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = space::S;
            for block in 0..blocks {
                let first = block * columns;
                let index = |i: usize| (first + i % columns < items.len()).then_some(first + i % columns);
                let cells: Vec<(&Atlas, Option<usize>)> =
                    (0..3 * columns).map(|i| (&self.atlases[i / columns], index(i))).collect();
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
                    output.response.on_hover_ui_at_pointer(|ui| self.details_ui(ui, status, image, &items[image]));
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
        ui.label(theme.strong(format!("Image {}{label}", item.index)));
        ui.label(format!(
            "ELBO {}  =  {}  −  KL {}",
            format::fixed(item.elbo, 1),
            format::fixed(item.reconstruction, 1),
            format::fixed(item.kl, 1)
        ));
        ui.label(theme.muted("nats, for this image: bound = E[log p(x|z)] − KL"));
        ui.label(theme.muted("Click to see its true posterior under the microscope."));
    }
}

/// The three stacks in blocks of three rows of `columns` images; cells of the last block without an image are black.
fn in_blocks(stacks: [&Images; 3], columns: usize) -> Images {
    let [inputs, ..] = stacks;
    let blocks = inputs.count.div_ceil(columns);
    let mut pixels = Vec::with_capacity(3 * blocks * columns * inputs.pixels_per_image());
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
    Images { count: 3 * blocks * columns, pixels, ..*inputs }
}
