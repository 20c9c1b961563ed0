//! The curves of one run, fed as its reports come.

use super::correction::Correction;
use super::ledger::Ledger;
use super::quantity::{ReportSource, XAxis};
use super::track::Track;
use crate::train::Report;
use crate::worker::{History, Mark};
use std::ops::RangeInclusive;

/// On which images a number was measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measured {
    /// The training batches since the last report.
    Batches,
    /// A fixed part of the validation images.
    Part,
    /// All validation images.
    Whole,
    /// All validation images, estimated from the part by how far it was off at a step.
    Estimated { since: u64 },
}

/// Every quantity that is plotted over the course of a run.
#[derive(Clone, Debug, Default)]
pub struct Curves {
    run: u64,
    /// Number of reports copied so far.
    copied: usize,
    tracks: [Track; 3],
    /// The correction from the part of the validation images to all of them, once it is known.
    correction: Option<Correction>,
    /// Number of reports on the part that came before the correction was known.
    uncorrected: usize,
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
        self.take_in(new);
        self.ledger.extend(&history.ledger);
        if self.marks.len() != history.marks.len() {
            self.marks.clone_from(&history.marks);
        }
        replaced
    }

    /// Add the reports that a followed run has written since; where it has begun `anew`, these are all of them.
    pub fn grow(&mut self, anew: bool, reports: &[Report]) {
        if anew {
            *self = Self {
                run: self.run,
                marks: std::mem::take(&mut self.marks),
                ledger: std::mem::take(&mut self.ledger),
                ..Self::default()
            };
        }
        self.take_in(reports);
    }

    fn take_in(&mut self, new: &[Report]) {
        for (i, report) in new.iter().enumerate() {
            match ReportSource::of(report) {
                // The whole, where it is measured at the same step, comes right behind.
                Some(ReportSource::Validation) => self.push_part(report, new.get(i + 1)),
                Some(source) => self.tracks[source as usize].push(report),
                None => {}
            }
        }
        for source in ReportSource::ALL {
            // Whole reports carry a vector: only the newest of each source is cloned.
            if let Some(report) = new.iter().rev().find(|r| ReportSource::of(r) == Some(source)) {
                let correction = self.correction.as_ref().filter(|_| source == ReportSource::Validation);
                let report = correction.map_or_else(|| report.clone(), |correction| correction.apply(report));
                self.tracks[source as usize].latest = Some(report);
            }
        }
        self.copied += new.len();
    }

    /// A report on the part of the validation images, with what follows it.
    fn push_part(&mut self, part: &Report, next: Option<&Report>) {
        let whole = next.filter(|next| ReportSource::of(next) == Some(ReportSource::WholeValidation));
        if let Some(correction) = whole.and_then(|whole| Correction::of(part, whole)) {
            self.correction = Some(correction);
        }
        let track = &mut self.tracks[ReportSource::Validation as usize];
        match &self.correction {
            Some(correction) => track.push(&correction.apply(part)),
            None => {
                self.uncorrected += 1;
                track.push(part);
            }
        }
    }

    /// Give the curves the number of another run.
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

    /// The newest measurement of validation images, else of training ones; always of the same kind in one run, so that
    /// two of them can be compared. [`measured`](Self::measured) says on what.
    pub fn newest(&self) -> Option<&Report> {
        [ReportSource::Validation, ReportSource::WholeValidation, ReportSource::Training]
            .into_iter()
            .find_map(|source| self.track(source).latest())
    }

    /// On what [`newest`](Self::newest) was measured.
    pub fn measured(&self) -> Measured {
        let latest = |source: ReportSource| self.track(source).latest().map(|report| report.step);
        match (latest(ReportSource::Validation), latest(ReportSource::WholeValidation), &self.correction) {
            (Some(step), _, Some(correction)) if correction.step == step => Measured::Whole,
            (Some(_), _, Some(correction)) => Measured::Estimated { since: correction.step },
            (Some(_), _, None) => Measured::Part,
            (None, Some(_), _) => Measured::Whole,
            (None, None, _) => Measured::Batches,
        }
    }

    /// Number of reports on the part, counted from the first, that are not corrected.
    pub fn uncorrected(&self) -> usize {
        self.uncorrected
    }

    /// First and last x over all sources and the ledger; `None` before the first report.
    pub fn x_range(&self, axis: XAxis) -> Option<RangeInclusive<f64>> {
        let tracks = self.tracks.iter().chain([self.ledger.track()]);
        let ends = tracks.filter_map(|t| Some((*t.x(axis).first()?, *t.x(axis).last()?)));
        ends.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))).map(|(first, last)| first..=last)
    }
}
