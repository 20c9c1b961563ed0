//! `edits.csv`: one row per change that was made to the run while it trained.

use crate::files::csv::{self, TableError};
use crate::train::Mark;
use std::path::Path;

/// The columns; `edit` is the change as the plots mark it.
const COLUMNS: [&str; 4] = ["step", "epoch", "seconds", "edit"];

/// Write the table; without changes there is no table.
pub fn write(path: &Path, marks: &[Mark]) -> Result<(), TableError> {
    if marks.is_empty() {
        // A run saved over another must not keep the other's.
        return csv::remove(path);
    }
    let row = |mark: &Mark| {
        // No mark has a comma; a reader splits at them.
        let text = mark.text.replace([',', '"', '\n'], " ");
        vec![mark.step.to_string(), mark.epoch.to_string(), mark.seconds.to_string(), text]
    };
    csv::write(path, &csv::table(COLUMNS, marks.iter().map(row)))
}

/// Read the table; a missing file has no changes.
pub fn read(path: &Path) -> Result<Vec<Mark>, TableError> {
    csv::values(path, &COLUMNS, |fields| mark(fields).ok_or_else(|| format!("{fields:?} is no edit")))
}

fn mark(fields: &[&str]) -> Option<Mark> {
    let [step, epoch, seconds, text, ..] = fields else { return None };
    let (step, epoch, seconds) = (step.parse().ok()?, epoch.parse().ok()?, seconds.parse().ok()?);
    Some(Mark { step, epoch, seconds, text: (*text).to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_read_back_exactly_and_a_damaged_line_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("edits.csv");
        assert_eq!(read(&path).unwrap(), []);
        let marks = [("β = 4", 7), ("learning rate 0.0003", 90)].map(|(text, step)| Mark {
            step,
            epoch: step as f64 / 3.0,
            seconds: 0.1 * step as f64,
            text: text.into(),
        });
        write(&path, &marks).unwrap();
        assert_eq!(read(&path).unwrap(), marks);
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text.replace("90", "ninety")).unwrap();
        let message = read(&path).unwrap_err().to_string();
        assert!(message.contains("edits.csv, line 3"), "{message}");
        write(&path, &[]).unwrap();
        assert!(!path.exists());
    }
}
