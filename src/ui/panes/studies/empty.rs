//! The pane while no study is open.

use crate::experiment::study::studies;
use crate::ui::studies::StudyAsks;
use crate::ui::theme::{Theme, space};
use eframe::egui::{Align, Layout, Ui};

/// A word on studies, and the ways to one.
pub fn empty_ui(ui: &mut Ui, theme: &Theme, asks: &mut Vec<StudyAsks>) {
    ui.with_layout(Layout::top_down(Align::Center), |ui| {
        ui.add_space((0.5 * ui.available_height() - 70.0).max(0.0));
        ui.label(theme.strong("No study is open"));
        let hint = "Right-click a field of the experiment and choose Vary, or begin with one of these:";
        ui.label(theme.muted(hint));
        ui.add_space(space::XS);
        for bundled in studies() {
            if ui.button(bundled.name).on_hover_text(bundled.first_line()).clicked() {
                asks.push(StudyAsks::Bundled(bundled.name));
            }
        }
        ui.add_space(space::S);
        if ui.button("Open study…").on_hover_text("A folder that is run here, elsewhere or by Slurm.").clicked() {
            asks.push(StudyAsks::Open);
        }
    });
}
