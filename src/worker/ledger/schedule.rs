//! The schedule of the ledger's measurements.

use super::measurement::Measurement;
use super::options::LedgerOptions;
use crate::sliced::Sliced;
use crate::train::{LedgerEntry, TrainError, Trainer};
use std::time::{Duration, Instant};

/// Share of the time that the ledger takes while the model trains.
const SHARE: f64 = 0.2;
/// Largest time in seconds that the ledger may use at once, so that it never stops training for long.
const CREDIT_MAX: f64 = 0.1;
/// Least time between two entries while the model trains.
const APART: Duration = Duration::from_millis(250);

/// Starts the ledger's measurements and gives them their slices.
#[derive(Default)]
pub struct LedgerSchedule {
    options: Option<LedgerOptions>,
    current: Option<Box<Measurement>>,
    /// The step of the newest entry, and the time when it was finished.
    last: Option<(u64, Instant)>,
    /// Seconds that training has earned for the ledger; negative after a long slice.
    credit: f64,
}

impl LedgerSchedule {
    /// Measure with these options from now on; `None` stops the ledger.
    pub fn set(&mut self, options: Option<LedgerOptions>) {
        let options = options.map(|o| LedgerOptions { images: o.images.max(1), samples: o.samples.max(1) });
        if options != self.options {
            *self = Self { options, ..Self::default() };
        }
    }

    /// Begin anew for another model; `last` is the step of the newest entry that was read with it.
    pub fn renew(&mut self, last: Option<u64>) {
        *self = Self { options: self.options, last: last.map(|step| (step, Instant::now())), ..Self::default() };
    }

    /// Whether there is something to measure while the model, after step `step`, is not trained.
    pub fn has_work(&self, step: u64) -> bool {
        self.options.is_some() && (self.current.is_some() || self.is_due(step))
    }

    /// Whether an entry is due. A model without any training is not measured yet, since a further edit may replace it.
    fn is_due(&self, step: u64) -> bool {
        step > 0 && self.last.is_none_or(|(last, _)| last != step)
    }

    /// Credit the ledger for training time.
    pub fn earn(&mut self, trained: Duration) {
        self.credit = (self.credit + trained.as_secs_f64() * SHARE / (1.0 - SHARE)).min(CREDIT_MAX);
    }

    /// Do a slice of a measurement if one is due. Returns the entry once it is complete.
    ///
    /// # Errors
    /// The device fails.
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
