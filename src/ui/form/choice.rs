//! The form's control for one of a list of alternatives, such as a method, and for the fields of the one chosen.

use super::fields::{Form, choice_if, real, whole};
use crate::experiment::Choice;
use crate::experiment::method::{Field, Value, Word};
use crate::experiment::study::FieldValue;
use crate::ui::controls::checkbox;
use eframe::egui::{ComboBox, TextEdit, Ui};
use serde::Serialize;

/// The texts of the form's row for a list.
pub struct ChoiceRow<'a> {
    /// The field's path.
    pub path: &'a str,
    pub label: &'a str,
    pub hint: &'a str,
}

impl ChoiceRow<'_> {
    /// The drop-down list, in which alternatives that make no sense here are greyed with the reason, and a row for each
    /// field of the chosen one.
    pub fn show<M: Choice + Serialize>(
        &self,
        ui: &mut Ui,
        form: &mut Form<'_>,
        value: &mut M,
        why_not: impl Fn(&M) -> Option<String>,
    ) {
        self.choose(ui, form, value, why_not);
        self.fields(ui, form, value, |_| true);
    }

    /// The drop-down list.
    pub fn choose<M: Choice + Serialize>(
        &self,
        ui: &mut Ui,
        form: &mut Form<'_>,
        value: &mut M,
        why_not: impl Fn(&M) -> Option<String>,
    ) {
        form.row(ui, self.path, self.label, self.hint, |ui| {
            let alternatives: Vec<_> = M::ALL.iter().map(|it| (it.clone(), it.name(), meaning(it))).collect();
            choice_if(ui, self.path, value, &alternatives, why_not);
        });
        if let Some(vary) = form.vary.as_mut().filter(|vary| vary.path == self.path && vary.alternatives.is_empty()) {
            let alternatives = M::ALL.iter().filter_map(|it| Some((FieldValue::of(it)?, it.name().to_owned())));
            vary.alternatives = alternatives.collect();
        }
    }

    /// A row for each field of the one chosen that `shown` asks for.
    pub fn fields(
        &self,
        ui: &mut Ui,
        form: &mut Form<'_>,
        value: &mut impl Choice,
        shown: impl Fn(&Field<'_>) -> bool,
    ) {
        for field in value.fields().into_iter().filter(shown) {
            let path = field.path(self.path);
            let (label, hint) = (field.label, field.hint);
            match field.value {
                Value::File(file, _) => form.path_row(ui, &path, label, hint, file),
                Value::OptionalFile(file, _) => form.optional_path_row(ui, &path, label, hint, file),
                value => form.row(ui, &path, label, hint, |ui| value_ui(ui, value)),
            }
        }
    }
}

pub fn value_ui(ui: &mut Ui, value: Value<'_>) {
    match value {
        Value::Whole(value, limits) => {
            whole(ui, value, limits);
        }
        Value::Count(value, limits) => {
            whole(ui, value, limits);
        }
        Value::Real(value, limits) => {
            real(ui, value, limits);
        }
        Value::OneOf(value, sides) => {
            for &side in sides {
                ui.selectable_value(value, side, format!("{side}×{side}"));
            }
        }
        Value::Switch(on, text) => {
            checkbox(ui, on, text);
        }
        Value::Text(text, empty) => {
            ui.add(TextEdit::singleline(text).hint_text(empty).desired_width(ui.available_width()));
        }
        Value::Word(word) => word_ui(ui, word),
        Value::File(..) | Value::OptionalFile(..) => unreachable!("a file has a row of its own"),
    }
}

/// A drop-down list of words.
pub fn word_ui(ui: &mut Ui, word: &mut dyn Word) {
    let (words, place) = (word.words(), word.place());
    let alternatives: Vec<_> = words.iter().enumerate().map(|(i, &(name, about))| (i, name, about)).collect();
    let response = ComboBox::from_id_salt(words.as_ptr())
        .selected_text(words[place].0)
        .width(ui.available_width())
        .truncate()
        .show_ui(ui, |ui| {
            for (i, name, about) in alternatives {
                if ui.selectable_label(i == place, name).on_hover_text(about).clicked() {
                    word.choose(i);
                }
            }
        })
        .response;
    // Not `on_hover_text`: that would also become the list's name, which the row gives.
    response.on_hover_ui(|ui| {
        ui.label(words[place].1);
    });
}

/// An alternative's meaning and source, for the tooltip.
fn meaning(method: &impl Choice) -> String {
    match method.reference() {
        "" => method.about().to_owned(),
        reference => format!("{} ({reference})", method.about()),
    }
}
