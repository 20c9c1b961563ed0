//! The curves of one run, fed as its reports come.

use super::ledger::Ledger;
use super::quantity::{ReportSource, XAxis};
use super::track::Track;
use crate::train::Report;
use crate::worker::{History, Mark};
use std::ops::RangeInclusive;

/// Everything plotted over the course of a run.
#[derive(Clone, Debug, Default)]
pub struct Curves {
    run: u64,
    /// Number of reports copied so far.
    copied: usize,
    tracks: [Track; 3],
    marks: Vec<Mark>,
    ledger: Ledger,
}

impl Curves {
    /// Copy the reports that are new since the last call. If the history is that of another run, start over and return
    /// the curves of the former run, if it had any. The call is fast enough to be made under the history's lock.
    pub fn sync(&mut self, history: &History) -> Option<Self> {
        let mut replaced = None;
        let shorter = history.reports.len() < self.copied || history.ledger.len() < self.ledger.entries().len();
        if history.run != self.run || shorter {
            let old = std::mem::replace(self, Self { run: history.run, ..Self::default() });
            replaced = Some(old).filter(|old| !old.is_empty());
        }
        let new = &history.reports[self.copied..];
        for report in new {
            if let Some(source) = ReportSource::of(report) {
                self.tracks[source as usize].push(report);
            }
        }
        for source in ReportSource::ALL {
            // Whole reports carry a vector: only the newest of each source is cloned.
            if let Some(report) = new.iter().rev().find(|r| ReportSource::of(r) == Some(source)) {
                self.tracks[source as usize].latest = Some(report.clone());
            }
        }
        self.copied = history.reports.len();
        self.ledger.extend(&history.ledger);
        if self.marks.len() != history.marks.len() {
            self.marks.clone_from(&history.marks);
        }
        replaced
    }

    /// These curves under the number of another run.
    pub fn numbered(self, run: u64) -> Self {
        Self { run, ..self }
    }

    /// The number of the run that the curves belong to; see [`Status::run`](crate::worker::Status::run).
    pub fn run(&self) -> u64 {
        self.run
    }

    pub fn track(&self, source: ReportSource) -> &Track {
        &self.tracks[source as usize]
    }

    /// The entries of the ledger.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The changes made to the run while it trained.
    pub fn marks(&self) -> &[Mark] {
        &self.marks
    }

    pub fn is_empty(&self) -> bool {
        self.tracks.iter().all(Track::is_empty)
    }

    /// The newest measurement of validation images (on either set), else of training ones.
    pub fn newest(&self) -> Option<&Report> {
        let validation = [ReportSource::Validation, ReportSource::WholeValidation]
            .into_iter()
            .filter_map(|source| self.track(source).latest())
            .max_by(|a, b| a.step.cmp(&b.step).then(a.whole.cmp(&b.whole)));
        validation.or_else(|| self.track(ReportSource::Training).latest())
    }

    /// First and last x over all sources; `None` before the first report.
    pub fn x_range(&self, axis: XAxis) -> Option<RangeInclusive<f64>> {
        let ends = self.tracks.iter().filter_map(|t| Some((*t.x(axis).first()?, *t.x(axis).last()?)));
        ends.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))).map(|(first, last)| first..=last)
    }
}
