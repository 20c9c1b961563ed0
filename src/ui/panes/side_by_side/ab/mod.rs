//! A | B: the state that the slider is at, and another state of the run or another run, side by side, on the same
//! images and the same noise.

mod latent;
mod source;

use super::shelf::{Round, Shelf};
use crate::data::Split;
use crate::explore::{Answer, Question, Sampler, Start};
use crate::export::Sheet;
use crate::ui::controls::{action_enabled, checkbox, empty_state, make_room, segmented};
use crate::ui::format;
use crate::ui::image_grid::{Atlas, GAP, ImageGrid, cell_side};
use crate::ui::pane::{PaneContext, Request};
use crate::ui::theme::{Theme, space};
use crate::worker::{Asker, ReferenceData};
use eframe::egui::{Align, Label, Layout, Rect, ScrollArea, Ui, UiBuilder, pos2, vec2};
use latent::Latent;
use serde::{Deserialize, Serialize};
use source::{Found, Source};

const A: Asker = Asker("a | b: a");
const B: Asker = Asker("a | b: b");
/// Smallest cell, in points; more than fit are scrolled.
const CELL_MIN: f32 = 16.0;
/// Width of the labels of rows.
const LABELS: f32 = 62.0;
/// Height of a side's caption.
const CAPTION: f32 = 22.0;

/// The pictures in which A and B are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
enum View {
    #[default]
    Reconstructions,
    Samples,
    Traversals,
    Latent,
}

impl View {
    /// The question that both sides are asked.
    fn question(self) -> Question {
        let (from, to) = (0.02, 0.98);
        match self {
            Self::Reconstructions => Question::Reconstructions { split: Split::Test, count: 12, choice: 0 },
            Self::Samples => Question::PriorSamples { sampler: Sampler::Prior, count: 36, temperature: 1.0, seed: 0 },
            Self::Traversals => Question::Traversals { rows: 8, columns: 7, from, to, start: Start::PriorMean },
            Self::Latent => Question::Scatter { split: Split::Test, count: 1_000 },
        }
    }
}

/// The two sides.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Ab {
    view: View,
    /// Draws from p(x|z) in place of its means, of samples.
    draws: bool,
    latent: Latent,
    /// The state or run that B shows.
    #[serde(skip)]
    b: Source,
    #[serde(skip)]
    shelf: Shelf,
    #[serde(skip)]
    atlases: [Atlas; 2],
}

