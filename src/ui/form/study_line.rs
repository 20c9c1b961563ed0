//! The line under the experiment's head when fields are varied: the study that the form stands for.

use super::event::FormEvent;
use crate::ui::format::counted;
use crate::ui::icons::{Icon, icon_button};
use crate::ui::studies::{Count, Varied};
use crate::ui::theme::{Theme, space};
use eframe::egui::{Align, Button, Frame, Label, Layout, Margin, RichText, Ui, vec2};

/// Height of the line in points.
const HEIGHT: f32 = 28.0;

/// Nothing while no field is varied.
pub fn study_line_ui(ui: &mut Ui, varied: &Varied, count: Option<&Count>, events: &mut Vec<FormEvent>) {
    if varied.is_empty() {
        return;
    }
    let theme = Theme::of(ui.ctx());
    let margin = Margin { left: 8, right: 4, top: 0, bottom: 0 };
    Frame::new().fill(theme.accent_soft).corner_radius(6).inner_margin(margin).show(ui, |ui| {
        ui.allocate_ui_with_layout(vec2(ui.available_width(), HEIGHT), Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = space::XS;
            if icon_button(ui, Icon::Remove, "Vary nothing", true).clicked() {
                events.push(FormEvent::VaryNothing);
            }
            let hint = "Name the study, see what is wrong with any of its points, run it or save it as a file.";
            let button = ui.add(Button::new(RichText::new("Study…").small())).on_hover_text(hint);
            if button.accessible_name("Study of the form").clicked() {
                events.push(FormEvent::Study);
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let fields: Vec<&str> = varied.axes().iter().flat_map(|axis| axis.fields()).collect();
                let (text, colour) = match count {
                    None => ("Study: counting its points".to_owned(), theme.text_strong),
                    Some(count) => match count.errors().count() {
                        0 => (format!("Study of {}", counted(count.points, "point")), theme.text_strong),
                        1 => ("Study with an error".into(), theme.error),
                        errors => (format!("Study with {errors} errors"), theme.error),
                    },
                };
                let text = RichText::new(format!("{text}: {}", fields.join(" × "))).small().color(colour);
                let label = ui.add(Label::new(text).truncate().show_tooltip_when_elided(false));
                label.on_hover_ui(|ui| {
                    ui.label(format!("Varied: {}", fields.join(", ")));
                    for problem in count.iter().flat_map(|count| &count.problems).take(8) {
                        ui.label(problem.to_string());
                    }
                });
            });
        });
    });
}
