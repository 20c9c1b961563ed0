//! When the ledger's measurements take place.

use super::measurement::Measurement;
use super::options::LedgerOptions;
use crate::sliced::Sliced;
use crate::train::{LedgerEntry, TrainError, Trainer};
use std::time::{Duration, Instant};

/// Share of the time that the ledger takes while the model trains.
const SHARE: f64 = 0.2;
/// Time that may be owed to the ledger at most, so that it never stops training for long.
const CREDIT_MAX: f64 = 0.1;
/// Entries while training are at least this far apart.
const APART: Duration = Duration::from_millis(250);

/// Starts measurements and gives them their slices.
#[derive(Default)]
pub struct LedgerSchedule {
    options: Option<LedgerOptions>,
    current: Option<Box<Measurement>>,
    /// The step of the newest entry, and when it was finished.
    last: Option<(u64, Instant)>,
    /// Seconds that training has earned for the ledger; negative after a long slice.
    credit: f64,
}

impl LedgerSchedule {
    /// Measure so from now on; `None` stops.
    pub fn set(&mut self, options: Option<LedgerOptions>) {
        let options = options.map(|o| LedgerOptions { images: o.images.max(1), samples: o.samples.max(1) });
        if options != self.options {
            *self = Self { options, ..Self::default() };
        }
    }

    /// Another model; `last` is the step of the newest entry that was read with it.
    pub fn renew(&mut self, last: Option<u64>) {
        *self = Self { options: self.options, last: last.map(|step| (step, Instant::now())), ..Self::default() };
    }

    /// Whether there is something to measure of a model that is not being trained.
    pub fn has_work(&self, trainer: &Trainer) -> bool {
        self.options.is_some() && (self.current.is_some() || self.is_due(trainer.progress().step))
    }

    /// A model that has not been trained at all waits until it is: it may only be an edit on the way.
    fn is_due(&self, step: u64) -> bool {
        step > 0 && self.last.is_none_or(|(last, _)| last != step)
    }

    /// Training has taken this long.
    pub fn earn(&mut self, trained: Duration) {
        self.credit = (self.credit + trained.as_secs_f64() * SHARE / (1.0 - SHARE)).min(CREDIT_MAX);
    }

    /// A slice, if it is its turn; an entry when one is complete.
    ///
    /// # Errors
    /// A device that fails.
    pub fn turn(
        &mut self,
        trainer: &Trainer,
        threads: usize,
        training: bool,
    ) -> Result<Option<LedgerEntry>, TrainError> {
        let Some(options) = self.options else { return Ok(None) };
        if training && self.credit <= 0.0 {
            return Ok(None);
        }
        let step = trainer.progress().step;
        let apart = |(_, at): (u64, Instant)| !training || at.elapsed() > APART;
        let mut measurement = match self.current.take() {
            Some(measurement) => measurement,
            None if self.is_due(step) && self.last.is_none_or(apart) => Box::new(Measurement::new(trainer, options)),
            None => return Ok(None),
        };
        let start = Instant::now();
        let done = measurement.slice(trainer, threads)?;
        self.credit = if training { self.credit - start.elapsed().as_secs_f64() } else { 0.0 };
        if !done {
            self.current = Some(measurement);
            return Ok(None);
        }
        self.last = Some((measurement.step(), Instant::now()));
        Ok(Some(measurement.finish()).filter(LedgerEntry::is_finite))
    }
}
