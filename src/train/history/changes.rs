//! The fields that differ between two experiments.

use crate::experiment::Experiment;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Largest number of characters of a value that is told.
const SHORT: usize = 60;

/// The fields in which `after` is other than `before`, with both values where they are short: `training.learning_rate:
/// 0.001 → 0.0003`.
pub fn changes(before: &Experiment, after: &Experiment) -> Vec<String> {
    let (Ok(before), Ok(after)) = (serde_json::to_value(before), serde_json::to_value(after)) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    compare("", &before, &after, &mut found);
    found
}

/// Whether this is a group of fields, rather than a choice with its values.
fn is_group(fields: &Map<String, Value>) -> bool {
    fields.keys().all(|key| key.starts_with(char::is_lowercase))
}

fn compare(path: &str, before: &Value, after: &Value, found: &mut Vec<String>) {
    match (before, after) {
        _ if before == after => {}
        (Value::Object(a), Value::Object(b)) if is_group(a) && is_group(b) || a.keys().eq(b.keys()) => {
            // A field may be left out of one of the two, where it is none.
            let keys: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
            for key in keys {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                let [a, b] = [a, b].map(|group| group.get(key).unwrap_or(&Value::Null));
                compare(&path, a, b, found);
            }
        }
        _ => {
            let text = format!("{path}: {} → {}", told(before), told(after));
            found.push(if text.chars().count() > 2 * SHORT { path.to_string() } else { text });
        }
    }
}

/// A value, with a choice of one value as that value.
fn told(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "None".into(),
        Value::Object(fields) if fields.len() == 1 => {
            let choice = fields.iter().next().map(|(name, value)| format!("{name}({})", told(value)));
            choice.unwrap_or_default()
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_told_by_path_with_both_values() {
        let before = Experiment::default();
        let mut after = before.clone();
        assert!(changes(&before, &after).is_empty());
        after.set("objective.beta=4").unwrap();
        after.set("training.clip=10").unwrap();
        let told = changes(&before, &after);
        assert_eq!(told, ["objective.beta.Constant: 1.0 → 4.0", "training.clip: None → 10.0"]);
        after.notes = "long ".repeat(100);
        assert!(changes(&before, &after).contains(&"notes".to_string()));
    }
}
