//! Several runs side by side: reconstructions of the same test images, and prior samples of the same noise, a row for
//! each run.

mod ab;
mod row;
mod shelf;

use crate::data::{Images, Split};
use crate::explore::{Answer, Question, Sampler};
use crate::ui::controls::{action, choice, empty_state, make_room, segmented};
use crate::ui::format;
use crate::ui::icons::{Icon, explained_icon_button};
use crate::ui::image_grid::{Atlas, cell_side};
use crate::ui::noun;
use crate::ui::pane::{ExportGrid, Pane, PaneContext, Request};
use crate::ui::theme::space;
use crate::worker::{Asker, ReferenceData, SavedAt};
use ab::Ab;
use eframe::egui::{Align, Layout, ScrollArea, Ui, vec2};
use row::{LABEL_WIDTH, Pictures, ROW_GAP, Row};
use serde::{Deserialize, Serialize};
use shelf::{Round, Shelf};
use std::path::Path;

const RECONSTRUCTIONS: Asker = Asker("side by side: reconstructions");
const SAMPLES: Asker = Asker("side by side: prior samples");
/// Smallest cell, in points; more than fit are scrolled.
const CELL_MIN: f32 = 28.0;
/// Largest cell, in points.
const CELL_MAX: f32 = 112.0;

/// The kinds of things that lie side by side: runs, or two states.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
enum Sides {
    /// The present run and those that are compared with it, a row each.
    #[default]
    Runs,
    /// The state that the slider is at, and another.
    Ab,
}

/// The kind of pictures shown of each run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
enum Shown {
    #[default]
    Reconstructions,
    Samples,
}

/// The pane with the pictures of the present run and of those that are compared with it.
#[derive(Serialize, Deserialize)]
#[serde(default)]
pub struct SideBySidePane {
    sides: Sides,
    ab: Ab,
    shown: Shown,
    /// Draws from p(x|z) in place of its means.
    draws: bool,
    count: usize,
    /// 0 for the first test images, else the seed that chooses them.
    choice: u64,
    /// The seed of z.
    noise: u64,
    #[serde(skip)]
    shelf: Shelf,
    /// The present run's means and draws of each question.
    #[serde(skip)]
    own: [[Atlas; 2]; 2],
    /// The images that are reconstructed.
    #[serde(skip)]
    inputs: Atlas,
}

impl Default for SideBySidePane {
    fn default() -> Self {
        Self {
            sides: Sides::default(),
            ab: Ab::default(),
            shown: Shown::default(),
            draws: false,
            count: 10,
            choice: 0,
            noise: 0,
            shelf: Shelf::default(),
            own: Default::default(),
            inputs: Atlas::default(),
        }
    }
}

impl Pane for SideBySidePane {
    fn ui(&mut self, ui: &mut Ui, context: &mut PaneContext<'_>) {
        context.theme.pane_frame().show(ui, |ui| {
            if self.sides == Sides::Ab {
                ui.horizontal_wrapped(|ui| {
                    ui.spacing_mut().item_spacing = vec2(space::S, space::XS);
                    ui.set_row_height(space::ROW);
                    sides_ui(ui, &mut self.sides);
                    self.ab.bar_ui(ui, context);
                });
                ui.add_space(space::S);
                return self.ab.ui(ui, context);
            }
            let export = self.bar_ui(ui, context);
            let Some(data) = reference(context) else {
                let hint =
                    "Press Train (Space) to see the run's pictures, or choose saved runs by the button that compares.";
                return empty_state(ui, "Pictures of several runs", hint);
            };
            let questions = vec![
                Question::Reconstructions { split: Split::Test, count: self.count, choice: self.choice },
                Question::PriorSamples {
                    sampler: Sampler::Prior,
                    count: self.count,
                    temperature: 1.0,
                    seed: self.noise,
                },
            ];
            let rows = self.rows(ui, context, &Round { data, questions, at: SavedAt::Last });
            if let [Row { folder: None, .. }] = rows[..] {
                let hint = "Choose runs beside the present one with the button that compares runs, on the right.";
                ui.label(context.theme.muted(hint));
                ui.add_space(space::XS);
            }
            self.rows_ui(ui, &rows);
            if export {
                context.requests.extend(self.export(&rows));
            }
        });
    }
}

/// The images that all are asked about: those of the present run, or else of the first that is compared.
fn reference(context: &PaneContext<'_>) -> Option<ReferenceData> {
    let first = || context.runs.shown().find_map(|run| run.experiment.as_deref());
    context.status.experiment.as_deref().or_else(first).map(ReferenceData::of)
}

