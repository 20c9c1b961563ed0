//! The panes themselves.

use super::pane::PaneContext;
use super::tiles::PaneKind;
use eframe::egui::Ui;

#[derive(Default)]
pub struct Docked {}

impl Docked {
    pub fn ui(&mut self, ui: &mut Ui, kind: PaneKind, context: &mut PaneContext<'_>) {
        context.theme.pane_frame().show(ui, |ui| ui.label(kind.title()));
    }

    pub fn hidden(&mut self, _kind: PaneKind) {}
}
