//! The line under the experiment's head: how the form stands to the run, or why it cannot be trained.

use super::event::FormEvent;
use crate::experiment::Problem;
use crate::ui::action::Action;
use crate::ui::check::Check;
use crate::ui::differences::Difference;
use crate::ui::icons::Icon;
use crate::ui::theme::{Theme, space};
use eframe::egui::{self, Align, Button, Color32, Label, Layout, Margin, RichText, Ui, vec2};

/// The model that there is beside the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Built {
    /// No model.
    Nothing,
    /// A model that has not been trained, which Train builds anew if need be.
    Untrained,
    /// A model that has learned something.
    Trained,
}

/// Height of the line in points.
const HEIGHT: f32 = 28.0;

/// Draw the line, which is always there and always as high, so that nothing moves when form and run part.
pub fn relation_ui(ui: &mut Ui, check: &Check, run: Built, differences: &[Difference], events: &mut Vec<FormEvent>) {
    let theme = Theme::of(ui.ctx());
    let error = check.marks.errors().next();
    let apart = !differences.is_empty();
    let fill = match error {
        Some(_) => theme.pane.lerp_to_gamma(theme.error, 0.12),
        None if apart => theme.accent_soft,
        None => Color32::TRANSPARENT,
    };
    let margin =
        if fill == Color32::TRANSPARENT { Margin::ZERO } else { Margin { left: 8, right: 4, top: 0, bottom: 0 } };
    egui::Frame::new().fill(fill).corner_radius(6).inner_margin(margin).show(ui, |ui| {
        ui.allocate_ui_with_layout(vec2(ui.available_width(), HEIGHT), Layout::right_to_left(Align::Center), |ui| {
            ui.set_min_height(HEIGHT);
            if apart && run == Built::Trained {
                restart_ui(ui, check, events);
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.spacing_mut().item_spacing.x = space::XS;
                match error {
                    Some(error) => error_ui(ui, theme, error, check),
                    None if apart => differences_ui(ui, theme, run, differences),
                    None => {
                        let text = match run {
                            Built::Nothing => "No model has been built of this yet.",
                            Built::Untrained => "The model is this experiment, not trained yet.",
                            Built::Trained => "The run is this experiment.",
                        };
                        ui.add(Label::new(theme.muted(text)).truncate());
                    }
                }
            });
        });
    });
}

fn restart_ui(ui: &mut Ui, check: &Check, events: &mut Vec<FormEvent>) {
    let button = ui.add_enabled(check.sound(), Button::new(RichText::new("Restart").small()));
    let hint = Action::Restart.tooltip(ui.ctx());
    let button = button.on_hover_text(&hint).on_disabled_hover_text(errors_text(check));
    if button.accessible_name("Restart to apply").clicked() {
        events.push(FormEvent::Restart);
    }
}

fn error_ui(ui: &mut Ui, theme: &Theme, error: &Problem, check: &Check) {
    let (rect, _) = ui.allocate_exact_size(vec2(14.0, HEIGHT), egui::Sense::hover());
    Icon::Error.paint(ui.painter(), rect, theme.error);
    let more = match check.marks.errors().count() {
        1 => String::new(),
        count => format!(" (1 of {count} errors)"),
    };
    let text = RichText::new(format!("Cannot train: {}: {}{more}", error.path, error.message)).small();
    let label = ui.add(Label::new(text.color(theme.error)).truncate().show_tooltip_when_elided(false));
    label.on_hover_ui(|ui| {
        ui.label(errors_text(check));
    });
}

fn differences_ui(ui: &mut Ui, theme: &Theme, run: Built, differences: &[Difference]) {
    let fields: Vec<String> = differences.iter().map(Difference::field).collect();
    let what = if run == Built::Trained { "run" } else { "model" };
    let text = RichText::new(format!("Differs from the {what} in {}", fields.join(", "))).small();
    let label = ui.add(Label::new(text.color(theme.text_strong)).truncate().show_tooltip_when_elided(false));
    label.on_hover_ui(|ui| {
        for difference in differences {
            ui.label(difference.told("in the form", "in the run"));
        }
        ui.add_space(space::XS);
        let hint = match run {
            Built::Trained => {
                "A hand on the learning rate, β, K or the batch size reaches a run at once while all else is the same; \
                 whatever else differs needs a restart."
            }
            Built::Nothing | Built::Untrained => "Train builds what the form says.",
        };
        ui.label(theme.muted(hint));
    });
}

/// Every error, a line each: why the experiment cannot be trained.
pub fn errors_text(check: &Check) -> String {
    let lines: Vec<String> = check.marks.errors().map(ToString::to_string).collect();
    format!("The experiment has errors:\n{}", lines.join("\n"))
}
