//! A filter whose fields have been found, and which runs it lets through.

use super::error::FilterError;
use super::expression::Expression;
use super::parser::{Place, parse};
use crate::experiment::{Operator, did_you_mean};
use crate::library::column::{Column, Value, date};
use crate::library::state::RunState;
use crate::library::summary::RunSummary;
use std::collections::BTreeSet;

/// A filter that can be applied to runs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter(Option<Node>);

#[derive(Clone, Debug, PartialEq)]
enum Node {
    /// In lower case.
    Word(String),
    Starred,
    Compare(Comparison),
    Not(Box<Node>),
    And(Box<Node>, Box<Node>),
    Or(Box<Node>, Box<Node>),
}

#[derive(Clone, Debug, PartialEq)]
struct Comparison {
    column: Column,
    operator: Operator,
    /// In lower case and without spaces, as texts are compared.
    text: String,
    number: Option<f64>,
}

impl Filter {
    /// Read a filter. `paths` are the paths of all fields that some run's experiment has; an end of a path that no
    /// other has stands for it, as `beta` for `objective.beta`.
    ///
    /// # Errors
    /// The first mistake, with its column and what would do.
    pub fn new(text: &str, paths: &BTreeSet<String>) -> Result<Self, FilterError> {
        let Some((expression, places)) = parse(text)? else { return Ok(Self(None)) };
        let mut places = places.into_iter();
        Ok(Self(Some(bind(expression, &mut places, paths)?)))
    }

    /// Whether it lets every run through.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Whether a run is let through.
    pub fn holds(&self, run: &RunSummary) -> bool {
        self.0.as_ref().is_none_or(|node| node.holds(run))
    }
}

fn bind(
    expression: Expression,
    places: &mut impl Iterator<Item = Place>,
    paths: &BTreeSet<String>,
) -> Result<Node, FilterError> {
    Ok(match expression {
        Expression::Word(word) => Node::Word(word.to_lowercase()),
        Expression::Starred => Node::Starred,
        Expression::Compare { field, operator, value } => {
            let [at, value_at] = places.next().unwrap_or([1, 1]);
            Node::Compare(Comparison::of(&field, operator, &value, [at, value_at], paths)?)
        }
        Expression::Not(inner) => Node::Not(Box::new(bind(*inner, places, paths)?)),
        Expression::And(a, b) => Node::And(Box::new(bind(*a, places, paths)?), Box::new(bind(*b, places, paths)?)),
        Expression::Or(a, b) => Node::Or(Box::new(bind(*a, places, paths)?), Box::new(bind(*b, places, paths)?)),
    })
}

/// The column of a name: one of the table's, or a field's path or an end of one.
///
/// # Errors
/// No such field, or several; what would do.
pub fn column_of(name: &str, paths: &BTreeSet<String>) -> Result<Column, String> {
    if let Some(column) = Column::named(name) {
        return Ok(column);
    }
    if paths.contains(name) {
        return Ok(Column::Field(name.to_owned()));
    }
    let ending = format!(".{name}");
    let mut found: Vec<&String> = paths.iter().filter(|path| path.ends_with(&ending)).collect();
    // A field stands for itself rather than for one of those below it.
    found.sort_by_key(|path| path.len());
    match found[..] {
        [only] => Ok(Column::Field(only.clone())),
        [first, second, ..] => Err(format!("`{name}` is the end of several fields; write `{first}` or `{second}`")),
        [] => {
            let columns = Column::ALL;
            let ends = paths.iter().filter_map(|path| path.rsplit('.').next());
            let known: Vec<&str> = columns.iter().map(Column::name).chain(ends).collect();
            Err(format!(
                "no run has a field `{name}`{} Besides the fields of experiments there are {}",
                did_you_mean(name, &known),
                columns.iter().map(Column::name).collect::<Vec<_>>().join(", ")
            ))
        }
    }
}

impl Comparison {
    fn of(
        field: &str,
        operator: Operator,
        value: &str,
        [at, value_at]: Place,
        paths: &BTreeSet<String>,
    ) -> Result<Self, FilterError> {
        let column = column_of(field, paths).or_else(|what| FilterError::at(at, what))?;
        let number = value.parse::<f64>().ok().filter(|number| !number.is_nan());
        if operator.is_order() && number.is_none() && column != Column::Date {
            let sign = operator.sign();
            return FilterError::at(
                value_at,
                format!("`{value}` is no number, and `{sign}` asks for one; for text, use `=` or `~` (contains)"),
            );
        }
        if column == Column::State && operator == Operator::Equal {
            let states = RunState::NAMES;
            if !states.iter().any(|state| state.eq_ignore_ascii_case(value)) {
                let what = format!("there is no state `{value}`; there are {}", states.join(", "));
                return FilterError::at(value_at, what);
            }
        }
        Ok(Self { column, operator, text: plain(value), number })
    }

    fn holds(&self, run: &RunSummary) -> bool {
        let value = self.column.value(run);
        if value == Value::None {
            return self.operator == Operator::Lacks;
        }
        match self.operator {
            Operator::Equal => self.is_equal(run, &value),
            Operator::Unequal => !self.is_equal(run, &value),
            Operator::Contains => self.is_in(run, &value),
            Operator::Lacks => !self.is_in(run, &value),
            Operator::Less | Operator::AtMost | Operator::Greater | Operator::AtLeast => {
                let order = match (value, self.number) {
                    // Dates are written so that the order of texts is theirs.
                    (Value::Date(at), _) => Some(plain(&date(at)).cmp(&self.text)),
                    (value, Some(number)) => value.number().and_then(|own| own.partial_cmp(&number)),
                    _ => None,
                };
                order.is_some_and(|order| self.operator.is_passed_by(order))
            }
        }
    }

