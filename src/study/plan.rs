//! The points of a study get numbers, once and for all.

use super::folder::{StudyFolder, StudyFolderError};
use super::record::Record;
use crate::experiment::Experiment;
use crate::experiment::study::{Assignment, Base, Point, Study};
use crate::files::{self, Lock};
use std::collections::HashMap;

/// A study with its numbered points, as its folder holds it.
#[derive(Clone, Debug)]
pub struct Planned {
    /// The study; its base is the experiment itself.
    pub study: Study,
    /// Every point that has a number, withdrawn points included.
    pub records: Vec<Record>,
    /// Number of points that are new to the folder.
    pub new: usize,
    /// Number of points that the study had before and no longer has.
    pub withdrawn: usize,
    /// Threads that a point uses: the largest number of shards of any point.
    pub threads: usize,
}

impl Planned {
    /// The plan of a study that has no folder yet.
    ///
    /// # Errors
    /// The base experiment cannot be loaded.
    pub fn afresh(study: &Study, points: &[Point]) -> Result<Self, StudyFolderError> {
        Self::behind(Vec::new(), study, points)
    }

    /// The plan of a study some of whose points have numbers: those in `records`.
    fn behind(mut records: Vec<Record>, study: &Study, points: &[Point]) -> Result<Self, StudyFolderError> {
        let base = study.base.load().map_err(|error| StudyFolderError::Input(error.to_string()))?;
        let settled = Study { base: Base::Experiment(Box::new(base)), ..study.clone() };
        let before = records.len();
        let mut known = Known::new(&records);
        records.iter_mut().for_each(|record| record.withdrawn = true);
        let names = study.short_names();
        for point in points {
            match known.find(study, &records, point) {
                Some(number) => {
                    records[number].withdrawn = false;
                    records[number].assignments.clone_from(&point.assignments);
                }
                None => {
                    let (number, label) = (records.len(), names.label(&point.assignments));
                    let name = if label.is_empty() { format!("{number:04}") } else { format!("{number:04}-{label}") };
                    records.push(Record { number, name, assignments: point.assignments.clone(), withdrawn: false });
                }
            }
        }
        let withdrawn = records.iter().filter(|record| record.withdrawn).count();
        let threads = points.iter().map(|point| point.experiment.training.shards).max().unwrap_or(1).max(1);
        Ok(Self { study: settled, new: records.len() - before, withdrawn, threads, records })
    }
}

impl StudyFolder {
    /// The plan of a study in this folder. Points that have a number keep it, whatever has been added to the axes
    /// since; new points get the next numbers. Nothing is written.
    ///
    /// # Errors
    /// The folder holds a study of another experiment, or its files are damaged.
    pub fn plan(&self, study: &Study, points: &[Point]) -> Result<Planned, StudyFolderError> {
        let records = self.records()?;
        if !records.is_empty() {
            let base = study.base_experiment().map_err(|problem| StudyFolderError::Input(problem.to_string()))?;
            self.check_same_base(&base)?;
        }
        Planned::behind(records, study, points)
    }

    /// Give a study's points their numbers and write it into this folder, unless all of it is there already. The lock
    /// that was taken for this is returned for the runner of the points.
    ///
    /// # Errors
    /// The folder holds something else, another process is at work in it, it holds a study of another experiment, or a
    /// file cannot be written.
    pub fn begin(&self, study: &Study, points: &[Point]) -> Result<(Lock, Planned), StudyFolderError> {
        self.check_free()?;
        let lock = self.lock()?;
        let planned = self.plan(study, points)?;
        let is_there = self.is_study()
            && self.study().is_ok_and(|study| study == planned.study)
            && self.records().is_ok_and(|records| records == planned.records);
        if !is_there {
            self.write(&planned)?;
        }
        Ok((lock, planned))
    }

    /// Write a plan; the folder is made if it is missing. The caller holds the [`lock`](Self::lock).
    ///
    /// # Errors
    /// A file or folder cannot be written.
    pub fn write(&self, planned: &Planned) -> Result<(), StudyFolderError> {
        files::create_folder(self.path())?;
        let mut text = String::new();
        for record in &planned.records {
            text += &record.to_line().map_err(|error| StudyFolderError::Input(error.to_string()))?;
            text.push('\n');
        }
        // The study last: without it the folder is no study yet, and the list alone harms nothing.
        files::write(&self.points_file(), text)?;
        Ok(planned.study.save(&self.study_file())?)
    }

    /// Refuse a study whose base experiment is not that of the points in the folder.
    fn check_same_base(&self, base: &Experiment) -> Result<(), StudyFolderError> {
        let there = self.study()?;
        let there = there.base_experiment().map_err(|problem| StudyFolderError::Input(problem.to_string()))?;
        let plain =
            |experiment: &Experiment| Experiment { name: String::new(), notes: String::new(), ..experiment.clone() };
        if plain(&there) == plain(base) {
            return Ok(());
        }
        let what = difference(&plain(&there), &plain(base)).map_or_else(String::new, |line| format!(" ({line})"));
        Err(StudyFolderError::Input(format!(
            "{}: the study in this folder has another base{what}, and its points are of that one; name another folder, \
             or make the change an axis",
            self.path().display()
        )))
    }
}

/// The first line in which two experiments differ.
fn difference(there: &Experiment, here: &Experiment) -> Option<String> {
    let (there, here) = (there.to_ron().ok()?, here.to_ron().ok()?);
    let pair = there.lines().zip(here.lines()).find(|(there, here)| there != here)?;
    Some(format!("there `{}`, here `{}`", pair.0.trim().trim_end_matches(','), pair.1.trim().trim_end_matches(',')))
}

/// Finds the number of a point by its assignments, or else by its experiment. The latter finds old points after an axis
/// was added for which they have the base's value.
struct Known {
    count: usize,
    by_assignments: HashMap<Vec<Assignment>, usize>,
    by_experiment: Option<HashMap<String, usize>>,
}

impl Known {
    fn new(records: &[Record]) -> Self {
        let by_assignments = records.iter().map(|record| (sorted(&record.assignments), record.number)).collect();
        let by_experiment = records.is_empty().then(HashMap::new);
        Self { count: records.len(), by_assignments, by_experiment }
    }

    fn find(&mut self, study: &Study, records: &[Record], point: &Point) -> Option<usize> {
        if let Some(&number) = self.by_assignments.get(&sorted(&point.assignments)) {
            return Some(number);
        }
        let count = self.count;
        let by_experiment = self.by_experiment.get_or_insert_with(|| {
            let all: Vec<&[Assignment]> = records[..count].iter().map(|record| record.assignments.as_slice()).collect();
            let texts = study.experiments(&all).into_iter().map(|experiment| experiment.and_then(|e| e.to_ron().ok()));
            texts.enumerate().filter_map(|(number, text)| Some((text?, number))).collect()
        });
        if by_experiment.is_empty() {
            return None;
        }
        by_experiment.get(&point.experiment.to_ron().ok()?).copied()
    }
}

fn sorted(assignments: &[Assignment]) -> Vec<Assignment> {
    let mut sorted = assignments.to_vec();
    sorted.sort_by(|a, b| a.field.cmp(&b.field));
    sorted
}
