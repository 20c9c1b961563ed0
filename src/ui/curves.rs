//! The run's reports, ready to plot: fed as they come, drawn at any zoom for the price of a screen's width.

mod decimate;
mod ledger;
mod pyramid;
mod smoothing;

pub use decimate::{Columns, Extent, extents};
pub use ledger::{Ledger, LedgerQuantity};
pub use pyramid::Pyramid;
pub use smoothing::Smoothing;

use crate::data::Split;
use crate::train::Report;
use crate::worker::{History, Mark};
use serde::{Deserialize, Serialize};
use std::ops::{Range, RangeInclusive};

/// Which reports make one curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// Averages over the training batches since the last report.
    Training,
    /// A fixed subset of the validation images, every so often.
    Validation,
    /// The whole validation split, at every epoch.
    WholeValidation,
}

impl Source {
    pub const ALL: [Self; 3] = [Self::Training, Self::Validation, Self::WholeValidation];

    /// The source of a report; `None` for a split that is not plotted over time.
    fn of(report: &Report) -> Option<Self> {
        match (report.split, report.whole) {
            (Split::Train, _) => Some(Self::Training),
            (Split::Validation, false) => Some(Self::Validation),
            (Split::Validation, true) => Some(Self::WholeValidation),
            (Split::Test, _) => None,
        }
    }

    /// In a legend or a table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Training => "training",
            Self::Validation => "validation",
            Self::WholeValidation => "whole validation",
        }
    }
}

/// What is plotted; nats per image unless said otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Quantity {
    Elbo,
    /// Standard error of the ELBO over images.
    ElboError,
    /// E_q[log p(x|z)].
    Reconstruction,
    Kl,
    /// β·KL.
    WeightedKl,
    /// Global norm of the gradient.
    GradientNorm,
    LearningRate,
    /// Images per second.
    Speed,
    /// The importance-weighted bound.
    Iwae,
}

impl Quantity {
    pub const ALL: [Self; 9] = [
        Self::Elbo,
        Self::ElboError,
        Self::Reconstruction,
        Self::Kl,
        Self::WeightedKl,
        Self::GradientNorm,
        Self::LearningRate,
        Self::Speed,
        Self::Iwae,
    ];

    fn of(self, report: &Report) -> f64 {
        match self {
            Self::Elbo => report.elbo,
            Self::ElboError => report.elbo_se,
            Self::Reconstruction => report.reconstruction,
            Self::Kl => report.kl,
            Self::WeightedKl => report.beta * report.kl,
            Self::GradientNorm => report.gradient_norm,
            Self::LearningRate => report.learning_rate,
            Self::Speed => report.images_per_second,
            Self::Iwae => report.iwae,
        }
    }
}

/// The horizontal axis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum XAxis {
    /// Optimiser steps.
    #[default]
    Step,
    /// Passes over the training images.
    Epoch,
    /// Seconds of training.
    Time,
}

impl XAxis {
    pub const ALL: [Self; 3] = [Self::Step, Self::Epoch, Self::Time];

    pub fn name(self) -> &'static str {
        match self {
            Self::Step => "Step",
            Self::Epoch => "Epoch",
            Self::Time => "Time",
        }
    }

    /// Where a mark stands on this axis.
    pub fn of_mark(self, mark: &Mark) -> f64 {
        match self {
            Self::Step => mark.step as f64,
            Self::Epoch => mark.epoch,
            Self::Time => mark.seconds,
        }
    }
}

/// The reports of one source, column by column.
#[derive(Clone, Debug, Default)]
pub struct Track {
    x: [Vec<f64>; 3],
    y: [Pyramid; Quantity::ALL.len()],
    latest: Option<Report>,
}

