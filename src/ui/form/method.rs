//! A method of an open set: which one, and its fields, whatever they are.

use super::fields::{Form, choice_if, real, whole};
use crate::experiment::Method;
use crate::experiment::method::Value;
use eframe::egui::Ui;

/// What a row of the form says of a set.
pub struct MethodRow<'a> {
    /// The field's path.
    pub path: &'a str,
    pub label: &'a str,
    pub hint: &'a str,
}

impl MethodRow<'_> {
    /// The list, in which methods that make no sense here are greyed and say why, and a row for each field of the one
    /// chosen.
    pub fn show<M: Method>(
        &self,
        ui: &mut Ui,
        form: &mut Form<'_>,
        value: &mut M,
        why_not: impl Fn(&M) -> Option<String>,
    ) {
        form.row(ui, self.path, self.label, self.hint, |ui| {
            let alternatives: Vec<_> = M::ALL.iter().map(|&method| (method, method.name(), meaning(&method))).collect();
            choice_if(ui, self.path, value, &alternatives, why_not);
        });
        for field in value.fields() {
            form.row(ui, &format!("{}.{}", self.path, field.name), field.label, field.hint, |ui| {
                match field.value {
                    Value::Whole(value, range) => whole(ui, value, range),
                    Value::Real(value, range) => real(ui, value, range),
                };
            });
        }
    }
}

/// A sentence and its source.
fn meaning(method: &impl Method) -> String {
    match method.reference() {
        "" => method.about().to_owned(),
        reference => format!("{} ({reference})", method.about()),
    }
}
