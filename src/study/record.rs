//! A point of a study as its folder keeps it.

use crate::experiment::study::{Assignment, FieldValue};
use serde::{Deserialize, Serialize};

/// A point that has a number: a line of `points.jsonl`. Numbers and names are never given to another point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// From 0, in the order in which points came into the folder.
    pub number: usize,
    /// `0007-beta=4,seed=2`: its folder.
    pub name: String,
    /// The fields of the study's axes, and what they are set to here.
    pub assignments: Vec<Assignment>,
    /// The study no longer has it; its folder stays.
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
    /// A line of `points.jsonl`, without its end.
    pub(super) fn to_line(&self) -> Result<String, serde_json::Error> {
        let Self { number, name, assignments, withdrawn } = self;
        let set = assignments.iter().map(|a| (a.field.clone(), a.value.to_string())).collect();
        serde_json::to_string(&Line { number: *number, name: name.clone(), set, withdrawn: *withdrawn })
    }

    /// Read a line.
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
