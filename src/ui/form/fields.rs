//! The form's building blocks: a labelled row that shows what is wrong with its field, numbers, choices, paths.

use super::event::VaryAsk;
use super::marks::Marks;
use super::preview::Preview;
use crate::data::Noun;
use crate::experiment::limits::{Limits, Number};
use crate::experiment::{Problem, Severity, Source};
use crate::ui::controls::checkbox;
use crate::ui::icons::{self, Icon, icon_button};
use crate::ui::live::LiveField;
use crate::ui::looked::Looked;
use crate::ui::studies::Varied;
use crate::ui::term::explained;
use crate::ui::theme::{Theme, space};
use eframe::egui::{
    self, Align, Button, Color32, ComboBox, DragValue, Layout, Rect, RichText, TextEdit, Ui, emath::Numeric, pos2, vec2,
};
use std::mem::discriminant;
use std::path::PathBuf;

/// Width of the labels' column in points.
const LABEL_WIDTH: f32 = 112.0;

/// Height of a row in points.
const ROW_HEIGHT: f32 = 24.0;

/// The context of the form's rows.
pub struct Form<'a> {
    pub marks: &'a Marks,
    /// Number of the network in the form, counted over all that were put into it.
    pub edition: u64,
    /// The fields that a run under way takes over.
    pub live: &'a [LiveField],
    /// The path field whose Browse button was pressed.
    pub browse: Option<String>,
    /// The path of the field that the user is being taken to.
    pub go_to: Option<&'a str>,
    /// The fields that are varied.
    pub varied: &'a Varied,
    /// The field that is to be varied.
    pub vary: Option<VaryAsk>,
    /// The path of the field that is to be varied no longer.
    pub stop: Option<String>,
    /// The sources of data used before, the newest first.
    pub recent: &'a [Source],
    /// The noun for the items of the form's data.
    pub noun: Noun,
    /// Whether the data are to be looked at.
    pub look: bool,
    /// The looks at data, and the pictures of the last one.
    pub looked: Option<(&'a Looked, &'a Preview)>,
}

impl Form<'_> {
    /// A labelled control. `path` is the path of its field, whose problems are shown below it.
    pub fn row(&mut self, ui: &mut Ui, path: &str, label: &str, hint: &str, add: impl FnOnce(&mut Ui)) {
        self.any_row(ui, path, label, hint, |ui, _| add(ui));
    }

    /// A row for a file or folder, typed or browsed for. Browse puts `field` into [`Form::browse`].
    pub fn path_row(&mut self, ui: &mut Ui, field: &str, label: &str, hint: &str, path: &mut PathBuf) {
        self.any_row(ui, field, label, hint, |ui, form| {
            let mut text = path.display().to_string();
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if icon_button(ui, Icon::Folder, &format!("Browse for {label}"), true).clicked() {
                    form.browse = Some(field.to_owned());
                }
                let edit = TextEdit::singleline(&mut text).desired_width(ui.available_width());
                if ui.add(edit).changed() {
                    *path = PathBuf::from(text);
                }
            });
        });
    }

    /// A row for an optional file: an empty text means none.
    pub fn optional_path_row(&mut self, ui: &mut Ui, field: &str, label: &str, hint: &str, path: &mut Option<PathBuf>) {
        let mut some = path.clone().unwrap_or_default();
        self.path_row(ui, field, label, hint, &mut some);
        *path = Some(some).filter(|path| !path.as_os_str().is_empty());
    }

    fn any_row(&mut self, ui: &mut Ui, path: &str, label: &str, hint: &str, add: impl FnOnce(&mut Ui, &mut Self)) {
        let start = ui.cursor().min;
        let (spoken, hint) = (self.noun.say(label), self.noun.say(hint));
        let row = ui.horizontal(|ui| {
            let label = ui
                .allocate_ui_with_layout(vec2(LABEL_WIDTH, ROW_HEIGHT), Layout::left_to_right(Align::Center), |ui| {
                    ui.set_min_width(LABEL_WIDTH);
                    let colour = ui.visuals().weak_text_color();
                    let text = RichText::new(spoken.as_ref()).color(colour);
                    explained(ui.add(egui::Label::new(text).truncate().selectable(false)), term_of(path), &hint)
                })
                .inner;
            ui.label_inputs_by(label.id, |ui| add(ui, self));
        });
        self.vary_menu(&row.response, &[(path, label)]);
        if self.go_to == Some(path) {
            row.response.scroll_to_me(Some(Align::Center));
            ui.painter().rect_stroke(row.response.rect.expand(2.0), 4.0, accent_line(ui), egui::StrokeKind::Outside);
        }
        self.vary_mark(ui, path, label);
        problems_ui(ui, self.marks.at(path), Some(start));
    }
}

