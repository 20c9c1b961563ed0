//! Help beside the work: the guide, the keys, the terms, what Elbow is.

pub mod about;
pub mod glossary;
pub mod guide;
pub mod shortcuts;

use crate::ui::pane::{Pane, PaneContext};
use crate::ui::theme::space;
use eframe::egui::{Align, Layout, ScrollArea, Ui};

/// A pane of text to read, which scrolls.
pub trait Page {
    fn content(&self, ui: &mut Ui, context: &PaneContext<'_>);
}

impl<P: Page> Pane for P {
    fn ui(&mut self, ui: &mut Ui, context: &mut PaneContext<'_>) {
        context.theme.pane_frame().show(ui, |ui| {
            ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                ui.with_layout(Layout::top_down(Align::Min), |ui| {
                    // Room for the bar beside the text.
                    ui.set_max_width((ui.available_width() - space::M).min(640.0));
                    self.content(ui, context);
                });
            });
        });
    }
}
