//! Small controls that the panes share, each with an accessible name and a sentence on hover.

use super::context_menu::{self, Target};
use super::icons::{Icon, explained_icon_button};
use super::noun;
use super::theme::{Theme, space};
use eframe::egui::{
    self, Align, Align2, Button, Checkbox, Color32, DragValue, IntoAtoms, Layout, Rect, Response, RichText, Role,
    Sense, Slider, Stroke, TextStyle, Ui, WidgetInfo, pos2, vec2,
};

/// Start a new row of a toolbar if `width` does not fit into this one.
pub fn make_room(ui: &mut Ui, width: f32) {
    let row_has_begun = ui.cursor().left() > ui.max_rect().left() + 1.0;
    if row_has_begun && ui.available_size_before_wrap().x < width {
        ui.end_row();
        ui.set_row_height(space::ROW);
    }
}

pub fn text_width(ui: &Ui, text: &str, style: TextStyle) -> f32 {
    let font = style.resolve(ui.style());
    ui.painter().layout_no_wrap(text.to_owned(), font, Color32::PLACEHOLDER).size().x
}

/// Whether each word of a query occurs in one of the texts, whatever the case.
pub fn matches(texts: &[&str], query: &str) -> bool {
    let text = texts.join("\n").to_lowercase();
    query.to_lowercase().split_whitespace().all(|word| text.contains(word))
}

/// The longest beginning of a text that fits into `width` points, with an ellipsis if anything is cut off.
pub fn shortened(ui: &Ui, text: &str, width: f32) -> String {
    let fits = |text: &str| text_width(ui, text, TextStyle::Small) <= width;
    if fits(text) {
        return text.to_owned();
    }
    let mut short: String = text.to_owned();
    while short.pop().is_some() && !fits(&format!("{short}…")) {}
    short + "…"
}

/// The progress of a job, from 0 to 1: its activity in words over a thin bar.
pub fn progress(ui: &mut Ui, share: f32, doing: &str, width: f32) {
    let theme = Theme::of(ui.ctx());
    let text = format!("{doing}, {:.0} %", 100.0 * share);
    let (rect, response) = ui.allocate_exact_size(vec2(width, 20.0), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::ProgressIndicator, true, &text));
    let font = TextStyle::Small.resolve(ui.style());
    let shown = shortened(ui, &text, width);
    ui.painter().text(rect.left_top(), Align2::LEFT_TOP, shown, font, theme.text_muted);
    progress_bar(ui, Rect::from_min_max(pos2(rect.left(), rect.bottom() - 4.0), rect.max), share, theme.accent);
}

/// The thin bar of [`progress`].
pub fn progress_bar(ui: &Ui, rect: Rect, share: f32, colour: Color32) {
    ui.painter().rect_filled(rect, 2.0, Theme::of(ui.ctx()).raised);
    if share > 0.0 {
        let done = Rect::from_min_max(rect.min, pos2(rect.left() + rect.width() * share, rect.bottom()));
        ui.painter().rect_filled(done, 2.0, colour);
    }
}

/// [`segmented`] after a caption, for choices that share one explanation.
pub fn choice<T: PartialEq + Copy>(ui: &mut Ui, caption: &str, meaning: &str, value: &mut T, choices: &[(T, &str)]) {
    let widths = choices.iter().map(|(_, name)| text_width(ui, name, TextStyle::Button) + 2.0 * space::S + 2.0);
    let width = widths.sum();
    caption_ui(ui, caption, width);
    let choices: Vec<(T, &str, &str)> = choices.iter().map(|&(v, name)| (v, name, meaning)).collect();
    segmented(ui, value, &choices);
}

