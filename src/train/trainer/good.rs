//! The last good state: one whose bound on validation images is a finite number.

use super::Trainer;
use crate::data::Split;
use crate::train::history::DeedKind;
use crate::train::state::State;
use crate::train::{Interval, TrainError};

impl Trainer {
    /// Keep the present state as good. Either its bound is finite on validation images (all of them if `whole`, else
    /// some), or the run begins with it. A bound that is finite on some images may be infinite on others, so a state
    /// that was measured on some images never replaces one that was measured on all.
    ///
    /// # Errors
    /// The device fails.
    pub(super) fn keep_good(&mut self, whole: bool) -> Result<(), TrainError> {
        let state = self.state(self.unreported()?);
        if whole {
            (self.good, self.surely_good) = (None, Some(state));
        } else {
            self.good = Some(state);
        }
        Ok(())
    }

    fn state(&self, interval: Interval) -> State {
        State { snapshot: self.current.clone(), progress: self.progress, interval }
    }

    /// Go back to the last good state, after a bound or a gradient that is not finite: what has been finite on a batch
    /// may be infinite on other images. The run is then as it was at that state's step, so that whatever is saved or
    /// measured of it says the step that its parameters are of. Says which state the run has now.
    ///
    /// # Errors
    /// The device fails.
    pub(super) fn fall_back(&mut self) -> Result<String, TrainError> {
        let interval = std::mem::take(&mut self.interval);
        let diverged = self.state(interval);
        let kept = [self.good.take(), self.surely_good.take()];
        for state in std::iter::once(diverged.clone()).chain(kept.into_iter().flatten()) {
            self.current = state.snapshot.clone();
            if self.finite_bound()?.is_some() {
                let (from, step) = (diverged.progress.step, state.progress.step);
                let told = format!("it had diverged, and went back from step {from} to step {step}");
                self.note(DeedKind::FellBack, told);
                self.history.cut(step);
                self.surely_good = Some(state.clone());
                self.go_back_to(state);
                return Ok(format!("The parameters are those after step {step}, the last ones known to be good."));
            }
        }
        self.go_back_to(diverged);
        Ok(format!("No parameters of this run are known whose bound on {} images is finite.", self.validation()))
    }

    /// Be as the run was. Batches that were drawn since come again.
    fn go_back_to(&mut self, State { snapshot, progress, interval }: State) {
        (self.current, self.progress, self.interval) = (snapshot, progress, interval);
        self.pending.clear();
        (self.measured_from, self.measuring) = (None, None);
        self.staged = None;
        self.batches = Self::batches_from(&self.experiment, &self.dataset, &self.progress);
    }

    /// The bound on all validation images, if it is finite.
    fn finite_bound(&self) -> Result<Option<f64>, TrainError> {
        let report = self.measure(Split::Validation, None)?;
        Ok(report.is_finite().then_some(report.elbo))
    }

    /// Leave no diverged parameters where the training ends: those that its last step made have been measured on no
    /// batch. The bound on all validation images.
    ///
    /// # Errors
    /// [`TrainError::NonFinite`] if they have diverged; the device fails.
    pub(crate) fn check_end(&mut self) -> Result<f64, TrainError> {
        if let Some(bound) = self.finite_bound()? {
            return Ok(bound);
        }
        let step = self.progress.step;
        let state = self.fall_back()?;
        Err(TrainError::NonFinite(crate::train::nonfinite::at_the_end(step, self.validation(), &state)))
    }
}
