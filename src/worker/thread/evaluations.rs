//! Evaluations stay with their run: in its history, and in the folder where the run is.

use super::Worker;
use crate::files;
use crate::train::{KeptEvaluation, RunFolder, TrainError};
use crate::worker::evaluation::Evaluation;
use crate::worker::protocol::{Event, Level};
use std::path::Path;

impl Worker {
    /// Add a finished evaluation to the history, and to the run's folder if the evaluated state is saved there; if not,
    /// the evaluation goes where the run is saved next. The evaluation of a model that has diverged is not kept.
    pub(super) fn keep_evaluation(&mut self, evaluation: &Evaluation) {
        if !evaluation.elbo.is_finite() {
            return;
        }
        let Ok(value) = serde_json::to_value(evaluation) else { return };
        let kept = KeptEvaluation::new(files::now(), value);
        let home = self.home.as_ref().filter(|(_, saved)| evaluation.step <= *saved);
        match home.map(|(folder, _)| (folder, RunFolder::at(folder).keep_evaluation(&kept))) {
            // It is in the run's own folder: nothing of the run waits to be saved for it.
            Some((folder, Ok(()))) if self.options.autosave.as_ref() == Some(folder) => self.autosaved.1 += 1,
            Some((_, Err(error))) => {
                self.log(Level::Warning, format!("the evaluation is not kept with its run: {error}"));
            }
            _ => {}
        }
        self.shared.with_history(|history| history.evaluations.push(kept));
    }

    /// Put the history's evaluations into a folder where the run was saved. In the window's own folder, which may have
    /// held another run before, they take the place of those that are there. In any other folder they are added, since
    /// other processes may have evaluated this run too.
    pub(super) fn save_evaluations(&self, folder: &RunFolder) -> Result<(), TrainError> {
        let evaluations = self.shared.with_history(|history| history.evaluations.clone());
        let is_own = self.options.autosave.as_deref() == Some(folder.path());
        match is_own && self.options.beside_window {
            true => folder.replace_evaluations(&evaluations)?,
            false => folder.keep_evaluations(&evaluations)?,
        }
        Ok(())
    }

    /// Take the evaluations of a run's folder, of states up to step `last`, into the history. Lines that cannot be read
    /// are warned of, and stay in the folder.
    pub(super) fn read_evaluations(&self, folder: &Path, last: u64) {
        let (mut evaluations, wrong) = RunFolder::at(folder).evaluations();
        wrong.into_iter().for_each(|why| self.log(Level::Warning, why));
        evaluations.retain(|evaluation| evaluation.step() <= last);
        self.shared.with_history(|history| history.evaluations = evaluations);
    }

    /// Pass an event on; an evaluation is kept first, so that whoever hears of it finds it in the history.
    pub(super) fn tell(&mut self, event: Event) {
        if let Event::Evaluated(evaluation) = &event {
            self.keep_evaluation(evaluation);
        }
        self.shared.push_event(event);
    }
}