/// A choice among a few values, side by side, in smaller type where a row has not the width for them. Each entry is
/// (value, name, explanation). Returns whether the choice changed.
pub fn segmented<T: PartialEq + Copy>(ui: &mut Ui, value: &mut T, choices: &[(T, &str, &str)]) -> bool {
    const EDGE: f32 = 2.0;
    let theme = Theme::of(ui.ctx());
    let noun = noun::of(ui.ctx());
    let choices: Vec<_> = choices.iter().map(|(it, name, meaning)| (it, noun.say(name), noun.say(meaning))).collect();
    let width_of = |style: TextStyle, padding: f32| {
        let widths = choices.iter().map(|(_, name, _)| text_width(ui, name, style.clone()) + 2.0 * padding);
        widths.sum::<f32>() + EDGE * (choices.len() + 1) as f32
    };
    let full = width_of(TextStyle::Button, space::S);
    let (style, padding, width) = match full <= ui.max_rect().width() {
        true => (TextStyle::Button, space::S, full),
        false => (TextStyle::Small, space::XS, width_of(TextStyle::Small, space::XS)),
    };
    make_room(ui, width);
    let mut changed = false;
    let size = vec2(width, space::ROW);
    ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
        let whole = Rect::from_min_size(ui.max_rect().min, size);
        ui.painter().rect_filled(whole, super::theme::ROUNDING, theme.raised);
        ui.spacing_mut().item_spacing.x = EDGE;
        ui.spacing_mut().interact_size.y = space::ROW - 2.0 * EDGE;
        ui.spacing_mut().button_padding = vec2(padding, 1.0);
        ui.add_space(EDGE);
        for (choice, name, meaning) in &choices {
            let chosen = value == *choice;
            let text = RichText::new(name.as_ref()).text_style(style.clone());
            let text = text.color(if chosen { theme.text_strong } else { theme.text_muted });
            let button = Button::selectable(chosen, text).corner_radius(3);
            if ui.add(button).on_hover_text(meaning.as_ref()).clicked() && !chosen {
                *value = **choice;
                changed = true;
            }
        }
    });
    changed
}

/// A number to drag or type, after its caption.
pub fn number(ui: &mut Ui, caption: &str, meaning: &str, width: f32, field: DragValue<'_>) -> Response {
    let noun = noun::of(ui.ctx());
    caption_ui(ui, caption, width);
    ui.add_sized(vec2(width, space::ROW), field).on_hover_text(noun.say(meaning)).accessible_name(noun.say(caption))
}

/// A slider of `width` after a caption, without a number.
pub fn slider(ui: &mut Ui, caption: &str, meaning: &str, width: f32, slider: Slider<'_>) -> Response {
    let noun = noun::of(ui.ctx());
    caption_ui(ui, caption, width);
    slider_ui(ui, width, slider).accessible_name(noun.say(caption)).on_hover_text(noun.say(meaning))
}

/// A slider with a small round handle, without a number.
pub fn slider_ui(ui: &mut Ui, width: f32, slider: Slider<'_>) -> Response {
    let layout = Layout::left_to_right(Align::Center);
    let inner = ui.allocate_ui_with_layout(vec2(width, space::ROW), layout, |ui| {
        ui.spacing_mut().slider_width = width;
        // The handle is as large as the row says.
        ui.spacing_mut().interact_size.y = 16.0;
        ui.add(slider.show_value(false).handle_shape(egui::style::HandleShape::Circle))
    });
    inner.inner
}

/// A caption in the row of its field, which is `field` points wide.
fn caption_ui(ui: &mut Ui, caption: &str, field: f32) {
    const GAP: f32 = 6.0;
    let theme = Theme::of(ui.ctx());
    let font = TextStyle::Small.resolve(ui.style());
    let caption = noun::say(ui.ctx(), caption).into_owned();
    let galley = ui.painter().layout_no_wrap(caption, font, theme.text_muted);
    make_room(ui, galley.size().x + GAP + field);
    let between = std::mem::replace(&mut ui.spacing_mut().item_spacing.x, GAP);
    // The field itself bears the name: the caption is only painted.
    let (rect, _) = ui.allocate_exact_size(vec2(galley.size().x, space::ROW), Sense::hover());
    ui.painter().galley(pos2(rect.left(), rect.center().y - 0.5 * galley.size().y), galley, theme.text_muted);
    ui.spacing_mut().item_spacing.x = between;
}

/// A button in a toolbar.
pub fn action(ui: &mut Ui, name: &str, meaning: &str) -> bool {
    action_enabled(ui, true, name, meaning)
}

/// A button for other random numbers at the head of a pane's bar: a die alone where its name and the bar's other
/// buttons have no room beside each other.
pub fn dice_button(ui: &mut Ui, name: &str, meaning: &str) -> bool {
    let others = 2.0 * (space::ROW + space::XS) + 3.0 * space::S;
    let width = text_width(ui, name, TextStyle::Button) + 2.0 * ui.spacing().button_padding.x + others;
    if ui.available_size_before_wrap().x < width {
        // An icon's button does not begin a row by itself.
        make_room(ui, space::ROW);
        explained_icon_button(ui, Icon::Dice, name, meaning, true).clicked()
    } else {
        action(ui, name, meaning)
    }
}