impl Ab {
    /// The controls, in a row that has begun.
    pub fn bar_ui(&mut self, ui: &mut Ui, context: &mut PaneContext<'_>) {
        let views = [
            (View::Reconstructions, "Reconstructions", "Test images, reconstructed by A and by B."),
            (View::Samples, "Samples", "z made of one noise, decoded by A and by B."),
            (View::Traversals, "Traversals", "One latent dimension moves, the others stay, in A and in B."),
            (View::Latent, "Latent space", "Codes of test images, in A and in B."),
        ];
        segmented(ui, &mut self.view, &views);
        if self.view == View::Samples {
            let kinds = [
                (false, "Means", "The mean of p(x|z) at each z."),
                (true, "Draws", "A draw from p(x|z) at each z, of the same noise on both sides."),
            ];
            segmented(ui, &mut self.draws, &kinds);
        }
        if self.view == View::Latent {
            let meaning = "Turn B about the origin, by a rotation and perhaps a reflection (Procrustes), so that its \
                           codes lie nearest to A's: for the eye. The model is as it was.";
            checkbox(ui, &mut self.latent.aligned, "Align B").on_hover_text(meaning);
        }
        self.b.choose_ui(ui, context);
        let meaning = "Let B be the state that the slider is at now; then drag the slider, and compare.";
        if action_enabled(ui, context.status.looks_back, "Pin as B", meaning) {
            self.b = Source::Step(context.status.step);
        }
        make_room(ui, 2.0 * (space::ROW + space::XS));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| context.compare_button(ui));
    }

    pub fn ui(&mut self, ui: &mut Ui, context: &mut PaneContext<'_>) {
        let Some(experiment) = context.status.experiment.clone() else {
            let hint = "Press Train (Space), then drag the time slider: A is the state that it is at.";
            return empty_state(ui, "Two states side by side", hint);
        };
        let question = self.view.question();
        self.b.settle(context);
        let a = context.ask(A, question.clone());
        let a = a.filter(|newest| newest.answered.question == question);
        let a = a.map(|newest| Found::of(&newest.answered, newest.key(), newest.current));
        let round = Round {
            data: ReferenceData::of(&experiment),
            questions: vec![question.clone()],
            at: self.b.saved_at(context.status),
        };
        let b = self.b.ask(ui, context, B, &question, &mut self.shelf, round);
        let about = |found: &Result<Found, String>| match found {
            Ok(found) => format!(" · step {}{}", format::count(found.step), found.note),
            Err(_) => String::new(),
        };
        let a = a.ok_or_else(|| "It is being asked.".to_owned());
        let of_b = match (&self.b, &b) {
            (Source::Step(_), Ok(found)) => found.note.to_owned(),
            _ => about(&b),
        };
        let names = [format!("A · the slider{}", about(&a)), format!("B · {}{of_b}", self.b.name(context))];
        let room = ui.available_rect_before_wrap();
        let width = 0.5 * (room.width() - space::L);
        let mut clicked = None;
        for (side, (found, name)) in [&a, &b].into_iter().zip(&names).enumerate() {
            let left = room.left() + side as f32 * (width + space::L);
            let part = Rect::from_min_size(pos2(left, room.top()), vec2(width, room.height()));
            let mut ui =
                ui.new_child(UiBuilder::new().id_salt(side).max_rect(part).layout(Layout::top_down(Align::Min)));
            caption_ui(&mut ui, name, side == 0 && context.status.looks_back);
            match found {
                Err(why) => empty_state(&mut ui, if side == 0 { "A" } else { "B" }, why),
                Ok(found) if self.view == View::Latent => {
                    let other = a.as_ref().ok().filter(|_| side == 1);
                    clicked = clicked.or(self.latent.ui(&mut ui, context, side, found, other));
                }
                Ok(found) => self.pictures_ui(&mut ui, side, found, name),
            }
        }
        if let Some(index) = clicked {
            context.requests.push(Request::Inspect { split: Split::Test, index });
        }
        ui.advance_cursor_after_rect(room);
    }

    fn pictures_ui(&mut self, ui: &mut Ui, side: usize, found: &Found, name: &str) {
        let Some(sheet) = sheet(&found.answer.answer, self.draws) else { return };
        let (first, second) = found.key;
        self.atlases[side].update(ui.ctx(), (first, 2 * second + u64::from(self.draws)), &sheet.images);
        let atlas = &self.atlases[side];
        let rows = sheet.images.count.div_ceil(sheet.columns.max(1));
        let labels = if sheet.labels.rows.iter().any(|label| !label.is_empty()) { LABELS } else { 0.0 };
        let room = ui.available_size() - vec2(labels + space::S, space::S);
        let cell = cell_side(room, sheet.columns, rows, atlas, ui.ctx().pixels_per_point(), CELL_MIN);
        let grid = ImageGrid {
            name,
            columns: sheet.columns,
            side: cell,
            gap: GAP,
            row_labels: if labels > 0.0 { &sheet.labels.rows } else { &[] },
            row_label_width: labels,
            column_labels: &[],
        };
        let cells: Vec<(&Atlas, Option<usize>)> = (0..sheet.images.count).map(|index| (atlas, Some(index))).collect();
        ScrollArea::both().id_salt(side).auto_shrink(false).show(ui, |ui| grid.show(ui, &cells));
    }
}

fn caption_ui(ui: &mut Ui, name: &str, looks_back: bool) {
    let theme = Theme::of(ui.ctx());
    ui.allocate_ui_with_layout(vec2(ui.available_width(), CAPTION), Layout::left_to_right(Align::Center), |ui| {
        let text = theme.strong(name).small();
        ui.add(Label::new(if looks_back { text.color(theme.accent) } else { text }).truncate()).on_hover_text(name);
    });
}

/// The pictures of an answer in the order in which they are shown.
fn sheet(answer: &Answer, draws: bool) -> Option<Sheet> {
    match answer {
        Answer::PriorSamples { .. } => Sheet::samples(answer, draws, 6),
        Answer::Reconstructions { .. } => Sheet::reconstructions(answer, 6),
        Answer::Traversals { .. } => Sheet::traversals(answer),
        _ => None,
    }
}
