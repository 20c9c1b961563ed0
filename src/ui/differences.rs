//! The fields in which two experiments differ.

use crate::experiment::Experiment;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// A field that has one value in the one experiment and another in the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Path of the field as in an experiment's file, as deep as the experiments differ: `objective.samples`.
    path: String,
    /// The field's value in the first and in the second experiment, if both are short.
    values: Option<[String; 2]>,
    /// The values of the one and of the other in full.
    texts: [String; 2],
}

impl Difference {
    /// The differences between `a` and `b`, apart from names, notes and the device, which make no different run.
    pub fn between(a: &Experiment, b: &Experiment) -> Vec<Self> {
        let (Ok(a), Ok(b)) = (serde_json::to_value(a), serde_json::to_value(b)) else { return Vec::new() };
        Self::between_values(&a, &b)
    }

    /// Where two experiments differ that are given as JSON.
    pub fn between_values(a: &Value, b: &Value) -> Vec<Self> {
        let mut found = Vec::new();
        compare("", a, b, &mut found);
        found
    }

    /// As in the file, down to where the two part: `objective.samples`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The field in words: "K", "learning rate", "latent dimension".
    pub fn field(&self) -> String {
        field_words(&self.path)
    }

    /// The values of the first and of the second experiment in full, a list of layers too.
    pub fn texts(&self) -> &[String; 2] {
        &self.texts
    }

    /// The field with the first experiment's value, or the field alone if its value is long: "K = 16".
    pub fn first(&self) -> String {
        self.values.as_ref().map_or_else(|| self.field(), |[value, _]| format!("{} = {value}", self.field()))
    }

    /// The field with both values: "K: 1 here, 16 there".
    pub fn told(&self, here: &str, there: &str) -> String {
        let values = self.values.as_ref();
        values.map_or_else(|| self.field(), |[a, b]| format!("{}: {a} {here}, {b} {there}", self.field()))
    }
}

/// A field's path in words: "K" for `objective.samples`.
pub fn field_words(path: &str) -> String {
    // A choice's name is no field's.
    let is_field = |part: &&str| part.starts_with(|c: char| c.is_lowercase());
    let parts: Vec<&str> = path.split('.').filter(is_field).collect();
    match parts[..] {
        ["objective", "samples"] => "K".into(),
        ["objective", "beta"] => "β".into(),
        ["objective" | "training", .., field] | [field] => words(field),
        [group, .., field] => format!("{group} {}", words(field)),
        [] => path.to_owned(),
    }
}

/// A field's value as a person would write it: `4`, `Tanh`, `Warmup(from 0, to 1)`.
pub fn value_text(value: &Value) -> String {
    match value {
        Value::Null => "none".into(),
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.into(),
        Value::String(text) => text.clone(),
        Value::Number(number) => {
            let text = number.to_string();
            text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
        }
        Value::Array(items) if items.is_empty() => "none".into(),
        Value::Array(items) => items.iter().map(value_text).collect::<Vec<_>>().join(", "),
        Value::Object(fields) => {
            let mut fields = fields.iter();
            match (fields.next(), fields.next()) {
                // A choice with its values.
                (Some((name, inside)), None) if name.starts_with(char::is_uppercase) => match inside {
                    Value::Object(inside) => format!("{name}({})", named_values(inside.iter())),
                    Value::Null => name.clone(),
                    inside => format!("{name}({})", value_text(inside)),
                },
                (first, second) => named_values(first.into_iter().chain(second).chain(fields)),
            }
        }
    }
}

fn named_values<'a>(fields: impl Iterator<Item = (&'a String, &'a Value)>) -> String {
    fields.map(|(name, value)| format!("{} {}", words(name), value_text(value))).collect::<Vec<_>>().join(", ")
}

fn words(field: &str) -> String {
    field.replace('_', " ")
}

/// Whether this is a group of fields, rather than a choice with its values.
fn is_group(fields: &Map<String, Value>) -> bool {
    fields.keys().all(|key| key.starts_with(char::is_lowercase))
}

fn compare(path: &str, a: &Value, b: &Value, found: &mut Vec<Difference>) {
    match (a, b) {
        _ if a == b || ["version", "name", "notes", "device"].contains(&path) => {}
        (Value::Object(a), Value::Object(b)) if is_group(a) && is_group(b) || a.keys().eq(b.keys()) => {
            // A field may be left out of one of the two, where it is none.
            let keys: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
            for key in keys {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                let [a, b] = [a, b].map(|group| group.get(key).unwrap_or(&Value::Null));
                compare(&path, a, b, found);
            }
        }
        // A list or a choice that differs is named; its value would be long.
        _ => {
            let long = [a, b].iter().any(|value| value.is_object() || value.is_array());
            let values = (!long).then(|| [a, b].map(|value| value.to_string().trim_matches('"').to_owned()));
            found.push(Difference { path: path.to_owned(), values, texts: [a, b].map(value_text) });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::{BetaSchedule, Training};

    #[test]
    fn values_are_written_as_a_person_would() {
        let text = |json: &str| value_text(&serde_json::from_str(json).expect("it is JSON"));
        assert_eq!(text("4.0"), "4");
        assert_eq!(text("0.0005"), "0.0005");
        assert_eq!(text("null"), "none");
        assert_eq!(text(r#"{"Constant": 4.0}"#), "Constant(4)");
        assert_eq!(text(r#"{"Warmup": {"from": 0.0, "to": 1.0}}"#), "Warmup(from 0, to 1)");
        assert_eq!(text(r#"[{"Dense": {"features": 400}}, "Flatten"]"#), "Dense(features 400), Flatten");
    }

    #[test]
    fn fields_are_told_in_words() {
        let a = Experiment::default();
        let mut b = Experiment { name: "other".into(), seed: 7, ..a.clone() };
        assert_eq!(Difference::between(&a, &a), []);
        b.objective.samples = 16;
        b.objective.beta = BetaSchedule::Constant(4.0);
        b.training.learning_rate = 0.5;
        b.latent.dimension = 9;
        b.encoder.clear();
        let found = Difference::between(&a, &b);
        let mut fields: Vec<String> = found.iter().map(Difference::field).collect();
        fields.sort();
        assert_eq!(fields, ["K", "encoder", "latent dimension", "learning rate", "seed", "β"]);
        let told: Vec<String> = found.iter().map(|difference| difference.told("in the form", "in the run")).collect();
        assert!(told.contains(&"K: 1 in the form, 16 in the run".to_owned()), "{told:?}");
        assert!(told.contains(&"encoder".to_owned()), "{told:?}");
        assert!(Difference::between(&b, &a).iter().any(|difference| difference.first() == "K = 16"));
        b.objective.beta = BetaSchedule::Warmup { from: 0.0, to: 1.0, epochs: 5.0 };
        assert!(Difference::between(&a, &b).iter().any(|difference| difference.first() == "β"));
        // A field that is left out of the file where it is none.
        let c = Experiment { training: Training { schedule_start: Some(3.0), ..a.training.clone() }, ..a.clone() };
        let fields: Vec<String> = Difference::between(&a, &c).iter().map(Difference::field).collect();
        assert_eq!(fields, ["schedule start"]);
    }
}
