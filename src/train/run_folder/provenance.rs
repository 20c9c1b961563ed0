//! `provenance.csv`: one row for each thing that was done to the run, for people to read; the checkpoint has it too.

use crate::files::csv::{self, TableError};
use crate::train::history::{Deed, RunHistory};
use std::path::Path;

const COLUMNS: [&str; 5] = ["step", "epoch", "time", "what", "detail"];

/// Write the table.
pub fn write(path: &Path, history: &RunHistory) -> Result<(), TableError> {
    let row = |deed: &Deed| {
        // A reader splits at commas.
        let detail = deed.detail.replace(',', ";").replace(['"', '\n'], " ");
        vec![deed.step.to_string(), deed.epoch.to_string(), deed.date(), deed.kind.name().into(), detail]
    };
    csv::write(path, &csv::table(COLUMNS, history.deeds().iter().map(row)))
}
