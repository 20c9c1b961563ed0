//! Fields that are varied: the menu that varies them, and the mark under those that are.

use super::event::VaryAsk;
use super::fields::Form;
use crate::ui::icons::{Icon, icon_button};
use crate::ui::studies::described;
use crate::ui::theme::{Theme, space};
use eframe::egui::{Button, Response, RichText, Ui};

impl Form<'_> {
    /// A menu, on a right click anywhere in `response`, that varies these fields, each by its path and label.
    pub fn vary_menu(&mut self, response: &Response, fields: &[(&str, &str)]) {
        response.container_context_menu(|ui| {
            ui.set_min_width(150.0);
            for &(path, label) in fields {
                let named = if fields.len() > 1 { format!("Vary {label}…") } else { "Vary…".to_owned() };
                let hint = "Give the field several values: Elbow trains the experiment with each, as a study.";
                if ui.button(named).on_hover_text(hint).clicked() {
                    self.vary = Some(VaryAsk { path: path.into(), label: label.into(), alternatives: Vec::new() });
                }
                if self.varied.axis(path).is_some() {
                    let named =
                        if fields.len() > 1 { format!("Vary {label} no longer") } else { "Vary no longer".into() };
                    if ui.button(named).clicked() {
                        self.stop = Some(path.to_owned());
                    }
                }
            }
        });
    }

    /// Under a field that is varied: its values, to change or to take away.
    pub fn vary_mark(&mut self, ui: &mut Ui, path: &str, label: &str) {
        let Some(axis) = self.varied.axis(path) else { return };
        let theme = Theme::of(ui.ctx());
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = space::XS;
            ui.spacing_mut().interact_size.y = 20.0;
            let text = RichText::new(format!("{label} varies: {}", described(axis))).small().color(theme.text_strong);
            let button = ui.add(Button::new(text).fill(theme.accent_soft).truncate());
            let hint = "A study trains each of these; Train alone takes the field's own value. Click to change them.";
            if button.on_hover_text(hint).clicked() {
                self.vary = Some(VaryAsk { path: path.into(), label: label.into(), alternatives: Vec::new() });
            }
            if icon_button(ui, Icon::Remove, &format!("{label}: vary no longer"), true).clicked() {
                self.stop = Some(path.to_owned());
            }
        });
    }
}