    fn is_equal(&self, run: &RunSummary, value: &Value<'_>) -> bool {
        if let (Some(own), Some(number)) = (value.number(), self.number) {
            return own == number;
        }
        match value {
            Value::Words(words) => words.iter().any(|word| plain(word) == self.text),
            Value::Date(at) => plain(&date(*at)).starts_with(&self.text),
            _ => {
                let is = |text: &str| plain(text) == self.text;
                let field = if let Column::Field(path) = &self.column { run.fields.get(path) } else { None };
                // A choice with a value answers to its name too, as in `length = Epochs`.
                let by_choice = |field: &crate::experiment::FlatField| {
                    is(&field.full_text()) || field.choice.as_deref().is_some_and(is)
                };
                is(&value.exact()) || field.is_some_and(|field| by_choice(field))
            }
        }
    }

    fn is_in(&self, run: &RunSummary, value: &Value<'_>) -> bool {
        let text = match &self.column {
            Column::Field(path) => run.fields.get(path).map_or_else(String::new, |field| field.full_text()),
            _ => value.exact(),
        };
        plain(&text).contains(&self.text)
    }
}

/// A text as it is compared: in lower case and without spaces.
fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}

impl Node {
    fn holds(&self, run: &RunSummary) -> bool {
        match self {
            Self::Word(word) => run.texts().any(|text| text.to_lowercase().contains(word)),
            Self::Starred => run.notes.starred,
            Self::Compare(comparison) => comparison.holds(run),
            Self::Not(inner) => !inner.holds(run),
            Self::And(a, b) => a.holds(run) && b.holds(run),
            Self::Or(a, b) => a.holds(run) || b.holds(run),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::{BetaSchedule, Experiment};
    use crate::library::metrics::Bound;
    use crate::library::notes::Notes;
    use std::time::{Duration, UNIX_EPOCH};

    fn run() -> (RunSummary, BTreeSet<String>) {
        let mut experiment = Experiment { name: "IWAE on shapes".into(), seed: 3, ..Experiment::default() };
        experiment.objective.beta = BetaSchedule::Constant(4.0);
        let fields = crate::library::fields::Seen::default().fields(&experiment);
        let paths = fields.iter().map(|field| field.path.clone()).collect();
        let bound = Bound { step: 900, elbo: -99.5, elbo_se: 0.3, reconstruction: -80.0, kl: 19.5 };
        let notes = Notes { tags: vec!["paper".into(), "Figure 2".into()], starred: true, ..Notes::default() };
        let summary = RunSummary {
            saved_at: Some(UNIX_EPOCH + Duration::from_secs(1_795_928_640)),
            notes,
            step: Some(900),
            last: Some(bound),
            fields,
            ..RunSummary::blank("/runs/0042-mine".into(), RunState::Finished, "IWAE on shapes")
        };
        (summary, paths)
    }

    #[test]
    fn runs_are_found_by_what_is_written_of_them() {
        let (run, paths) = run();
        for (text, expected) in [
            ("", true),
            ("iwae", true),
            ("shapes 0042", true),
            ("finished", true),
            ("vae -100", false),
            ("beta > 2 and elbo > -100", true),
            ("beta > 4", false),
            ("objective.beta >= 4", true),
            ("beta = Constant", true),
            ("beta = \"Constant(4)\"", true),
            ("beta != 4", false),
            ("name ~ iwae", true),
            ("name !~ iwae", false),
            ("starred and not state = running", true),
            ("state = finished", true),
            ("tag = paper", true),
            ("tag = \"figure 2\"", true),
            ("tag = pap", false),
            ("tags ~ pap", true),
            ("log_px > -1000", false),
            ("not log_px > -1000", true),
            ("kl < 20 and reconstruction < -79.9 and step >= 900", true),
            ("date > 2026-11-01 and date < 2026-12", true),
            ("date = 2026-11-29", true),
            ("encoder[0].units = 400", true),
            ("seed = 3", true),
        ] {
            assert_eq!(Filter::new(text, &paths).unwrap().holds(&run), expected, "{text}");
        }
    }

    #[test]
    fn what_is_not_there_is_told_with_what_is() {
        let (_, paths) = run();
        for (text, column, what) in [
            ("elbo > -1 bta > 2", 11, "Did you mean `beta`?"),
            ("elbow > 2", 1, "Did you mean `elbo`?"),
            ("elbo > high", 8, "is no number"),
            ("state = runing", 9, "running, finished, paused"),
        ] {
            let error = Filter::new(text, &paths).unwrap_err();
            assert!(error.column == column && error.what.contains(what), "{text}: {error}");
        }
        let several: BTreeSet<String> = ["a.rate", "b.rate"].map(String::from).into();
        let error = Filter::new("rate > 1", &several).unwrap_err();
        assert!(error.what.contains("`a.rate` or `b.rate`"), "{error}");
    }
}
