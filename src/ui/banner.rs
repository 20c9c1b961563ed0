//! The offer to go on with the run of the last session.

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
    name: String,
    /// Seconds since the run was saved, if the system tells.
    age: Option<f64>,
}

impl Banner {
    /// The offer for the run in a folder; `None` if its experiment cannot be read.
    pub fn of(folder: PathBuf) -> Option<Self> {
        let run = RunFolder::at(&folder);
        let name = run.experiment().ok()?.name;
        let age = run.saved_at().and_then(|saved| saved.elapsed().ok()).map(|age| age.as_secs_f64());
        Some(Self { folder, name, age })
    }

    pub fn ui(&self, ui: &mut Ui) -> Option<Offer> {
        let theme = Theme::of(ui.ctx());
        let mut offer = None;
        let frame = egui::Frame::new().fill(theme.accent_soft).inner_margin(egui::Margin::symmetric(12, 6));
        egui::Panel::top("autosave").frame(frame).show_separator_line(false).show(ui, |ui| {
            ui.horizontal(|ui| {
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    let discard = Button::new("Discard");
                    if ui.add(discard).on_hover_text("Forget the saved run.").clicked() {
                        offer = Some(Offer::Discard);
                    }
                    let text = RichText::new("Continue").color(theme.on_accent);
                    let hint = format!("Read it and wait where it was: {}", self.folder.display());
                    if ui.add(Button::new(text).fill(theme.accent)).on_hover_text(hint).clicked() {
                        offer = Some(Offer::Continue);
                    }
                    ui.add_space(space::S);
                    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                        let age = self.age.map_or(String::new(), |age| format!(", {} ago", text::rough_duration(age)));
                        let text = format!("The run of {} was saved when Elbow ended{age}.", self.name);
                        ui.add(Label::new(RichText::new(text).color(theme.text_strong)).truncate());
                    });
                });
            });
        });
        offer
    }
}