impl SideBySidePane {
    /// The number of the question that is shown.
    fn question(&self) -> usize {
        self.shown as usize
    }

    /// The row of controls; returns whether the pictures are to be exported.
    fn bar_ui(&mut self, ui: &mut Ui, context: &mut PaneContext<'_>) -> bool {
        let mut export = false;
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = vec2(space::S, space::XS);
            ui.set_row_height(space::ROW);
            sides_ui(ui, &mut self.sides);
            let shown = [
                (Shown::Reconstructions, "Reconstructions", "One set of test images, reconstructed by each run."),
                (Shown::Samples, "Samples", "z from each run's prior, of the same noise, decoded."),
            ];
            segmented(ui, &mut self.shown, &shown);
            let kinds = [
                (false, "Means", "The mean of p(x|z) at each z."),
                (true, "Draws", "A draw from p(x|z) at each z, of the same noise in every run."),
            ];
            segmented(ui, &mut self.draws, &kinds);
            match self.shown {
                Shown::Reconstructions => {
                    if action(ui, "Other images", "Choose other test images at random, the same for all runs.") {
                        self.choice += 1;
                    }
                }
                Shown::Samples => {
                    let meaning = "Draw other noise. Where latent dimensions are as many, the same noise is the same z \
                                   of a standard normal prior.";
                    if action(ui, "Other noise", meaning) {
                        self.noise += 1;
                    }
                }
            }
            let counts = [(6, "6"), (10, "10"), (16, "16"), (24, "24")];
            choice(ui, "Images", "How many images each run has.", &mut self.count, &counts);
            make_room(ui, 3.0 * (space::ROW + space::XS));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.spacing_mut().item_spacing.x = space::XS;
                let meaning = "Save these rows as one labelled picture.";
                export = explained_icon_button(ui, Icon::Export, "Export…", meaning, true).clicked();
                context.compare_button(ui);
                let meaning = "Read the saved models again, as their folders are now.";
                if explained_icon_button(ui, Icon::Restart, "Read again", meaning, true).clicked() {
                    self.shelf.forget();
                }
            });
        });
        ui.add_space(space::S);
        export
    }

    /// A row for the present run and for each one that is compared, with what is known of its pictures.
    fn rows(&mut self, ui: &Ui, context: &mut PaneContext<'_>, round: &Round) -> Vec<Row> {
        let (question, which) = (self.question(), usize::from(self.draws));
        let mut rows = Vec::new();
        let asker = if question == 0 { RECONSTRUCTIONS } else { SAMPLES };
        if context.status.experiment.is_some() {
            let newest = context.ask(asker, round.questions[question].clone());
            let pictures = match newest.as_ref().map(|newest| (newest.key(), &newest.answered.answer)) {
                Some((key, answer)) => match pictures_of(answer, which) {
                    Some(images) => {
                        self.own[question][which].update(ui.ctx(), key, images);
                        Pictures::Here(images.clone())
                    }
                    None => Pictures::Awaited,
                },
                None => Pictures::Awaited,
            };
            // An answer to the question before is about other images.
            let current = newest.as_ref().filter(|newest| newest.current);
            let inputs = current.and_then(|newest| inputs_of(&newest.answered.answer)).cloned();
            let about =
                format!("step {}", format::count(newest.map_or(context.status.step, |newest| newest.answered.step)));
            rows.push(Row { name: "this run".into(), about, folder: None, pictures, inputs });
        }
        let runs = context.runs;
        let folders: Vec<&Path> = runs.shown().filter_map(|run| run.folder.as_deref()).collect();
        self.shelf.want(ui.ctx(), round, &folders);
        self.shelf.follow(ui.ctx(), runs.shown().any(|run| run.growing.is_some()));
        let number = self.shelf.number();
        for (group, run) in runs.groups().iter().flat_map(|group| runs.members(group).map(move |run| (group, run))) {
            let name = match (&run.setting, group.members.len()) {
                (Some(setting), 2..) => {
                    let setting_name = group.name.rsplit_once(" (").map_or(group.name.as_str(), |(name, _)| name);
                    format!("{setting_name}, seed {}", setting.seed)
                }
                _ => group.name.clone(),
            };
            let slot = run.folder.as_deref().and_then(|folder| self.shelf.slot(folder));
            let row = |about: String, pictures, inputs| Row {
                name: name.clone(),
                about,
                folder: Some(run.folder.clone().unwrap_or_default()),
                pictures,
                inputs,
            };
            let Some(slot) = slot else {
                let why = "Only its curves were kept, not its model.";
                rows.push(row(String::new(), Pictures::None(why.into()), None));
                continue;
            };
            let found = match &slot.found {
                None => row(String::new(), Pictures::Awaited, None),
                Some(Err(why)) => row(String::new(), Pictures::None(why.clone()), None),
                Some(Ok(saved)) => {
                    let images = slot.answer(question).and_then(|answer| pictures_of(answer, which)).cloned();
                    let inputs = slot.answer(question).and_then(inputs_of).cloned();
                    let other = if saved.other_data { ", trained on other data" } else { "" };
                    let about = format!("step {}{other}", format::count(saved.step));
                    if let Some(images) = &images {
                        slot.atlases[question][which].update(ui.ctx(), (number, saved.step), images);
                    }
                    row(about, images.map_or(Pictures::Awaited, Pictures::Here), inputs)
                }
            };
            rows.push(found);
        }
        rows
    }

    /// The rows, as large as fits; above them the images that are reconstructed.
    fn rows_ui(&mut self, ui: &mut Ui, rows: &[Row]) {
        let (question, which) = (self.question(), usize::from(self.draws));
        let inputs = rows.iter().find_map(|row| row.inputs.as_ref());
        if let Some(inputs) = inputs {
            self.inputs.update(ui.ctx(), (self.shelf.number(), u64::from(self.choice == 0)), inputs);
        }
        let pixels = ui.ctx().pixels_per_point();
        let count = rows.len() + usize::from(inputs.is_some());
        let room = ui.available_size() - vec2(LABEL_WIDTH + space::L, ROW_GAP * count as f32);
        let side = cell_side(room, self.count, count, &self.inputs, pixels, CELL_MIN).min(CELL_MAX);
        ScrollArea::both().auto_shrink(false).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = ROW_GAP;
            if let Some(inputs) = inputs {
                row::grid_ui(ui, &noun::say(ui.ctx(), "test images"), "", &self.inputs, inputs.count, side);
            }
            for row in rows {
                let atlas = match &row.folder {
                    None => Some(&self.own[question][which]),
                    Some(folder) => self.shelf.slot(folder).map(|slot| &slot.atlases[question][which]),
                };
                row.show(ui, atlas, side);
            }
        });
    }

    /// The rows that have pictures as one grid.
    fn export(&self, rows: &[Row]) -> Option<Request> {
        let inputs = rows.iter().find_map(|row| row.inputs.as_ref()).map(|inputs| ("test images".to_owned(), inputs));
        let shown = rows.iter().filter_map(|row| match &row.pictures {
            Pictures::Here(images) => Some((row.name.clone(), images)),
            _ => None,
        });
        let all: Vec<(String, &Images)> = inputs.into_iter().chain(shown).collect();
        let (_, first) = all.first()?;
        let alike =
            |images: &Images| (images.pixels_per_image(), images.count) == (first.pixels_per_image(), first.count);
        let all: Vec<_> = all.iter().filter(|(_, images)| alike(images)).collect();
        let pixels = all.iter().flat_map(|(_, images)| images.pixels.iter().copied()).collect();
        let name = if self.shown == Shown::Samples { "samples" } else { "reconstructions" };
        Some(Request::ExportGrid(ExportGrid {
            suggested_name: format!("{name}-side-by-side.png"),
            images: first.alike(all.len() * first.count, pixels),
            columns: first.count,
            row_labels: all.iter().map(|(name, _)| name.clone()).collect(),
            column_labels: Vec::new(),
        }))
    }
}

/// The choice of what lies side by side.
fn sides_ui(ui: &mut Ui, sides: &mut Sides) {
    let choices = [
        (Sides::Runs, "Runs", "Pictures of this run and of those that are compared with it, a row each."),
        (Sides::Ab, "A | B", "Two states of this run, or this run and another, side by side."),
    ];
    segmented(ui, sides, &choices);
}

/// The means (0) or draws (1) of an answer.
fn pictures_of(answer: &Answer, which: usize) -> Option<&Images> {
    match answer {
        Answer::Reconstructions { means, draws, .. } | Answer::PriorSamples { means, draws, .. } => {
            Some([means, draws][which])
        }
        _ => None,
    }
}

/// The images that are reconstructed.
fn inputs_of(answer: &Answer) -> Option<&Images> {
    match answer {
        Answer::Reconstructions { inputs, .. } => Some(inputs),
        _ => None,
    }
}
