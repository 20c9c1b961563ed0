//! An experiment as a flat list of its fields, for tables and filters over many experiments.

use super::Experiment;
use super::file::options;
use super::file::tree::{Kind, Node};

/// A field of an experiment with its value as text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FlatField {
    /// The field's path, as `--set` takes it: `objective.beta`, `encoder[0].units`.
    pub path: String,
    /// The value without quotes: `4`, `shapes`; of a choice with fields its name, of a list the number of its entries.
    pub text: String,
    /// The choice that a single value belongs to: `Epochs` of `Epochs(20)`.
    pub choice: Option<String>,
}

impl FlatField {
    /// The value with the choice that it belongs to: `Epochs(20)`.
    pub fn full_text(&self) -> String {
        self.choice.as_ref().map_or_else(|| self.text.clone(), |choice| format!("{choice}({})", self.text))
    }

    /// The value as a number, where it is one.
    pub fn number(&self) -> Option<f64> {
        self.text.parse().ok()
    }
}

impl Experiment {
    /// All fields with their values, in the order of their paths. A choice with fields is listed by its name, and its
    /// fields below it. An experiment that cannot be written as text has none.
    pub fn flat_fields(&self) -> Vec<FlatField> {
        let Ok(text) = options().without_recursion_limit().to_string(self) else { return Vec::new() };
        let Ok(root) = Node::parse(&text) else { return Vec::new() };
        let mut found = Vec::new();
        walk(&root, &text, "", &mut found);
        found.sort_unstable();
        found
    }
}

fn walk(node: &Node, text: &str, path: &str, found: &mut Vec<FlatField>) {
    let inner = node.unwrapped();
    let choice = match &node.kind {
        Kind::Items { head, list: false, .. } if !head.is_empty() && !std::ptr::eq(node, inner) => {
            Some(text[head.clone()].to_owned())
        }
        _ => None,
    };
    let mut push = |value: String, choice: Option<String>| {
        if !path.is_empty() {
            found.push(FlatField { path: path.to_owned(), text: value, choice });
        }
    };
    match &inner.kind {
        Kind::Atom => push(plain(&text[inner.span.clone()]), choice),
        Kind::Fields { head, fields } => {
            if !head.is_empty() {
                push(text[head.clone()].to_owned(), None);
            }
            for field in fields {
                let name = &text[field.name.clone()];
                let below = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
                walk(&field.value, text, &below, found);
            }
        }
        Kind::Items { head, list, items } => {
            push(if *list { items.len().to_string() } else { text[head.clone()].to_owned() }, choice);
            for (index, item) in items.iter().enumerate() {
                walk(item, text, &format!("{path}[{index}]"), found);
            }
        }
    }
}

/// An atom without quotes and without a needless `.0`.
fn plain(atom: &str) -> String {
    if atom.starts_with('"') || atom.starts_with("r#\"") {
        return ron::from_str(atom).unwrap_or_else(|_| atom.to_owned());
    }
    let number = atom.strip_suffix(".0").filter(|whole| whole.parse::<f64>().is_ok());
    number.unwrap_or(atom).trim_start_matches("r#").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::{BetaSchedule, presets};

    fn text(experiment: &Experiment, path: &str) -> Option<String> {
        let fields = experiment.flat_fields();
        fields.into_iter().find(|field| field.path == path).map(|field| field.full_text())
    }

    #[test]
    fn fields_are_listed_by_the_paths_that_set_takes() {
        let mut experiment = Experiment { name: "a \"b\"".into(), seed: 7, ..Experiment::default() };
        experiment.objective.beta = BetaSchedule::Constant(4.0);
        let of = |path: &str| text(&experiment, path).unwrap_or_default();
        assert_eq!(of("name"), "a \"b\"");
        assert_eq!(of("seed"), "7");
        assert_eq!(of("objective.beta"), "Constant(4)");
        assert_eq!((of("encoder").as_str(), of("encoder[0].units").as_str()), ("1", "400"));
        experiment.objective.beta = BetaSchedule::Warmup { from: 0.0, to: 1.0, epochs: 5.0 };
        assert_eq!(text(&experiment, "objective.beta").as_deref(), Some("Warmup"));
        assert_eq!(text(&experiment, "objective.beta.epochs").as_deref(), Some("5"));
    }

    /// Every plain value can be set by its path and comes back.
    #[test]
    fn every_path_is_one_that_can_be_set() {
        for preset in presets() {
            let experiment = crate::experiment::preset(preset.name).unwrap();
            let fields = experiment.flat_fields();
            assert!(fields.len() > 20 && fields.windows(2).all(|pair| pair[0].path < pair[1].path), "{}", preset.name);
            for field in fields.iter().filter(|field| field.number().is_some() && field.choice.is_none()) {
                let is_list = fields.iter().any(|other| other.path.starts_with(&format!("{}[", field.path)));
                // A list cannot be set to the number of its entries; an empty one neither.
                if is_list || field.text == "0" && !field.path.contains('.') {
                    continue;
                }
                let mut again = experiment.clone();
                if let Err(error) = again.set(&format!("{}={}", field.path, field.text)) {
                    assert!(error.to_string().contains("sequence"), "{error}");
                    continue;
                }
                assert_eq!(again, experiment, "{}: {}", preset.name, field.path);
            }
        }
    }
}
