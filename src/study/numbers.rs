//! The numbers of an evaluation, whatever it has measured.

use crate::estimate::Estimate;
use serde_json::Value;
use std::collections::BTreeMap;

/// The numbers of an evaluation that the table has no column for: those of groups by `group.name`, with their errors
/// where they have one.
pub fn more_of(evaluation: &Value) -> BTreeMap<String, Estimate> {
    const SETTINGS: [&str; 4] = ["step", "images", "samples", "bound_samples"];
    const COLUMNS: [&str; 4] = ["elbo", "log_px", "kl", "active_units"];
    let mut found = BTreeMap::new();
    let Some(fields) = evaluation.as_object() else { return found };
    let is_kept = |name: &str| {
        !SETTINGS.contains(&name) && !COLUMNS.contains(&name) && !name.ends_with("_se") && name != "warnings"
    };
    for (name, value) in fields.iter().filter(|(name, _)| is_kept(name)) {
        if let Some(estimate) = estimate(value, fields.get(&format!("{name}_se"))) {
            found.insert(name.clone(), estimate);
        } else if let Some(group) = value.as_object() {
            let numbers = group.iter().filter_map(|(part, value)| Some((part, estimate(value, None)?)));
            found.extend(numbers.map(|(part, estimate)| (format!("{name}.{part}"), estimate)));
        }
    }
    found
}

/// A number, or an object of a value and its error.
fn estimate(value: &Value, error: Option<&Value>) -> Option<Estimate> {
    if let Some(number) = value.as_f64() {
        return Some(Estimate { value: number, se: error.and_then(Value::as_f64).unwrap_or(f64::NAN) });
    }
    let se = value.get("se").and_then(Value::as_f64).unwrap_or(f64::NAN);
    Some(Estimate { value: value.get("value")?.as_f64()?, se })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_of_an_evaluation_can_be_looked_at() {
        let text = r#"{"step": 40, "state": "last",
            "split": "test", "images": 500, "elbo": -100.5, "elbo_se": 0.5, "reconstruction": -80.25,
            "posterior_kl": {"value": 1.5, "se": 0.25}, "gap_split": {"sampling": {"value": 0.5, "se": null}, "k": 7},
            "methods": [{"value": 1}], "warnings": []}"#;
        let found = more_of(&serde_json::from_str(text).unwrap());
        let names: Vec<&str> = found.keys().map(String::as_str).collect();
        assert_eq!(names, ["gap_split.k", "gap_split.sampling", "posterior_kl", "reconstruction"]);
        assert_eq!(found["posterior_kl"], Estimate { value: 1.5, se: 0.25 });
        assert!(found["reconstruction"].value == -80.25 && found["reconstruction"].se.is_nan());
    }
}
