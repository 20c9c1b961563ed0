//! Conditions on an experiment's fields: `objective.bound = Elbo and objective.samples > 1`.

use crate::experiment::Operator;
use crate::experiment::file::tree::{Kind, Node};
use serde::{Deserialize, Serialize};

/// A condition by which points that make no sense are left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Skip {
    /// Comparisons of fields (`=`, `!=`, `<`, `<=`, `>`, `>=`, and `~`, `!~`: contains, or not), joined by `and`; a
    /// point for which all hold is left out. A value without its fields, such as `Renyi`, stands for all of its kind.
    pub when: String,
    /// Why such points make no sense.
    pub because: String,
}

/// A condition that has been read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    comparisons: Vec<Comparison>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Comparison {
    field: String,
    operator: Operator,
    value: String,
}

impl Condition {
    /// Read a condition.
    ///
    /// # Errors
    /// A part of the text is not a comparison; the message shows how to write one.
    pub fn parse(text: &str) -> Result<Self, String> {
        let comparisons = text.split(" and ").map(Comparison::parse).collect::<Result<_, _>>()?;
        Ok(Self { comparisons })
    }

    /// Whether the condition holds for an experiment, given as text with all its fields and as the tree of this text.
    ///
    /// # Errors
    /// The experiment has no such field, or `<` and the like compare values that are not numbers.
    pub fn holds(&self, text: &str, root: &Node) -> Result<bool, String> {
        for comparison in &self.comparisons {
            if !comparison.holds(text, root)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

impl Comparison {
    fn parse(text: &str) -> Result<Self, String> {
        let found = text.char_indices().find_map(|(at, _)| {
            let (sign, operator) = Operator::at_start_of(&text[at..])?;
            Some((text[..at].trim(), operator, text[at + sign.len()..].trim()))
        });
        match found {
            Some((field, operator, value)) if !field.is_empty() && !value.is_empty() => {
                Ok(Self { field: field.into(), operator, value: value.into() })
            }
            _ => Err(format!(
                "`{}` is no comparison; write `field = value`, with =, !=, <, <=, >, >=, ~ or !~, and join several by \
                 `and`",
                text.trim()
            )),
        }
    }

    fn holds(&self, text: &str, root: &Node) -> Result<bool, String> {
        let Self { field, operator, value } = self;
        let node = root.find(text, field).map_err(|lost| match lost.fields.as_slice() {
            [] => format!("there is no field `{field}`"),
            fields => format!("there is no field `{field}`; there are {}", fields.join(", ")),
        })?;
        let inner = node.unwrapped();
        let own = &text[inner.span.clone()];
        let numbers = own.parse::<f64>().ok().zip(value.parse::<f64>().ok());
        let plain = |text: &str| text.split_whitespace().collect::<String>().replace("r#", "");
        let is_equal = || match numbers {
            Some((own, value)) => own == value,
            None => {
                let texts = [own, &text[node.span.clone()]];
                texts.into_iter().any(|own| plain(own) == plain(value)) || head(node, text) == Some(value)
            }
        };
        let contains = || plain(&text[node.span.clone()]).contains(&plain(value));
        Ok(match operator {
            Operator::Equal => is_equal(),
            Operator::Unequal => !is_equal(),
            Operator::Contains => contains(),
            Operator::Lacks => !contains(),
            Operator::Less | Operator::AtMost | Operator::Greater | Operator::AtLeast => {
                let (own, value) =
                    numbers.ok_or_else(|| format!("{field} is {own}: only numbers are less or greater than others"))?;
                own.partial_cmp(&value).is_some_and(|order| operator.is_passed_by(order))
            }
        })
    }
}

/// The name before a group's parentheses.
fn head<'a>(node: &Node, text: &'a str) -> Option<&'a str> {
    match &node.kind {
        Kind::Fields { head, .. } | Kind::Items { head, .. } => Some(&text[head.clone()]),
        Kind::Atom => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "(optimiser:Adam(beta1:0.5),beta:Constant(4.0),samples:5,limit:None,data:(source:Mnist))";

    fn holds(condition: &str) -> Result<bool, String> {
        Condition::parse(condition)?.holds(TEXT, &Node::parse(TEXT).unwrap())
    }

    #[test]
    fn fields_are_compared_as_they_are_written() {
        for (condition, expected) in [
            ("samples = 5", true),
            ("samples == 5.0", true),
            ("samples > 5", false),
            ("samples>=5 and beta < 5", true),
            ("beta = 4", true),
            ("beta = Constant(4.0)", true),
            ("beta = Constant", true),
            ("beta = Warmup", false),
            ("optimiser = Adam", true),
            ("optimiser != Adam", false),
            ("optimiser = Adam(beta1: 0.5)", true),
            ("optimiser.beta1 <= 0.5", true),
            ("data.source = Mnist", true),
            ("limit = None", true),
            ("optimiser ~ beta1: 0.5", true),
            ("optimiser !~ Adam", false),
            ("data.source = Mnist and samples != 5", false),
        ] {
            assert_eq!(holds(condition), Ok(expected), "{condition}");
        }
    }

    #[test]
    fn what_cannot_be_compared_is_named() {
        for (condition, expected) in [
            ("samples", "`samples` is no comparison"),
            ("= 5", "no comparison"),
            ("sample = 5", "there is no field `sample`; there are optimiser, beta"),
            ("optimiser > 5", "optimiser is Adam(beta1:0.5): only numbers"),
        ] {
            let message = holds(condition).unwrap_err();
            assert!(message.contains(expected), "{condition}: {message}");
        }
    }
}
