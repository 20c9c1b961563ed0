//! A new run that begins at a state of another.

use super::Worker;
use crate::train::{Fork, RunFolder, TrainError};
use crate::worker::protocol::{Event, ForkRequest, Level, RunState};
use crate::worker::{autosave, replaced};
use std::path::PathBuf;
use std::sync::Arc;

impl Worker {
    /// Begin a fork, paused at its first step; its curves are the parent's up to there. The present run is saved first
    /// where it is the parent.
    pub(super) fn fork(&mut self, request: ForkRequest) -> Result<(), TrainError> {
        match request.run.clone() {
            Some(run) => self.fork_of(run, request),
            None => match self.saved_parent() {
                Ok((run, is_new)) => self.fork_of_present(run, is_new, request),
                Err(error) => {
                    self.shared.push_event(Event::Failed(error.into()));
                    Ok(())
                }
            },
        }
    }

    /// A fork of the present run, which goes on where it cannot be forked: nothing is lost by asking.
    fn fork_of_present(&mut self, run: PathBuf, is_new: bool, request: ForkRequest) -> Result<(), TrainError> {
        let (state, safe) = (self.state.clone(), self.safe.clone());
        let (name, step) = self.run.as_ref().map_or_else(Default::default, |run| {
            let last = run.trainer.last();
            (last.experiment.name.clone(), last.progress.step)
        });
        self.safe = Some(self.safe_in(&run));
        match self.fork_of(run.clone(), request) {
            Ok(()) => {
                if is_new {
                    self.shared.push_event(Event::Replaced { folder: run, name, step });
                    self.forget_origin();
                }
            }
            Err(error) => {
                (self.state, self.safe) = (state, safe);
                if is_new {
                    autosave::forget_run(&run);
                }
                self.shared.push_event(Event::Failed(error.into()));
            }
        }
        Ok(())
    }

    /// The folder that has the present run as it is, and whether it was written for this.
    fn saved_parent(&mut self) -> Result<(PathBuf, bool), TrainError> {
        let Some(run) = &self.run else {
            return Err(TrainError::NoRun("there is no run to fork yet: press Train first.".into()));
        };
        if let Some(safe) = self.safe.as_ref().filter(|safe| self.is_safe() && RunFolder::at(&safe.folder).is_run()) {
            return Ok((safe.folder.clone(), false));
        }
        let Some(root) = &self.options.replaced else {
            let why =
                "the run is to be saved before it is forked, so that the fork can name its parent: Save run… first.";
            return Err(TrainError::NoRun(why.into()));
        };
        let folder = replaced::new_folder(root, &run.trainer.last().experiment.name);
        self.save(&RunFolder::at(&folder))?;
        Ok((folder, true))
    }

    fn fork_of(&mut self, run: PathBuf, request: ForkRequest) -> Result<(), TrainError> {
        let ForkRequest { run: _, at, experiment, reset_optimiser, other_data } = request;
        let folder = RunFolder::at(&run);
        let parent = folder.experiment()?;
        let checkpoint = folder.checkpoint()?;
        checkpoint.notes().iter().for_each(|note| self.log(Level::Info, note.clone()));
        let (dataset, device) = self.open(&experiment)?;
        let is_other = (&experiment.data, experiment.seed) != (&parent.data, parent.seed);
        if let Some(difference) = checkpoint.check_data(&dataset, other_data || is_other)? {
            self.log(Level::Warning, difference);
        }
        let fork = Fork { at, experiment, reset_optimiser };
        let (mut trainer, told) = checkpoint.fork(&parent, fork, dataset, device)?;
        let step = trainer.progress().step;
        self.read_history(&mut trainer, &run);
        let (reports, ledger, marks) = self.tables(&folder, step);
        let room = trainer.history_estimate().told();
        self.install(trainer);
        self.log(Level::Info, told);
        self.log(Level::Info, room);
        self.ledger.renew(ledger.last().map(|entry| entry.step));
        self.shared.with_history(|history| (history.ledger, history.marks) = (ledger, marks));
        self.read_evaluations(&run, step);
        if let Some(child) = &self.run {
            child.record(&self.shared, reports);
            if let Some(why) = child.trainer.finished() {
                self.state = RunState::Finished(why);
            }
            let experiment = Arc::new(child.trainer.experiment().clone());
            self.shared.push_event(Event::Forked { parent: run, step, experiment });
        }
        Ok(())
    }
}