/// The entry of the glossary about a field, by its path; empty where there is none.
pub fn term_of(path: &str) -> &'static str {
    match path {
        "latent.posterior" => "q(z|x), encoder",
        "latent.prior" => "p(z), prior",
        "decoder.likelihood" => "p(x|z), likelihood",
        "objective.bound" => "Bound",
        "objective.samples" => "K",
        path if path.starts_with("objective.beta") => "β",
        "data.binarisation" => "Binarisation",
        "data.validation" => "Validation",
        _ => "",
    }
}

/// The line around a field that the user is taken to.
fn accent_line(ui: &Ui) -> egui::Stroke {
    egui::Stroke::new(1.5, Theme::of(ui.ctx()).accent)
}

/// Draw problems, one line each, with a bar in the margin from `start` on.
pub fn problems_ui<'a>(ui: &mut Ui, problems: impl Iterator<Item = &'a Problem>, start: Option<egui::Pos2>) {
    for problem in problems {
        let colour = problem_colour(ui, problem.severity);
        ui.horizontal_top(|ui| {
            let icon = if problem.is_error() { Icon::Error } else { Icon::Warning };
            let (rect, _) = ui.allocate_exact_size(vec2(14.0, 16.0), egui::Sense::hover());
            icon.paint(ui.painter(), rect.shrink(1.0), colour);
            ui.add(egui::Label::new(RichText::new(&problem.message).small().color(colour)).wrap());
        });
        if let Some(start) = start {
            let bar = Rect::from_min_max(pos2(start.x - 8.0, start.y), pos2(start.x - 6.0, ui.min_rect().bottom()));
            ui.painter().rect_filled(bar, 1.0, colour);
        }
    }
}

pub fn problem_colour(ui: &Ui, severity: Severity) -> Color32 {
    match severity {
        Severity::Error => ui.visuals().error_fg_color,
        Severity::Warning => ui.visuals().warn_fg_color,
    }
}

/// A whole number, dragged or typed, as wide as there is room.
pub fn whole<N: Numeric + Number>(ui: &mut Ui, value: &mut N, limits: Limits<N>) -> egui::Response {
    number(ui, value, limits, |drag| drag.speed(0.2))
}

/// A positive real number over orders of magnitude: dragging multiplies.
pub fn real(ui: &mut Ui, value: &mut f64, limits: Limits<f64>) -> egui::Response {
    let speed = if *value == 0.0 { 1e-3 } else { value.abs() * 0.01 };
    number(ui, value, limits, |drag| {
        drag.speed(speed)
            .custom_formatter(|value, _| format_real(value))
            .custom_parser(|text| text.trim().replace('−', "-").replace(',', "").parse().ok())
    })
}

