//! The table of a study.

use super::arguments::{StudyArgs, failure};
use crate::cli::output;
use crate::study::left::in_words;
use crate::study::slurm::{Jobs, Slurm};
use crate::study::table::Table;
use crate::study::{StudyFolder, Watch, render};
use crate::worker::Failure;
use std::collections::BTreeMap;

/// Print the state of every point.
pub fn run(folder: &StudyFolder, args: &StudyArgs) -> Result<(), Failure> {
    print(folder, args, false)
}

/// Print the table in the format of the arguments; in `short` form, for people, settings stand for their points.
pub fn print(folder: &StudyFolder, args: &StudyArgs, short: bool) -> Result<(), Failure> {
    let watch = Watch::open(folder).map_err(failure)?;
    let mut table = Table::new(&watch);
    match Jobs::read(folder).queue(&Slurm::default()) {
        Ok(queue) => table.set_queue(&queue),
        // Looked at from a machine without Slurm, the folder still says most of it.
        Err(error) => output::note(format_args!("warning: {error}")),
    }
    if args.json {
        return output::json(&table);
    }
    if args.csv {
        return output::print(&render::points_csv(&table));
    }
    if args.markdown {
        return output::print(&render::markdown(&table));
    }
    output::print(&if short { render::short(&table) } else { render::text(&table) })?;
    let mut states: BTreeMap<&str, usize> = BTreeMap::new();
    table.points.iter().for_each(|point| *states.entry(point.state).or_default() += 1);
    let states: Vec<String> = states.iter().map(|(state, count)| format!("{count} {state}")).collect();
    let left = table.seconds_left.map_or_else(String::new, |left| format!("; about {} left", in_words(left)));
    output::line(&format!("\n{} points: {}{left}", table.points.len(), states.join(", ")))
}
