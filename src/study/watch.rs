//! Follows a study's folder while others write into it.

use super::folder::{StudyFolder, StudyFolderError};
use super::left::seconds_left;
use super::record::Record;
use super::sign::Sign;
use super::status::{PointState, PointStatus};
use super::{PointFolder, noun_of};
use crate::data::Noun;
use crate::experiment::study::Study;
use std::ffi::OsStr;
use std::path::Path;
use std::time::SystemTime;

/// A study's folder as it was last looked at. Only files that have changed since are read again.
#[derive(Debug)]
pub struct Watch {
    folder: StudyFolder,
    /// The stamp of the study's file, which is written last when a plan changes.
    stamp: Stamp,
    study: Study,
    noun: Noun,
    points: Vec<Watched>,
}

#[derive(Debug)]
struct Watched {
    record: Record,
    folder: PointFolder,
    stamps: [Stamp; 3],
    status: PointStatus,
}

/// The time of a file's last change, and its length in bytes; `None` if the file is missing.
type Stamp = Option<(SystemTime, u64)>;

fn stamp(path: &Path) -> Stamp {
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

impl Watch {
    /// Read a study's folder.
    ///
    /// # Errors
    /// The folder holds no study, or its files are damaged.
    pub fn open(folder: &StudyFolder) -> Result<Self, StudyFolderError> {
        let stamp = stamp(&folder.study_file());
        let (study, records) = (folder.study()?, folder.records()?);
        let there = folder.names();
        let points = records.into_iter().filter(|record| !record.withdrawn).map(|record| {
            let point = folder.point(&record);
            let (stamps, status) = match there.contains(OsStr::new(&record.name)) {
                true => (stamps(&point), PointStatus::read(&point, study.evaluate.as_ref())),
                false => ([None; 3], PointStatus::waiting()),
            };
            Watched { record, folder: point, stamps, status }
        });
        let points = points.collect();
        let noun = noun_of(&study);
        Ok(Self { folder: folder.clone(), stamp, study, noun, points })
    }

    /// Look again; returns whether anything has changed.
    ///
    /// # Errors
    /// As for [`open`](Self::open), if the study itself has changed.
    pub fn refresh(&mut self) -> Result<bool, StudyFolderError> {
        if stamp(&self.folder.study_file()) != self.stamp {
            *self = Self::open(&self.folder)?;
            return Ok(true);
        }
        let evaluate = self.study.evaluate.as_ref();
        // One look at the study's folder stands for all points that have not begun: there may be thousands.
        let there = self.folder.names();
        let mut changed = false;
        for point in &mut self.points {
            // Who is done stays done; who died gives no sign of it.
            let went_silent =
                point.status.state == PointState::Running && !point.status.sign.as_ref().is_some_and(Sign::is_alive);
            let is_there = || there.contains(OsStr::new(&point.record.name));
            if point.status.state == PointState::Done || (point.stamps == [None; 3] && !is_there()) {
                continue;
            }
            let stamps = stamps(&point.folder);
            if stamps != point.stamps || went_silent {
                point.stamps = stamps;
                point.status = PointStatus::read(&point.folder, evaluate);
                changed = true;
            }
        }
        Ok(changed)
    }

    /// The noun for the items of the data that the study's base is trained on.
    pub fn noun(&self) -> Noun {
        self.noun
    }

    /// The study.
    pub fn study(&self) -> &Study {
        &self.study
    }

    /// The study's points with their states, in the order of their numbers.
    pub fn points(&self) -> impl ExactSizeIterator<Item = (&Record, &PointStatus)> {
        self.points.iter().map(|point| (&point.record, &point.status))
    }

    /// The share of the study that is done, from 0 to 1.
    pub fn share(&self) -> f64 {
        self.points.iter().map(|point| point.status.share()).sum::<f64>() / self.points.len().max(1) as f64
    }

    /// Seconds until the whole study is done, as far as can be told: see [`left`](super::left).
    pub fn seconds_left(&self) -> Option<f64> {
        seconds_left(self.points.iter().map(|point| &point.status))
    }

    /// The number of points in the state of this [name](PointState::name).
    pub fn count(&self, state: &str) -> usize {
        self.points.iter().filter(|point| point.status.state.name() == state).count()
    }
}

fn stamps(point: &PointFolder) -> [Stamp; 3] {
    [point.result_file(), point.failure_file(), point.sign_file()].map(|file| stamp(&file))
}
