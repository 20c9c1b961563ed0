//! Small controls that the panes share, all with a name that is read out and a sentence on hover.

use super::theme::{Theme, space};
use crate::worker::{Answered, RunState, Status};
use eframe::egui::{
    self, Align, Button, Color32, DragValue, Frame, Layout, Margin, Response, RichText, Role, Sense, Stroke, TextStyle,
    Ui, WidgetInfo, pos2, vec2,
};

/// One of a few choices, side by side. Each is (value, what it is called, what it means). Says whether it changed.
pub fn segmented<T: PartialEq + Copy>(ui: &mut Ui, value: &mut T, choices: &[(T, &str, &str)]) -> bool {
    let theme = Theme::of(ui.ctx());
    let mut changed = false;
    let frame = Frame::new().fill(theme.raised).corner_radius(super::theme::ROUNDING).inner_margin(Margin::same(2));
    frame.show(ui, |ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        ui.spacing_mut().interact_size.y = space::ROW - 4.0;
        ui.spacing_mut().button_padding = vec2(space::S, 1.0);
        ui.horizontal(|ui| {
            for (choice, name, meaning) in choices {
                let chosen = value == choice;
                let text = RichText::new(*name).color(if chosen { theme.text_strong } else { theme.text_muted });
                let button = Button::selectable(chosen, text).corner_radius(3);
                if ui.add(button).on_hover_text(*meaning).clicked() && !chosen {
                    *value = *choice;
                    changed = true;
                }
            }
        });
    });
    changed
}

/// A number to drag or type, after its caption.
pub fn number(ui: &mut Ui, caption: &str, meaning: &str, width: f32, field: DragValue<'_>) -> Response {
    caption_ui(ui, caption);
    ui.add_sized(vec2(width, space::ROW), field).on_hover_text(meaning).accessible_name(caption)
}

/// A choice from a list, after its caption. Says whether it changed.
pub fn choice<T: PartialEq + Copy>(
    ui: &mut Ui,
    caption: &str,
    meaning: &str,
    width: f32,
    value: &mut T,
    choices: &[(T, String)],
) -> bool {
    caption_ui(ui, caption);
    let shown = choices.iter().find(|(v, _)| v == value).map_or("", |(_, name)| name.as_str());
    let before = *value;
    egui::ComboBox::from_id_salt(caption)
        .selected_text(shown)
        .width(width)
        .show_ui(ui, |ui| {
            for (v, name) in choices {
                ui.selectable_value(value, *v, name.as_str());
            }
        })
        .response
        .on_hover_text(meaning)
        .accessible_name(caption);
    before != *value
}

fn caption_ui(ui: &mut Ui, caption: &str) {
    let theme = Theme::of(ui.ctx());
    let gap = std::mem::replace(&mut ui.spacing_mut().item_spacing.x, 6.0);
    ui.label(theme.muted(caption));
    ui.spacing_mut().item_spacing.x = gap;
}

/// A button in a toolbar.
pub fn action(ui: &mut Ui, name: &str, meaning: &str) -> bool {
    action_enabled(ui, true, name, meaning)
}

/// A button that may be off; `meaning` is shown either way.
pub fn action_enabled(ui: &mut Ui, enabled: bool, name: &str, meaning: &str) -> bool {
    ui.add_enabled(enabled, Button::new(name)).on_hover_text(meaning).on_disabled_hover_text(meaning).clicked()
}

/// The controls above a pane's content: they wrap in narrow panes. `right` is set flush right where there is room.
pub fn toolbar(ui: &mut Ui, controls: impl FnOnce(&mut Ui)) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(space::S, space::XS);
        controls(ui);
    });
    ui.add_space(space::S);
}

/// In place of content that is not there yet: what is missing and what to do, in the middle of the free space.
pub fn empty_state(ui: &mut Ui, title: &str, hint: &str) {
    let theme = Theme::of(ui.ctx());
    let size = ui.available_size().max(vec2(80.0, 56.0));
    ui.allocate_ui_with_layout(size, Layout::top_down(Align::Center), |ui| {
        ui.set_min_size(size);
        ui.add_space((0.5 * size.y - 28.0).max(0.0));
        ui.label(RichText::new(title).color(theme.text));
        ui.add(egui::Label::new(theme.muted(hint)).wrap());
    });
}

