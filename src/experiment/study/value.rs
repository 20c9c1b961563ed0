//! A value of any field, as text.

use crate::experiment::file::options;
use ron::value::RawValue;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// A value as an experiment's file writes it: `4`, `Iwae`, `Adam(beta1: 0.5)`. A study's file has it without quotes;
/// whether it fits its field shows when it is set.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FieldValue(String);

impl FieldValue {
    /// A value from a text in RON.
    ///
    /// # Errors
    /// The text is not exactly one value.
    pub fn new(text: &str) -> Result<Self, ron::error::SpannedError> {
        RawValue::from_ron(text).map(|raw| Self(on_one_line(raw.trim().get_ron())))
    }

    /// A value as an experiment's file writes it; `None` for a value that RON cannot hold.
    pub fn of(value: &impl Serialize) -> Option<Self> {
        Self::new(&options().to_string(value).ok()?).ok()
    }

    /// A value from a number, rounded to six significant digits, so that names show all of it.
    pub fn rounded(number: f64) -> Self {
        let rounded: f64 = format!("{number:.5e}").parse().unwrap_or(number);
        let text = format!("{rounded:?}");
        Self(text.strip_suffix(".0").unwrap_or(&text).to_string())
    }

    /// A value from a whole number.
    pub fn whole(number: impl Into<i128>) -> Self {
        Self(number.into().to_string())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FieldValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for FieldValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_ron(&self.0).map_err(serde::ser::Error::custom)?.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for FieldValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        Ok(Self(on_one_line(raw.trim().get_ron())))
    }
}

/// A value without the line breaks of a file that is laid out for people, so that equal values are equal however they
/// were written. A text with comments, raw strings or character literals stays as it is.
fn on_one_line(text: &str) -> String {
    if text.contains("//") || text.contains("/*") || text.contains("r\"") || text.contains("r#") || text.contains('\'')
    {
        return text.to_string();
    }
    let (mut line, mut quoted, mut escaped) = (String::with_capacity(text.len()), false, false);
    for c in text.chars() {
        if quoted {
            quoted = escaped || c != '"';
            escaped = !escaped && c == '\\';
            line.push(c);
        } else if c.is_whitespace() {
            if !line.ends_with([' ', '(', '[', '{']) {
                line.push(' ');
            }
        } else {
            if matches!(c, ')' | ']' | '}') {
                let before = line.trim_end_matches([' ', ',']).len();
                line.truncate(before);
            }
            quoted = c == '"';
            line.push(c);
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_people_do() {
        for (number, text) in [
            (4.0, "4"),
            (0.1 + 0.2, "0.3"),
            (1e-7, "1e-7"),
            (-2.5, "-2.5"),
            (1.0 / 3.0, "0.333333"),
            (123_456_789.0, "123457000"),
        ] {
            assert_eq!(FieldValue::rounded(number).as_str(), text);
        }
    }

    #[test]
    fn any_value_stands_for_itself() {
        for text in ["4", "Iwae", "Adam(beta1: 0.5)", "\"a, b\"", "[Dense(units: 2)]", "Some(3)", "(a: 1, b: X)"] {
            assert_eq!(FieldValue::new(&format!(" {text} // note\n")).unwrap().as_str(), text);
        }
        assert_eq!(
            FieldValue::new("[\n    Dense(\n        units: 2,\n    ),\n]").unwrap().as_str(),
            "[Dense(units: 2)]"
        );
        assert_eq!(FieldValue::new("(a: \"x \\\"  y\",  b: 1)").unwrap().as_str(), "(a: \"x \\\"  y\", b: 1)");
        for wrong in ["", "a b", "(", "1), (b: 2"] {
            assert!(FieldValue::new(wrong).is_err(), "{wrong}");
        }
    }
}
