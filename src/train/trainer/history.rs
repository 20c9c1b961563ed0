//! The history of the run in training: states that are kept on its way, what is done to it, and going back to look.

use super::Trainer;
use crate::experiment::{Experiment, HistoryEstimate, history_estimate};
use crate::train::history::{At, Deed, DeedKind, Kept, RunHistory, by};
use crate::train::state::{Last, LastState, State};
use crate::train::{Interval, TrainError, TrainingDevice};
use std::path::PathBuf;
use std::sync::Arc;

/// A kept state that was looked at and that the trainer can look at again.
pub struct Looked(Box<Last>);

impl Trainer {
    /// The states that were kept of the run, and what was done to it.
    pub fn history(&self) -> &RunHistory {
        &self.history
    }

    /// The room that the history of the run takes at most.
    pub fn history_estimate(&self) -> HistoryEstimate {
        history_estimate(&self.experiment, self.model.plan())
    }

    /// The state after the last step, also while another is looked at.
    pub fn last(&self) -> LastState<'_> {
        match &self.last {
            None => LastState { experiment: &self.experiment, snapshot: &self.current, progress: &self.progress },
            Some(last) => {
                let State { snapshot, progress, .. } = &last.state;
                LastState { experiment: &last.experiment, snapshot, progress }
            }
        }
    }

    /// Number of epochs that the run has made, a fraction included, also while a kept state is looked at.
    pub fn last_epochs(&self) -> f64 {
        self.epochs_of(self.last().progress)
    }

    /// The sums of the last state, while a kept one is looked at.
    pub(super) fn last_interval(&self) -> Option<&Interval> {
        self.last.as_ref().map(|last| &last.state.interval)
    }

    /// Whether a kept state is looked at, not that after the last step.
    pub fn looks_back(&self) -> bool {
        self.last.is_some()
    }

    /// Look at a kept state: until [`look_at_last`](Self::look_at_last), or until the run goes on or is changed, the
    /// trainer's parameters, progress and experiment are those of its step.
    ///
    /// # Errors
    /// There is no such state, or its file is missing or damaged.
    pub fn look_at(&mut self, at: At) -> Result<(), TrainError> {
        self.look_at_last();
        let found = self.history.find(at, self.progress.step).map_err(TrainError::Checkpoint)?;
        let Some(kept) = found else { return Ok(()) };
        let state = kept.state(&self.model, &self.device)?;
        let experiment = Experiment { device: self.experiment.device, ..(*kept.experiment).clone() };
        self.look_again(Looked(Box::new(Last { experiment, state })))
    }

    /// Be at the state after the last step again.
    pub fn look_at_last(&mut self) {
        self.put_aside();
    }

    /// Go to the state after the last step; returns the kept state that was looked at, for
    /// [`look_again`](Self::look_again), or `None` if none was.
    pub fn put_aside(&mut self) -> Option<Looked> {
        let mut last = self.last.take()?;
        self.exchange(&mut last);
        Some(Looked(last))
    }

    /// Look again at a kept state that was put aside, whatever the run has done since: the run itself goes on as if
    /// nobody looked.
    ///
    /// # Errors
    /// The device fails.
    pub fn look_again(&mut self, Looked(mut looked): Looked) -> Result<(), TrainError> {
        self.look_at_last();
        self.read_pending()?;
        self.exchange(&mut looked);
        self.last = Some(looked);
        Ok(())
    }

    fn exchange(&mut self, other: &mut Last) {
        let Last { experiment, state: State { snapshot, progress, interval } } = other;
        std::mem::swap(&mut self.experiment, experiment);
        std::mem::swap(&mut self.current, snapshot);
        std::mem::swap(&mut self.progress, progress);
        std::mem::swap(&mut self.interval, interval);
    }

    /// Where the run has converged, look at its best state; says which, unless that is the last.
    ///
    /// # Errors
    /// The best state's file is missing or damaged.
    pub fn end_on_best(&mut self) -> Result<Option<String>, TrainError> {
        let last = self.last().progress.step;
        let Some(best) = self.history.best().filter(|best| best.step() != last) else { return Ok(None) };
        if !self.until_converged() || self.finished().is_none() {
            return Ok(None);
        }
        let text = format!(
            "the run ends on its best state, that of step {}, with {} nats per image on all validation images; the \
             last state, of step {last}, is kept too (--at last)",
            best.step(),
            best.head.bound.map_or_else(|| "an unknown bound of".into(), |bound| format!("{bound:.3}"))
        );
        self.look_at(At::Best)?;
        // Edits that were made after the best state stay in the run's experiment.
        if let Some(last) = &self.last {
            self.experiment.clone_from(&last.experiment);
        }
        Ok(Some(text))
    }

    /// Tell of something that was done to the run.
    pub fn note(&mut self, kind: DeedKind, detail: String) {
        let progress = self.last().progress;
        let deed = Deed::now(progress.step, self.epochs_of(progress), kind, detail);
        self.history.record(deed);
    }

    /// Tell of a change that was made to the run's experiment, and keep the state at which it was made.
    ///
    /// # Errors
    /// The device fails.
    pub fn note_edit(&mut self, kind: DeedKind, detail: String) -> Result<(), TrainError> {
        self.look_at_last();
        self.note(kind, detail);
        let step = self.progress.step;
        // The change belongs to what goes on from a state that was kept at this step before it.
        let experiment = Arc::new(self.experiment.clone());
        for kept in self.history.at_step(step) {
            kept.experiment = experiment.clone();
            (kept.head.is_edit, kept.head.progress) = (true, self.progress);
        }
        if self.history.room().states > 0 && self.history.kept().last().is_none_or(|kept| kept.step() != step) {
            let mut kept = self.present(experiment, self.history.room().moments)?;
            kept.head.is_edit = true;
            self.history.keep(kept);
        }
        Ok(())
    }

    /// Before a step: what a run begins with, or that it goes on.
    pub(super) fn begin_history(&mut self) -> Result<(), TrainError> {
        if std::mem::take(&mut self.returned) {
            let by = by(&self.device);
            self.note(DeedKind::Resumed, by);
        }
        if self.progress.step == 0 { self.keep_history(None) } else { Ok(()) }
    }

    /// Keep the present state if it is due, or if its bound on all validation images, where it was measured, is the
    /// best.
    pub(super) fn keep_history(&mut self, bound: Option<f64>) -> Result<(), TrainError> {
        let bound = bound.filter(|bound| bound.is_finite() && !self.dataset.validates_on_training());
        let is_due = self.history.is_due(self.progress.step);
        let is_best = bound.is_some_and(|bound| self.history.is_better(bound));
        if !is_due && !is_best {
            return Ok(());
        }
        let experiment = Arc::new(self.experiment.clone());
        if is_due {
            let mut kept = self.present(experiment.clone(), self.history.room().moments)?;
            kept.head.bound = bound;
            self.history.keep(kept);
        }
        if is_best {
            let mut kept = self.present(experiment, true)?;
            kept.head.bound = bound;
            self.history.keep_best(kept);
        }
        Ok(())
    }

    /// The present state, to be kept.
    fn present(&self, experiment: Arc<Experiment>, with_moments: bool) -> Result<Kept, TrainError> {
        let state = State { snapshot: self.current.clone(), progress: self.progress, interval: self.unreported()? };
        Ok(Kept::new(state, experiment, with_moments))
    }

    /// Read every kept state into memory. States whose files cannot be read are left out; returns these files with the
    /// errors.
    pub fn read_history(&mut self) -> Vec<(PathBuf, TrainError)> {
        let mut lost = Vec::new();
        let (model, device): (_, &TrainingDevice) = (&self.model, &self.device);
        self.history.retain(|kept| {
            let path = kept.file().map(|file| file.path.clone()).unwrap_or_default();
            kept.read_in(model, device).map_err(|error| lost.push((path, error))).is_ok()
        });
        lost
    }
}
