//! The curves of one run, fed as its reports come.

use super::correction::Correction;
use super::ledger::Ledger;
use super::quantity::{Quantity, ReportSource, XAxis};
use super::track::Track;
use crate::train::{Deed, DeedKind, Report};
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
    /// Numbers of marks and of deeds in the history that `marks` was made of.
    marked: (usize, usize),
    deeds: Vec<Deed>,
    /// The kept state that is looked at, as a place on each axis.
    looked_at: Option<Mark>,
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
        let marked = (history.marks.len(), history.deeds.len());
        if self.marked != marked {
            (self.marked, self.marks) = (marked, all_marks(history));
            self.deeds.clone_from(&history.deeds);
        }
        replaced
    }

    /// Mark a kept state that is looked at, or none.
    pub fn look_at(&mut self, step: Option<u64>) {
        if self.looked_at.as_ref().map(|mark| mark.step) != step {
            self.looked_at = step.map(|step| self.place_of(step));
        }
    }

    /// Where a step lies on each axis, from the reports around it.
    fn place_of(&self, step: u64) -> Mark {
        let tracks = ReportSource::ALL.into_iter().map(|source| self.track(source));
        let nearest = tracks.filter_map(|track| {
            let index = track.nearest(XAxis::Step, step as f64)?;
            Some((XAxis::ALL.map(|axis| track.x(axis)[index]), (track.x(XAxis::Step)[index] - step as f64).abs()))
        });
        let nearest = nearest.min_by(|(_, a), (_, b)| a.total_cmp(b)).map_or([0.0; 3], |(place, _)| place);
        let [_, epoch, seconds] = if step == 0 { [0.0; 3] } else { nearest };
        Mark { step, epoch, seconds, text: format!("step {step}") }
    }

    /// The kept state that is looked at.
    pub fn looked_at(&self) -> Option<&Mark> {
        self.looked_at.as_ref()
    }

    /// The report nearest to a step, of validation images where there is one, made of what the curves have of it: it
    /// has no KL per dimension.
    pub fn report_at(&self, step: u64) -> Option<Report> {
        let sources = [ReportSource::WholeValidation, ReportSource::Validation, ReportSource::Training];
        let found = sources.into_iter().filter_map(|source| {
            let index = self.track(source).nearest(XAxis::Step, step as f64)?;
            Some((self.track(source), index, (self.track(source).x(XAxis::Step)[index] - step as f64).abs()))
        });
        let (track, index, _) = found.min_by(|(.., a), (.., b)| a.total_cmp(b))?;
        let of = |quantity: Quantity| track.y(quantity).get(index);
        let [at, epoch, seconds] = XAxis::ALL.map(|axis| track.x(axis)[index]);
        let newest = self.newest()?.clone();
        let (kl, weighted) = (of(Quantity::Kl), of(Quantity::WeightedKl));
        Some(Report {
            step: at as u64,
            epoch,
            seconds,
            elbo: of(Quantity::Elbo),
            elbo_se: of(Quantity::ElboError),
            reconstruction: of(Quantity::Reconstruction),
            kl,
            kl_per_dimension: Vec::new(),
            iwae: of(Quantity::Iwae),
            beta: if kl != 0.0 { weighted / kl } else { newest.beta },
            learning_rate: of(Quantity::LearningRate),
            gradient_norm: of(Quantity::GradientNorm),
            images_per_second: of(Quantity::Speed),
            ..newest
        })
    }

    /// The deeds of the run's history (begun, resumed, edited, forked, …), in order.
    pub fn deeds(&self) -> &[Deed] {
        &self.deeds
    }

    /// Add the reports that a followed run has written since the last call; where the run has begun `anew`, the given
    /// reports take the place of those before.
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

/// The edits of a run and all else that was done to it, as marks in the order of their steps.
fn all_marks(history: &History) -> Vec<Mark> {
    let mut marks = history.marks.clone();
    for deed in &history.deeds {
        let text = match deed.kind {
            DeedKind::Begun => continue,
            // As they were marked when they were made.
            DeedKind::Edited | DeedKind::Extended
                if history.marks.iter().any(|mark| mark.step == deed.step && mark.text == deed.detail) =>
            {
                continue;
            }
            DeedKind::Edited | DeedKind::Extended => deed.detail.clone(),
            DeedKind::Forked => "fork".into(),
            kind => kind.name().into(),
        };
        let after = history.reports.partition_point(|report| report.step < deed.step);
        let seconds = history.reports.get(after).or(history.reports.last()).map_or(0.0, |report| report.seconds);
        marks.push(Mark { step: deed.step, epoch: deed.epoch, seconds, text });
    }
    marks.sort_by_key(|mark| mark.step);
    marks
}
