//! Short names of fields and points, for folders and tables.

use super::Study;
use super::axis::Assignment;
use std::collections::BTreeMap;

/// Longest name of a point, in characters; the number before it tells points apart.
const LONGEST: usize = 100;

/// Short names of the fields that a study changes. A short name is the end of the field's path that no other field has:
/// `beta` for `objective.beta`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShortNames(BTreeMap<String, String>);

impl ShortNames {
    /// The short names of some fields.
    pub fn of<'a>(fields: impl IntoIterator<Item = &'a str>) -> Self {
        let mut fields: Vec<&str> = fields.into_iter().collect();
        fields.sort_unstable();
        fields.dedup();
        let end = |field: &str, parts: usize| {
            let all: Vec<&str> = field.split('.').collect();
            all[all.len().saturating_sub(parts)..].join(".")
        };
        let short = |field: &str| {
            let alone =
                |parts: &usize| !fields.iter().any(|other| *other != field && end(other, *parts) == end(field, *parts));
            let most = field.split('.').count();
            end(field, (1..most).find(alone).unwrap_or(most))
        };
        Self(fields.iter().map(|field| ((*field).to_string(), short(field))).collect())
    }

    /// The short name of a field; its whole path if it is not one of these fields.
    pub fn get<'a>(&'a self, field: &'a str) -> &'a str {
        self.0.get(field).map_or(field, String::as_str)
    }

    /// The part of a point's name behind its number, fit for a folder's name: `beta=4,seed=2`.
    pub fn label(&self, assignments: &[Assignment]) -> String {
        let parts = assignments.iter().map(|Assignment { field, value }| {
            let name = self.get(field).replace(['[', ']'], "");
            format!("{name}={}", for_a_folder(value.as_str()))
        });
        let label = parts.collect::<Vec<_>>().join(",");
        label.chars().take(LONGEST).collect()
    }
}

impl Study {
    /// The short names of the fields that the study's axes change.
    pub fn short_names(&self) -> ShortNames {
        ShortNames::of(self.axes.iter().flat_map(super::Axis::fields))
    }
}

/// A value without characters that mean something to a file system or a shell; dashes join the parts that are left.
fn for_a_folder(value: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '+' | '-');
    let parts = value.split(|c| !plain(c)).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::super::FieldValue;
    use super::*;

    #[test]
    fn names_are_as_short_as_they_can_be() {
        let names =
            ShortNames::of(["objective.beta", "seed", "encoder[0].units", "encoder[1].units", "objective.beta"]);
        assert_eq!(names.get("objective.beta"), "beta");
        assert_eq!(names.get("seed"), "seed");
        assert_eq!(names.get("encoder[1].units"), "encoder[1].units");
        assert_eq!(names.get("other.field"), "other.field");
    }

    #[test]
    fn a_label_is_fit_for_a_folder() {
        let set = |field: &str, value: &str| Assignment { field: field.into(), value: FieldValue::new(value).unwrap() };
        let assignments =
            [set("encoder[0].units", "200"), set("training.optimiser", "Adam(beta1: 0.5)"), set("name", "\"a/b: c\"")];
        let names = ShortNames::of(assignments.iter().map(|a| a.field.as_str()));
        assert_eq!(names.label(&assignments), "units=200,optimiser=Adam-beta1-0.5,name=a-b-c");
    }
}
