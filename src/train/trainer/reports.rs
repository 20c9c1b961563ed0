//! Training reports: sums over steps, averaged when a report is due.

use super::Trainer;
use super::pending::read;
use crate::data::Split;
use crate::train::{Interval, Report, TrainError, nonfinite};

impl Trainer {
    /// Read the terms of the steps since the last reading.
    pub(super) fn read_pending(&mut self) -> Result<(), TrainError> {
        read(std::mem::take(&mut self.pending), &mut self.interval)
    }

    /// The sums for the next training report so far.
    pub(in crate::train) fn unreported(&self) -> Result<Interval, TrainError> {
        if let Some(interval) = self.last_interval() {
            return Ok(interval.clone());
        }
        let mut interval = self.interval.clone();
        read(self.pending.clone(), &mut interval)?;
        Ok(interval)
    }

    /// The training report of the interval that ends here.
    pub(super) fn close_interval(&mut self, beta: f64, rate: f64) -> Result<Report, TrainError> {
        self.read_pending()?;
        let interval = std::mem::take(&mut self.interval);
        if !interval.is_finite() {
            let what = nonfinite::explain_late(self.progress.step, interval.steps);
            return Err(TrainError::NonFinite(what + &nonfinite::help(&self.fall_back()?)));
        }
        if let Some((start, images)) = self.measured_from.take() {
            // A run that was resumed was not here for all of the interval.
            let images = self.progress.images.saturating_sub(images);
            self.images_per_second = images as f64 / start.elapsed().as_secs_f64().max(1e-9);
        }
        let mut report = self.report(Split::Train, false, &interval);
        (report.beta, report.learning_rate) = (beta, rate);
        Ok(report)
    }

    pub(super) fn report(&self, split: Split, whole: bool, interval: &Interval) -> Report {
        Report {
            step: self.progress.step,
            epoch: self.epochs(),
            images: self.progress.images,
            seconds: self.progress.seconds,
            split,
            whole,
            elbo: interval.elbo(),
            elbo_se: interval.elbo_se(),
            reconstruction: interval.reconstruction(),
            kl: interval.kl(),
            kl_per_dimension: interval.kl_per_dimension(),
            iwae: interval.iwae(),
            samples: self.experiment.objective.samples,
            beta: self.beta(),
            learning_rate: self.learning_rate(),
            gradient_norm: interval.gradient_norm(),
            images_per_second: self.images_per_second,
        }
    }
}
