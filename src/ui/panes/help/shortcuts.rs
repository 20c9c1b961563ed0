//! The pane of keyboard shortcuts.

use super::Page;
use crate::ui::pane::PaneContext;
use crate::ui::theme::space;
use eframe::egui::{Grid, Label, RichText, Ui, vec2};
use serde::{Deserialize, Serialize};

/// Every action with its key, by menu.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ShortcutsPane {}

impl Page for ShortcutsPane {
    fn content(&self, ui: &mut Ui, context: &PaneContext<'_>) {
        let theme = context.theme;
        for menu in (context.keys)() {
            ui.label(theme.strong(menu.title));
            Grid::new(menu.title).num_columns(2).spacing(vec2(space::L, space::XS)).show(ui, |ui| {
                for (key, name, about) in menu.keys {
                    ui.label(RichText::new(key).color(theme.text_muted));
                    ui.add(Label::new(name).truncate()).on_hover_text(about);
                    ui.end_row();
                }
            });
            ui.add_space(space::S);
        }
        ui.label(theme.strong("In plots"));
        for line in [
            "The wheel zooms along x at the pointer; dragging moves along x.",
            "Dragging with the right button zooms into a box.",
            "A double click, or Fit, shows the whole run again.",
            "A right click copies and saves what is shown.",
        ] {
            ui.add(Label::new(line).wrap());
        }
        ui.add_space(space::S);
        let keys = "A key without modifier works while no field has the keyboard.";
        ui.add(Label::new(theme.muted(keys)).wrap());
    }
}