impl Track {
    pub fn len(&self) -> usize {
        self.x[0].len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Ascending, one entry a report.
    pub fn x(&self, axis: XAxis) -> &[f64] {
        &self.x[axis as usize]
    }

    pub fn y(&self, quantity: Quantity) -> &Pyramid {
        &self.y[quantity as usize]
    }

    /// The newest report, whole.
    pub fn latest(&self) -> Option<&Report> {
        self.latest.as_ref()
    }

    /// The report closest to `x`.
    pub fn nearest(&self, axis: XAxis, x: f64) -> Option<usize> {
        let xs = self.x(axis);
        let after = xs.partition_point(|&v| v < x);
        let before = after.saturating_sub(1);
        let distance = |i: usize| xs.get(i).map(|v| (v - x).abs());
        match (distance(before), distance(after)) {
            (Some(b), Some(a)) => Some(if a < b { after } else { before }),
            (Some(_), None) => Some(before),
            (None, _) => None,
        }
    }

    /// The reports with x in `range`.
    pub fn within(&self, axis: XAxis, range: &RangeInclusive<f64>) -> Range<usize> {
        let xs = self.x(axis);
        let start = xs.partition_point(|v| v < range.start());
        let end = xs.partition_point(|v| v <= range.end());
        start..end.max(start)
    }

    /// Where something was measured.
    fn push_x(&mut self, step: u64, epoch: f64, seconds: f64) {
        for (column, x) in self.x.iter_mut().zip([step as f64, epoch, seconds]) {
            // Time never runs backwards here, whatever a resumed run says: the searches rely on it.
            let last = column.last().copied().unwrap_or(f64::NEG_INFINITY);
            column.push(if x >= last { x } else { last.max(0.0) });
        }
    }

    fn push(&mut self, report: &Report) {
        self.push_x(report.step, report.epoch, report.seconds);
        for (column, quantity) in self.y.iter_mut().zip(Quantity::ALL) {
            column.push(quantity.of(report) as f32);
        }
    }
}

/// Everything plotted over the course of a run.
#[derive(Clone, Debug, Default)]
pub struct Curves {
    run: u64,
    /// Reports copied so far.
    copied: usize,
    tracks: [Track; 3],
    marks: Vec<Mark>,
    ledger: Ledger,
}

impl Curves {
    /// Copy what is new since the last call. When the run is another one, start over and return the curves of the run
    /// that was there before, if it had any. Cheap: call it under the lock.
    pub fn sync(&mut self, history: &History) -> Option<Self> {
        let mut replaced = None;
        let shorter = history.reports.len() < self.copied || history.ledger.len() < self.ledger.entries().len();
        if history.run != self.run || shorter {
            let old = std::mem::replace(self, Self { run: history.run, ..Self::default() });
            replaced = Some(old).filter(|old| !old.is_empty());
        }
        let new = &history.reports[self.copied..];
        for report in new {
            if let Some(source) = Source::of(report) {
                self.tracks[source as usize].push(report);
            }
        }
        for source in Source::ALL {
            // Whole reports carry a vector: only the newest of each source is cloned.
            if let Some(report) = new.iter().rev().find(|r| Source::of(r) == Some(source)) {
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

    /// The same curves as those of another run.
    pub fn numbered(self, run: u64) -> Self {
        Self { run, ..self }
    }

    /// The run these belong to, as [`Status::run`](crate::worker::Status::run).
    pub fn run(&self) -> u64 {
        self.run
    }

    pub fn track(&self, source: Source) -> &Track {
        &self.tracks[source as usize]
    }

    /// The identity, measured through the run.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Live edits.
    pub fn marks(&self) -> &[Mark] {
        &self.marks
    }

    pub fn is_empty(&self) -> bool {
        self.tracks.iter().all(Track::is_empty)
    }

    /// The newest measurement of validation images (on either set), else of training ones.
    pub fn newest(&self) -> Option<&Report> {
        let validation = [Source::Validation, Source::WholeValidation]
            .into_iter()
            .filter_map(|source| self.track(source).latest())
            .max_by(|a, b| a.step.cmp(&b.step).then(a.whole.cmp(&b.whole)));
        validation.or_else(|| self.track(Source::Training).latest())
    }

    /// First and last x over all sources; `None` before the first report.
    pub fn x_range(&self, axis: XAxis) -> Option<RangeInclusive<f64>> {
        let ends = self.tracks.iter().filter_map(|t| Some((*t.x(axis).first()?, *t.x(axis).last()?)));
        ends.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))).map(|(first, last)| first..=last)
    }
}

#[cfg(test)]
mod tests;
