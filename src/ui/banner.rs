//! The line at the top of a window that has just opened: the offer to continue the run of a window that has closed.

use super::format;
use super::run_line::run_name;
use super::text;
use super::theme::{Theme, space};
use crate::train::RunFolder;
use eframe::egui::{self, Align, Button, Label, Layout, RichText, Ui};
use std::path::PathBuf;

/// The user's answer to the offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offer {
    Continue,
    Discard,
}

/// An autosaved run.
pub struct Banner {
    pub folder: PathBuf,
    /// Name and step of the run: "mnist-2d, at step 7 138".
    name: String,
    /// Seconds since the run was saved, if the system tells.
    age: Option<f64>,
    /// Whether Discard was pressed, so that the question is asked again.
    discards: bool,
}

impl Banner {
    /// The offer for the run in a folder; `None` if its experiment cannot be read.
    pub fn of(folder: PathBuf) -> Option<Self> {
        let run = RunFolder::at(&folder);
        let experiment = run.experiment().ok()?;
        let step = run.progress().map_or_else(|_| String::new(), |at| format!(", at step {}", format::count(at.step)));
        let age = run.saved_at().and_then(|saved| saved.elapsed().ok()).map(|age| age.as_secs_f64());
        Some(Self { folder, name: format!("{}{step}", run_name(&experiment)), age, discards: false })
    }

    pub fn ui(&mut self, ui: &mut Ui) -> Option<Offer> {
        let theme = Theme::of(ui.ctx());
        let mut offer = None;
        line_ui(ui, "autosave", |ui| {
            if self.discards {
                self.discard_ui(ui, theme, &mut offer);
            } else {
                self.offer_ui(ui, theme, &mut offer);
            }
        });
        offer
    }

    fn offer_ui(&mut self, ui: &mut Ui, theme: &Theme, offer: &mut Option<Offer>) {
        if ui.add(Button::new("Discard")).on_hover_text("Delete the saved run.").clicked() {
            self.discards = true;
        }
        let text = RichText::new("Continue").color(theme.on_accent);
        let hint = format!("Read it and wait where it was: {}", self.folder.display());
        if ui.add(Button::new(text).fill(theme.accent)).on_hover_text(hint).clicked() {
            *offer = Some(Offer::Continue);
        }
        let age = self.age.map_or(String::new(), |age| format!(", {} ago", text::rough_duration(age)));
        text_ui(ui, theme, &format!("The last run, {}, was saved automatically{age}.", self.name));
    }

    fn discard_ui(&mut self, ui: &mut Ui, theme: &Theme, offer: &mut Option<Offer>) {
        if ui.button("Keep it").clicked() {
            self.discards = false;
        }
        let text = RichText::new("Delete the run").color(theme.error);
        if ui.add(Button::new(text)).clicked() {
            *offer = Some(Offer::Discard);
        }
        text_ui(ui, theme, &format!("Delete the run of {} for good?", self.name));
    }
}

/// Draw a coloured line across the window, its content from the right.
fn line_ui(ui: &mut Ui, id: &'static str, content: impl FnOnce(&mut Ui)) {
    let fill = Theme::of(ui.ctx()).accent_soft;
    let frame = egui::Frame::new().fill(fill).inner_margin(egui::Margin::symmetric(12, 6));
    egui::Panel::top(id).frame(frame).show_separator_line(false).show(ui, |ui| {
        ui.horizontal(|ui| ui.with_layout(Layout::right_to_left(Align::Center), content));
    });
}

fn text_ui(ui: &mut Ui, theme: &Theme, text: &str) {
    ui.add_space(space::S);
    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
        ui.add(Label::new(RichText::new(text).color(theme.text_strong)).truncate());
    });
}