/// What a pane of pictures says while it has none.
pub fn no_pictures(ui: &mut Ui, status: &Status, what: &str) {
    match &status.state {
        RunState::Idle => empty_state(ui, "No model yet", &format!("Press Train (Space) to see {what}.")),
        RunState::Preparing(doing) => empty_state(ui, "Preparing", doing),
        RunState::Failed(why) => empty_state(ui, "The run failed", why),
        _ => empty_state(ui, "One moment", &format!("The model is asked for {what}.")),
    }
}

/// In a corner of a toolbar: the step of the model that gave this answer, or that a newer one is awaited. Its width
/// does not change.
pub fn freshness(ui: &mut Ui, answered: &Answered, current: bool) {
    let theme = Theme::of(ui.ctx());
    let text = if current { format!("step {}", super::format::count(answered.step)) } else { "updating…".into() };
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        ui.label(theme.muted(text)).on_hover_text(
            "The optimiser step of the model that this shows. It is asked again and again while it trains.",
        );
    });
}

/// A quantity in large type under its name ("ELBO", "−104.2", "± 0.3") that toggles its curve: the dot is filled while
/// it is shown. `width` keeps neighbours where they are.
pub fn value_ui(
    ui: &mut Ui,
    name: &str,
    value: &str,
    error: &str,
    colour: Color32,
    shown: bool,
    width: f32,
) -> Response {
    let theme = Theme::of(ui.ctx());
    let (rect, response) = ui.allocate_exact_size(vec2(width, 40.0), Sense::click());
    let painter = ui.painter_at(rect.expand(4.0));
    if response.hovered() || response.has_focus() {
        painter.rect_filled(rect.expand(4.0), super::theme::ROUNDING, theme.raised.gamma_multiply(0.6));
    }
    let small = TextStyle::Small.resolve(ui.style());
    let large = super::theme::value_style().resolve(ui.style());
    let ink = if shown { theme.text_strong } else { theme.text_faint };
    let name_galley = painter.layout_no_wrap(name.to_owned(), small.clone(), theme.text_muted);
    let dot = rect.left_top() + vec2(4.0, 0.5 * name_galley.size().y);
    if shown {
        painter.circle_filled(dot, 3.5, colour);
    } else {
        painter.circle_stroke(dot, 3.0, Stroke::new(1.0, theme.text_faint));
    }
    painter.galley(rect.left_top() + vec2(13.0, 0.0), name_galley, theme.text_muted);
    let value_galley = painter.layout_no_wrap(value.to_owned(), large, ink);
    let value_width = value_galley.size().x;
    painter.galley(pos2(rect.left(), rect.bottom() - value_galley.size().y), value_galley, ink);
    if !error.is_empty() {
        let galley = painter.layout_no_wrap(error.to_owned(), small, theme.text_muted);
        let corner = pos2(rect.left() + value_width + 5.0, rect.bottom() - galley.size().y - 3.5);
        painter.galley(corner, galley, theme.text_muted);
    }
    let spoken = format!("{name} {value} {error}");
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, shown, spoken.trim_end()));
    response
}

/// A short piece of a line and its name, which toggles what is drawn so.
pub fn legend_toggle(ui: &mut Ui, shown: &mut bool, name: &str, colour: Color32, width: f32, meaning: &str) {
    let theme = Theme::of(ui.ctx());
    let ink = if *shown { theme.text } else { theme.text_faint };
    let galley = ui.painter().layout_no_wrap(name.to_owned(), TextStyle::Body.resolve(ui.style()), ink);
    let (rect, mut response) = ui.allocate_exact_size(vec2(20.0 + galley.size().x + 4.0, space::ROW), Sense::click());
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(
            rect.expand2(vec2(4.0, 0.0)),
            super::theme::ROUNDING,
            theme.raised.gamma_multiply(0.6),
        );
    }
    let middle = rect.center().y;
    let stroke = if *shown { Stroke::new(width, colour) } else { Stroke::new(1.0, theme.text_faint) };
    ui.painter().hline(rect.left()..=rect.left() + 14.0, middle, stroke);
    ui.painter().galley(pos2(rect.left() + 20.0, middle - 0.5 * galley.size().y), galley, ink);
    if response.clicked() {
        *shown = !*shown;
        response.mark_changed();
    }
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, *shown, name));
    response.on_hover_text(meaning);
}
