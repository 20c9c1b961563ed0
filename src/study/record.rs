//! A point of a study as its folder keeps it.

use crate::experiment::study::{Assignment, FieldValue};
use serde::{Deserialize, Serialize};

/// A point that has a number: a line of `points.jsonl`. Its number and name are never given to another point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The point's number, from 0, in the order in which points came into the folder.
    pub number: usize,
    /// The name of the point's folder: `0007-beta=4,seed=2`.
    pub name: String,
    /// The fields of the study's axes with their values at this point.
    pub assignments: Vec<Assignment>,
    /// Whether the study no longer has the point, whose folder stays.
    pub withdrawn: bool,
}

#[derive(Serialize, Deserialize)]
struct Line {
    number: usize,
    name: String,
    set: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    withdrawn: bool,
}

impl Record {
    /// The record as a line of `points.jsonl`, without the line's end.
    pub(super) fn to_line(&self) -> Result<String, serde_json::Error> {
        let Self { number, name, assignments, withdrawn } = self;
        let set = assignments.iter().map(|a| (a.field.clone(), a.value.to_string())).collect();
        serde_json::to_string(&Line { number: *number, name: name.clone(), set, withdrawn: *withdrawn })
    }

    /// Read a line of `points.jsonl`.
    pub(super) fn from_line(line: &str) -> Result<Self, String> {
        let Line { number, name, set, withdrawn } = serde_json::from_str(line).map_err(|error| error.to_string())?;
        if name.is_empty() || name.starts_with('.') || name.contains(['/', '\\']) {
            return Err(format!("{name:?} is no name of a folder"));
        }
        let assignment = |(field, value): (String, String)| {
            let value = FieldValue::new(&value).map_err(|error| format!("{field}: {error}"))?;
            Ok::<_, String>(Assignment { field, value })
        };
        let assignments = set.into_iter().map(assignment).collect::<Result<_, _>>()?;
        Ok(Self { number, name, assignments, withdrawn })
    }
}
