//! Below the table: what is written of the chosen run.

use crate::library::{Notes, RunSummary};
use crate::ui::library_request::{Annotation, LibraryRequest};
use crate::ui::theme::{Theme, space};
use eframe::egui::{Align, Key, Label, Layout, TextEdit, Ui, vec2};
use std::path::PathBuf;
use std::sync::Arc;

/// The height of the strip, points: with fields, and with a sentence alone.
const HEIGHT: f32 = 84.0;
const LOW: f32 = 18.0;
/// Width of the fields' captions, points.
const CAPTION: f32 = 40.0;

/// The height of the strip, points.
pub fn height(chosen: &[Arc<RunSummary>]) -> f32 {
    match chosen {
        [run] if !run.fields.is_empty() => HEIGHT,
        _ => LOW,
    }
}

/// The texts in the fields, while they are edited.
#[derive(Clone, Debug, Default)]
pub struct Details {
    /// Of which run, and what was written of it when it was chosen or changed elsewhere.
    of: Option<(PathBuf, Notes)>,
    name: String,
    tags: String,
    notes: String,
}

impl Details {
    /// Draw the fields of the chosen run; what was written is asked for when a field is left.
    pub fn ui(&mut self, ui: &mut Ui, chosen: &[Arc<RunSummary>], asked: &mut Vec<LibraryRequest>) {
        let theme = Theme::of(ui.ctx());
        let [run] = chosen else {
            let text = match chosen.len() {
                0 => "Choose a run to name it, tag it and write of it. Double-click one to open it.".to_owned(),
                several => format!("{several} runs are chosen. Choose one to name it, tag it and write of it."),
            };
            ui.add(Label::new(theme.muted(text)).wrap());
            return;
        };
        if run.fields.is_empty() {
            let why = run.state.why().unwrap_or_default();
            ui.add(Label::new(theme.muted(format!("{}: {why}", run.folder.display()))).wrap());
            return;
        }
        self.sync(run);
        let width = ui.available_width();
        let narrow = 0.42 * width;
        ui.horizontal_top(|ui| {
            ui.allocate_ui_with_layout(vec2(narrow, HEIGHT), Layout::top_down(Align::Min), |ui| {
                let hint = run.experiment.as_str();
                if field_ui(ui, theme, "Name", "Run name", &mut self.name, hint) {
                    let name = self.name.trim();
                    // The experiment's own name is no other.
                    let name = if name == run.experiment { "" } else { name };
                    asked.push(write(run, Annotation::Name(name.to_owned())));
                }
                if field_ui(ui, theme, "Tags", "Run tags", &mut self.tags, "words to find it by") {
                    asked.push(write(run, Annotation::Tags(Notes::tags_of(&self.tags))));
                }
                ui.add(Label::new(theme.muted(run.folder.display().to_string())).truncate());
            });
            ui.add_space(space::S);
            let edit = TextEdit::multiline(&mut self.notes)
                .hint_text("Notes: what was learnt from this run")
                .desired_rows(3)
                .desired_width(ui.available_width());
            if ui.add(edit).accessible_name("Run notes").lost_focus() {
                asked.push(write(run, Annotation::Notes(self.notes.trim_end().to_owned())));
            }
        });
    }

    /// Show what is written of a run, unless it is being edited.
    fn sync(&mut self, run: &RunSummary) {
        let now = (run.folder.clone(), run.notes.clone());
        if self.of.as_ref() != Some(&now) {
            self.name = run.name().to_owned();
            self.tags = run.notes.tags.join(", ");
            self.notes.clone_from(&run.notes.notes);
            self.of = Some(now);
        }
    }
}

fn write(run: &RunSummary, annotation: Annotation) -> LibraryRequest {
    LibraryRequest::Annotate(vec![run.folder.clone()], annotation)
}

/// A caption and a field of one line; whether it was left with another text, or by Enter.
fn field_ui(ui: &mut Ui, theme: &Theme, caption: &str, name: &str, text: &mut String, hint: &str) -> bool {
    let mut left = false;
    ui.horizontal(|ui| {
        let (rect, _) = ui.allocate_exact_size(vec2(CAPTION, space::ROW), eframe::egui::Sense::hover());
        let font = eframe::egui::TextStyle::Small.resolve(ui.style());
        let place = eframe::egui::Align2::LEFT_CENTER;
        ui.painter().text(rect.left_center(), place, caption, font, theme.text_muted);
        let edit = TextEdit::singleline(text).hint_text(hint).desired_width(ui.available_width());
        let response = ui.add(edit).accessible_name(name);
        left = response.lost_focus() && !ui.input(|input| input.key_pressed(Key::Escape));
    });
    left
}
