//! In which fields two experiments differ.

use crate::experiment::Experiment;
use serde_json::Value;

/// A field that has two values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// As in the file, down to where the two part: `objective.samples`.
    path: String,
    /// The values of the one and of the other, where they are short.
    values: Option<[String; 2]>,
}

impl Difference {
    /// Where `a` and `b` differ: names, notes and the device aside, two runs of them are the same.
    pub fn between(a: &Experiment, b: &Experiment) -> Vec<Self> {
        let (Ok(a), Ok(b)) = (serde_json::to_value(a), serde_json::to_value(b)) else { return Vec::new() };
        let mut found = Vec::new();
        compare("", &a, &b, &mut found);
        found
    }

    /// The field in words: "K", "learning rate", "latent dimension".
    pub fn field(&self) -> String {
        // A choice's name is no field's.
        let is_field = |part: &&str| part.starts_with(|c: char| c.is_lowercase());
        let parts: Vec<&str> = self.path.split('.').filter(is_field).collect();
        match parts[..] {
            ["objective", "samples"] => "K".into(),
            ["objective", "beta"] => "β".into(),
            ["objective" | "training", .., field] | [field] => words(field),
            [group, .., field] => format!("{group} {}", words(field)),
            [] => self.path.clone(),
        }
    }

    /// "K = 16", or the field alone where its value is long: as the first experiment has it.
    pub fn first(&self) -> String {
        self.values.as_ref().map_or_else(|| self.field(), |[value, _]| format!("{} = {value}", self.field()))
    }

    /// "K: 1 here, 16 there".
    pub fn told(&self, here: &str, there: &str) -> String {
        let values = self.values.as_ref();
        values.map_or_else(|| self.field(), |[a, b]| format!("{}: {a} {here}, {b} {there}", self.field()))
    }
}

fn words(field: &str) -> String {
    field.replace('_', " ")
}

fn compare(path: &str, a: &Value, b: &Value, found: &mut Vec<Difference>) {
    match (a, b) {
        _ if a == b || ["version", "name", "notes", "device"].contains(&path) => {}
        (Value::Object(a), Value::Object(b)) if a.keys().eq(b.keys()) => {
            for (key, value) in a {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                compare(&path, value, &b[key], found);
            }
        }
        // A list or a choice that differs is named; its value would be long.
        _ => {
            let long = [a, b].iter().any(|value| value.is_object() || value.is_array());
            let values = (!long).then(|| [a, b].map(|value| value.to_string().trim_matches('"').to_owned()));
            found.push(Difference { path: path.to_owned(), values });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::BetaSchedule;

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
    }
}
