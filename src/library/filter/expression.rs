//! An expression of a filter, and its text.

use crate::experiment::Operator;
use std::fmt;

/// An expression of a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expression {
    /// A text that is looked for in names, tags, notes and states.
    Word(String),
    /// The run has a star.
    Starred,
    /// A field's value compared with another.
    Compare {
        /// The field's name.
        field: String,
        /// How it is compared.
        operator: Operator,
        /// With what.
        value: String,
    },
    /// The run is none of these.
    Not(Box<Self>),
    /// Both hold.
    And(Box<Self>, Box<Self>),
    /// At least one holds.
    Or(Box<Self>, Box<Self>),
}

/// Words that stand for something else than themselves.
pub const KEYWORDS: [&str; 4] = ["and", "or", "not", "starred"];

/// Whether a character ends a word without quotes.
pub fn ends_word(c: char) -> bool {
    c.is_whitespace() || "()\"=<>~!".contains(c)
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Word(word) => quoted(f, word),
            Self::Starred => f.write_str("starred"),
            Self::Compare { field, operator, value } => {
                write!(f, "{field} {} ", operator.sign())?;
                quoted(f, value)
            }
            Self::Not(inner) => {
                f.write_str("not ")?;
                grouped(f, inner, matches!(**inner, Self::And(..) | Self::Or(..)))
            }
            // Comparisons that are joined by one word are read from the left.
            Self::And(a, b) => {
                grouped(f, a, matches!(**a, Self::Or(..)))?;
                f.write_str(" and ")?;
                grouped(f, b, matches!(**b, Self::And(..) | Self::Or(..)))
            }
            Self::Or(a, b) => {
                write!(f, "{a}")?;
                f.write_str(" or ")?;
                grouped(f, b, matches!(**b, Self::Or(..)))
            }
        }
    }
}

fn grouped(f: &mut fmt::Formatter<'_>, inner: &Expression, in_parentheses: bool) -> fmt::Result {
    if in_parentheses { write!(f, "({inner})") } else { write!(f, "{inner}") }
}

/// A word, in quotes where it would be read otherwise without.
fn quoted(f: &mut fmt::Formatter<'_>, word: &str) -> fmt::Result {
    let is_plain = !word.is_empty()
        && !word.chars().any(ends_word)
        && !KEYWORDS.iter().any(|keyword| keyword.eq_ignore_ascii_case(word));
    if is_plain {
        return f.write_str(word);
    }
    write!(f, "\"{}\"", word.replace('\\', "\\\\").replace('"', "\\\""))
}
