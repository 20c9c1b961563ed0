//! The last good state: parameters whose bound on validation images is a finite number.

use super::Trainer;
use crate::data::Split;
use crate::train::TrainError;

impl Trainer {
    /// Keep the state as it is now: its bound has been measured on validation images, on the `whole` split or on some
    /// of them, or a run begins with it. What is finite on some images may be infinite on others, so a state that was
    /// measured on some takes the place of no state that was measured on all.
    pub(super) fn keep_good(&mut self, whole: bool) {
        let state = (self.progress.step, self.current.clone());
        if whole {
            (self.good, self.surely_good) = (None, Some(state));
        } else {
            self.good = Some(state);
        }
    }

    /// Go back to the last good state, after a bound or a gradient that is not finite: what has been finite on a batch
    /// may be infinite on other images. Says which state the run has now.
    ///
    /// # Errors
    /// A device that fails.
    pub(super) fn fall_back(&mut self) -> Result<String, TrainError> {
        let diverged = (self.progress.step, self.current.clone());
        let kept = [self.good.take(), self.surely_good.take()];
        for (step, snapshot) in std::iter::once(diverged.clone()).chain(kept.into_iter().flatten()) {
            self.current = snapshot;
            if self.has_finite_bound()? {
                self.surely_good = Some((step, self.current.clone()));
                return Ok(format!("The parameters are those after step {step}, the last ones known to be good."));
            }
        }
        self.current = diverged.1;
        Ok("No parameters of this run are known whose bound on validation images is finite.".into())
    }

    /// Whether the bound on all validation images is a number.
    fn has_finite_bound(&self) -> Result<bool, TrainError> {
        Ok(self.measure(Split::Validation, None)?.is_finite())
    }

    /// Leave no diverged parameters at a run's end: those that its last step made have been measured on no batch.
    ///
    /// # Errors
    /// [`TrainError::NonFinite`] where they are; a device that fails.
    pub(super) fn check_end(&mut self) -> Result<(), TrainError> {
        if self.has_finite_bound()? {
            return Ok(());
        }
        let state = self.fall_back()?;
        Err(TrainError::NonFinite(super::nonfinite::at_the_end(self.progress.step, &state)))
    }
}