/// A control for a number. Edits end at the limits, and an end that does not belong to the range cannot be entered. A
/// value outside the range that came from a file is kept and marked, not changed silently.
fn number<N: Numeric + Number>(
    ui: &mut Ui,
    value: &mut N,
    limits: Limits<N>,
    style: impl FnOnce(DragValue<'_>) -> DragValue<'_>,
) -> egui::Response {
    let mut edited = *value;
    let drag = style(DragValue::new(&mut edited).range(limits.hull()).clamp_existing_to_range(false));
    let response = ui.add_sized(vec2(ui.available_width(), space::ROW), drag);
    if limits.contains(edited) {
        *value = edited;
    }
    response
}

/// The shortest form that reads back as (almost) the same number: `0.001`, `3e-4`, `20`.
pub fn format_real(value: f64) -> String {
    let plain = trim_zeros(format!("{value:.4}"));
    let small = value != 0.0 && value.abs() < 1e-3;
    // Four decimals lose digits of small numbers; an exponent keeps four significant ones.
    if small || (value.abs() < 0.1 && plain.parse::<f64>().is_ok_and(|read| (read - value).abs() > 1e-4 * value.abs()))
    {
        let text = format!("{value:.3e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        return format!("{}e{exponent}", trim_zeros(digits.to_owned()));
    }
    plain
}

fn trim_zeros(text: String) -> String {
    if !text.contains('.') {
        return text;
    }
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A drop-down list of alternatives. Choosing another one replaces the whole value by that alternative's prototype.
///
/// Alternatives are distinguished by their enum variant only, so that the fields of the present one stay as they are.
pub fn choice<T: Clone>(ui: &mut Ui, id: &str, value: &mut T, alternatives: &[(T, &str, &str)]) {
    choice_if(ui, id, value, alternatives, |_| None);
}

/// [`choice`] with alternatives that may be excluded: `why_not` gives the reason.
pub fn choice_if<T: Clone, H: AsRef<str>>(
    ui: &mut Ui,
    id: &str,
    value: &mut T,
    alternatives: &[(T, &str, H)],
    why_not: impl Fn(&T) -> Option<String>,
) {
    let current = alternatives.iter().find(|(it, ..)| discriminant(it) == discriminant(value));
    let (name, hint) = current.map_or(("?", ""), |(_, name, hint)| (*name, hint.as_ref()));
    let mut picked = None;
    let response = ComboBox::from_id_salt(id)
        .selected_text(name)
        .width(ui.available_width())
        .truncate()
        .show_ui(ui, |ui| {
            for (prototype, text, hint) in alternatives {
                let selected = discriminant(prototype) == discriminant(value);
                let (hint, reason) = (hint.as_ref(), why_not(prototype));
                let item = ui.add_enabled(reason.is_none(), Button::selectable(selected, *text));
                let item = match reason {
                    Some(reason) => item.on_disabled_hover_text(format!("Not here: {reason}.\n\n{hint}")),
                    None if hint.is_empty() => item,
                    None => item.on_hover_text(hint),
                };
                if item.clicked() && !selected {
                    picked = Some(prototype.clone());
                }
            }
        })
        .response;
    if !hint.is_empty() {
        // Not `on_hover_text`: that would also become the list's name, which the row gives.
        response.on_hover_ui(|ui| {
            ui.label(hint);
        });
    }
    if let Some(picked) = picked {
        *value = picked;
    }
}

/// An optional value: a tick box, and the value's control if it is ticked.
pub fn optional<T: Clone>(ui: &mut Ui, value: &mut Option<T>, initial: T, add: impl FnOnce(&mut Ui, &mut T)) {
    let mut on = value.is_some();
    if checkbox(ui, &mut on, "").changed() {
        *value = on.then_some(initial);
    }
    match value {
        Some(value) => add(ui, value),
        None => {
            ui.weak("off");
        }
    }
}

/// A quiet full-width button that adds something.
pub fn add_button(ui: &mut Ui, text: &str, name: &str) -> egui::Response {
    let button = Button::new((Icon::Add.atom(), text)).frame_when_inactive(false);
    ui.add(button).on_hover_text(name).accessible_name(name)
}

/// Paint a coloured count at the right end of a section's header.
pub fn count_badge(ui: &Ui, header: Rect, count: usize, severity: Severity) {
    let colour = problem_colour(ui, severity);
    icons::badge(ui, pos2(header.right() - 4.0, header.center().y), &count.to_string(), colour);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reals_are_short_and_read_back() {
        for (value, text) in [
            (1e-3, "0.001"),
            (3e-4, "3e-4"),
            (20.0, "20"),
            (0.0, "0"),
            (0.999, "0.999"),
            (1e-8, "1e-8"),
            (0.0125, "0.0125"),
            (-1.5, "-1.5"),
            (2.5e-3, "0.0025"),
            (1.23456e-2, "1.235e-2"),
        ] {
            assert_eq!(format_real(value), text);
            let read: f64 = text.parse().expect("a number");
            assert!((read - value).abs() <= 1e-3 * value.abs(), "{text} for {value}");
        }
    }
}
