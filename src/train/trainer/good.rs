//! The last good state: one whose bound on validation images is a finite number.

use super::{State, Trainer};
use crate::data::Split;
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
            if self.has_finite_bound()? {
                let step = state.progress.step;
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
        self.measured_from = None;
        self.staged = None;
        self.batches = Self::batches_from(&self.experiment, &self.dataset, &self.progress);
    }

    /// Whether the bound on all validation images is finite.
    fn has_finite_bound(&self) -> Result<bool, TrainError> {
        Ok(self.measure(Split::Validation, None)?.is_finite())
    }

    /// Leave no diverged parameters where the training ends: those that its last step made have been measured on no
    /// batch.
    ///
    /// # Errors
    /// [`TrainError::NonFinite`] if they have diverged; the device fails.
    pub(crate) fn check_end(&mut self) -> Result<(), TrainError> {
        if self.has_finite_bound()? {
            return Ok(());
        }
        let step = self.progress.step;
        let state = self.fall_back()?;
        Err(TrainError::NonFinite(crate::train::nonfinite::at_the_end(step, self.validation(), &state)))
    }
}