/// A button that may be disabled; `meaning` is shown on hover in both cases.
pub fn action_enabled(ui: &mut Ui, enabled: bool, name: &str, meaning: &str) -> bool {
    let noun = noun::of(ui.ctx());
    let (name, meaning) = (noun.say(name), noun.say(meaning));
    let width = text_width(ui, &name, TextStyle::Button) + 2.0 * ui.spacing().button_padding.x;
    make_room(ui, width);
    let button = ui.add_enabled(enabled, Button::new(name.as_ref()));
    button.on_hover_text(meaning.as_ref()).on_disabled_hover_text(meaning.as_ref()).clicked()
}

/// A text in place of content that does not exist yet: what is missing, and what to do, in the middle of the free
/// space.
pub fn empty_state(ui: &mut Ui, title: &str, hint: &str) {
    empty_state_over(ui, title, hint, |_| ());
}

/// [`empty_state`] with something under its text.
pub fn empty_state_over<R>(ui: &mut Ui, title: &str, hint: &str, under: impl FnOnce(&mut Ui) -> R) -> R {
    let theme = Theme::of(ui.ctx());
    let size = ui.available_size().max(vec2(80.0, 56.0));
    let content = |ui: &mut Ui| {
        ui.set_min_size(size);
        ui.add_space((0.5 * size.y - 28.0).max(0.0));
        ui.label(theme.strong(title));
        ui.add(egui::Label::new(theme.muted(hint)).wrap());
        under(ui)
    };
    ui.allocate_ui_with_layout(size, Layout::top_down(Align::Center), content).inner
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
    let mut value_galley = painter.layout_no_wrap(value.to_owned(), large.clone(), ink);
    if value_galley.size().x > width {
        // A number with an exponent: smaller rather than cut.
        let size = (large.size * width / value_galley.size().x).max(small.size);
        value_galley = painter.layout_no_wrap(value.to_owned(), egui::FontId { size, ..large }, ink);
    }
    let value_width = value_galley.size().x;
    painter.galley(pos2(rect.left(), rect.bottom() - value_galley.size().y), value_galley, ink);
    if !error.is_empty() && value_width + 5.0 < width {
        let galley = painter.layout_no_wrap(error.to_owned(), small, theme.text_muted);
        let corner = pos2(rect.left() + value_width + 5.0, rect.bottom() - galley.size().y - 3.5);
        painter.galley(corner, galley, theme.text_muted);
    }
    let spoken = format!("{name} {value} {error}");
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, shown, spoken.trim_end()));
    context_menu::offer(&response, Target { rect: rect.expand(space::XS), stem: name }, |ui| {
        context_menu::copy_ui(ui, value);
        if !error.is_empty() {
            context_menu::copy_ui(ui, &format!("{value} {error}"));
        }
    });
    response
}

/// A box to tick, whose edge is seen while it is empty.
pub fn checkbox<'a>(ui: &mut Ui, on: &'a mut bool, text: impl IntoAtoms<'a>) -> Response {
    let edge = Stroke::new(1.0, Theme::of(ui.ctx()).text_faint);
    let response = ui.scope(|ui| {
        ui.visuals_mut().widgets.inactive.bg_stroke = edge;
        ui.add(Checkbox::new(on, text))
    });
    response.inner
}

/// An entry of a legend, a short piece of line and a name, that shows or hides what is drawn in this colour.
pub fn legend_toggle(ui: &mut Ui, shown: &mut bool, name: &str, colour: Color32, width: f32, meaning: &str) {
    let theme = Theme::of(ui.ctx());
    let ink = if *shown { theme.text } else { theme.text_faint };
    let galley = ui.painter().layout_no_wrap(name.to_owned(), TextStyle::Body.resolve(ui.style()), ink);
    let size = vec2(20.0 + galley.size().x + 4.0, space::ROW);
    make_room(ui, size.x);
    let (rect, mut response) = ui.allocate_exact_size(size, Sense::click());
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
