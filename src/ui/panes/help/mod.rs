//! Help beside the work: the guide, the keys, the terms, what Elbow is.

pub mod about;
pub mod glossary;
pub mod guide;
mod guide_parts;
pub mod shortcuts;

use crate::ui::theme::{Theme, space};
use eframe::egui::{Align, Layout, ScrollArea, Ui};

/// Text that scrolls.
fn reading(ui: &mut Ui, theme: &Theme, content: impl FnOnce(&mut Ui)) {
    theme.pane_frame().show(ui, |ui| {
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            ui.with_layout(Layout::top_down(Align::Min), |ui| {
                // Room for the bar beside the text.
                ui.set_max_width((ui.available_width() - space::M).min(640.0));
                content(ui);
            });
        });
    });
}
