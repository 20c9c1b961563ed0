//! From a study to numbered points in a folder.

use super::arguments::{StudyArgs, failure};
use crate::cli::output;
use crate::experiment::Problem;
use crate::experiment::study::{Assignment, Points, StudyFile};
use crate::files::Lock;
use crate::study::{Planned, PointStatus, Record, StudyFolder};
use crate::worker::Failure;
use serde::Serialize;
use std::collections::BTreeMap;

/// The study of the arguments, which has no errors, and its points. Its warnings are printed.
fn checked(args: &StudyArgs) -> Result<(StudyFile, Points), Failure> {
    let file = args.study()?;
    let (points, problems) = file.study.examined();
    let (errors, warnings): (Vec<Problem>, Vec<Problem>) = problems.into_iter().partition(Problem::is_error);
    warnings.iter().for_each(|warning| output::note(format_args!("warning: {}", file.say(warning))));
    let lines = |problems: &[Problem]| problems.iter().map(|problem| file.say(problem)).collect::<Vec<_>>().join("\n");
    if !errors.is_empty() {
        return Err(Failure::Input(lines(&errors)));
    }
    Ok((file, points))
}

/// Give the points their numbers, and write the study into its folder; returns the folder's lock too.
pub fn write(args: &StudyArgs) -> Result<(Lock, Planned), Failure> {
    let (file, points) = checked(args)?;
    let folder = args.folder()?;
    let (lock, planned) = folder.begin(&file.study, &points.points).map_err(failure)?;
    if planned.withdrawn > 0 {
        output::note(format_args!(
            "{} points of this folder are no longer in the study; their runs stay where they are",
            planned.withdrawn
        ));
    }
    Ok((lock, planned))
}

/// A point in a list.
#[derive(Serialize)]
struct Listed<'a> {
    number: usize,
    name: &'a str,
    set: BTreeMap<&'a str, &'a str>,
    state: &'static str,
}

/// A combination that is left out.
#[derive(Serialize)]
struct LeftOut<'a> {
    set: BTreeMap<&'a str, &'a str>,
    because: &'a str,
}

/// Print the points that would be run.
pub fn dry_run(args: &StudyArgs) -> Result<(), Failure> {
    let (file, points) = checked(args)?;
    let study = &file.study;
    let folder = args.folder().ok().filter(StudyFolder::is_study);
    let planned = match &folder {
        Some(folder) => folder.plan(study, &points.points),
        None => Planned::afresh(study, &points.points),
    };
    let planned = planned.map_err(failure)?;
    let records = || planned.records.iter().filter(|record| !record.withdrawn);
    let state = |record: &Record| match &folder {
        Some(folder) => PointStatus::read(&folder.point(record), study.evaluate.as_ref()).state.name(),
        None => "new",
    };
    if args.json {
        for record in records() {
            let set = set_of(&record.assignments);
            output::json(&Listed { number: record.number, name: &record.name, set, state: state(record) })?;
        }
        for skipped in &points.skipped {
            let because = &study.skip[skipped.condition].because;
            output::json(&LeftOut { set: set_of(&skipped.assignments), because })?;
        }
        return Ok(());
    }
    let mut text = String::new();
    for record in records() {
        text += &format!("{}  {}\n", record.name, state(record));
    }
    output::print(&text)?;
    let names = study.short_names();
    for (condition, skip) in study.skip.iter().enumerate() {
        let mut left_out = points.skipped.iter().filter(|skipped| skipped.condition == condition);
        let Some(first) = left_out.next() else { continue };
        let (first, count) = (names.label(&first.assignments), 1 + left_out.count());
        output::note(format_args!("{count} combinations left out ({first}, …): {}", skip.because));
    }
    let new = planned.new;
    output::note(format_args!("{} points, {new} of them new", records().count()));
    Ok(())
}

/// The fields' values by the fields' names.
fn set_of(assignments: &[Assignment]) -> BTreeMap<&str, &str> {
    assignments.iter().map(|assignment| (assignment.field.as_str(), assignment.value.as_str())).collect()
}
