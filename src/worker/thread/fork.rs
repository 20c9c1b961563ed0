//! A new run that begins at a state of another.

use super::Worker;
use crate::train::{Fork, RunFolder, TrainError};
use crate::worker::protocol::{ForkRequest, Level, RunState};

impl Worker {
    /// Begin a fork, paused at its first step; its curves are the parent's up to there.
    pub(super) fn fork(&mut self, request: ForkRequest) -> Result<(), TrainError> {
        let ForkRequest { run, at, experiment, reset_optimiser, other_data } = request;
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
        if let Some(run) = &self.run {
            run.record(&self.shared, reports);
            if let Some(why) = run.trainer.finished() {
                self.state = RunState::Finished(why);
            }
        }
        Ok(())
    }
}
