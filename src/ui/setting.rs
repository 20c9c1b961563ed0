//! An experiment as a setting: what a run does, its seed aside. Runs of one setting differ in their random numbers
//! alone.

use super::differences::{Difference, value_text};
use crate::experiment::Experiment;
use serde_json::Value;

/// A field of the experiment that makes no other setting: names, notes, the file's version, the device, and the seed.
const NOT_SETTING: [&str; 5] = ["version", "name", "notes", "device", "seed"];

/// The fields of an experiment that decide what its run does, without the seed.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    fields: Value,
    /// The experiment's seed.
    pub seed: u64,
}

impl Setting {
    /// The setting of an experiment.
    pub fn of(experiment: &Experiment) -> Self {
        // Plain data can always be written; a setting without fields would merely be equal to another without.
        let mut fields = serde_json::to_value(experiment).unwrap_or_default();
        if let Value::Object(fields) = &mut fields {
            NOT_SETTING.iter().for_each(|name| drop(fields.remove(*name)));
        }
        Self { fields, seed: experiment.seed }
    }

    /// Whether the two differ in nothing but the seed.
    pub fn is_like(&self, other: &Self) -> bool {
        self.fields == other.fields
    }

    /// The paths of the fields in which the settings are not all equal, down to where they part.
    pub fn differing<'a>(settings: impl IntoIterator<Item = &'a Self>) -> Vec<String> {
        let mut settings = settings.into_iter();
        let Some(first) = settings.next() else { return Vec::new() };
        let mut paths: Vec<String> = Vec::new();
        for other in settings {
            for difference in Difference::between_values(&first.fields, &other.fields) {
                let path = difference.path();
                // Where two part early and others late, the field is where the first part.
                if paths.iter().any(|known| is_within(path, known)) {
                    continue;
                }
                paths.retain(|known| !is_within(known, path));
                paths.push(path.to_owned());
            }
        }
        paths
    }

    /// The value of a field in words; nothing where the setting lacks it.
    pub fn text(&self, path: &str) -> String {
        let found = path.split('.').try_fold(&self.fields, |value, part| value.get(part));
        found.map_or_else(String::new, value_text)
    }
}

/// Whether a path is another or lies within it.
fn is_within(path: &str, other: &str) -> bool {
    path.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::BetaSchedule;

    #[test]
    fn a_seed_and_a_name_make_no_other_setting() {
        let one = Experiment::default();
        let mut other = Experiment { seed: 7, name: "other".into(), ..one.clone() };
        assert!(Setting::of(&one).is_like(&Setting::of(&other)));
        other.objective.samples = 16;
        let settings = [Setting::of(&one), Setting::of(&other)];
        assert!(!settings[0].is_like(&settings[1]));
        assert_eq!(Setting::differing(&settings), ["objective.samples"]);
        assert_eq!(settings[1].text("objective.samples"), "16");
    }

    #[test]
    fn a_field_is_named_where_the_first_part() {
        let with = |beta: BetaSchedule| {
            let mut experiment = Experiment::default();
            experiment.objective.beta = beta;
            Setting::of(&experiment)
        };
        let constant = [1.0, 4.0].map(|beta| with(BetaSchedule::Constant(beta)));
        let ramp = with(BetaSchedule::Warmup { from: 0.0, to: 1.0, epochs: 5.0 });
        let [a, b] = &constant;
        assert_eq!(Setting::differing([a, b, &ramp]), Setting::differing([a, &ramp]));
        assert_eq!(Setting::differing([a, b, &ramp]).len(), 1);
        assert_eq!(a.text(&Setting::differing([a, b, &ramp])[0]), "Constant(1)");
    }
}
