//! The run beside the form: the experiment that the model was built from, the edits that reach it while it trains, and
//! the changes since.

use crate::experiment::{BetaSchedule, Experiment, Extension, ImageShape, Length};
use crate::worker::{Answered, Asker, Client, Command, Event, History, LedgerOptions, LiveEdit, RunState, Status};
use std::sync::Arc;

/// The worker's client with the newest status.
pub struct Session {
    client: Client,
    /// The newest status.
    pub status: Status,
    /// What the model was built from, with the live edits sent since.
    running: Option<Box<Experiment>>,
    /// What the worker was last told about the ledger.
    ledger: Option<Option<LedgerOptions>>,
}

impl Session {
    pub(crate) fn new(client: Client) -> Self {
        let status = client.status();
        Self { client, status, running: None, ledger: None }
    }

    /// Read the newest status, and return the events since the last call.
    pub(crate) fn poll(&mut self) -> Vec<Event> {
        let status = self.client.status();
        if status.run != self.status.run {
            // A new model: it may have been read from a folder, so the worker knows best what it was built from.
            self.running = status.experiment.as_deref().cloned().map(Box::new);
        }
        self.status = status;
        self.client.drain_events()
    }

    pub(crate) fn send(&self, command: Command) {
        self.client.send(command);
    }

    /// Keep the ledger with these options from now on.
    pub(crate) fn keep_ledger(&mut self, options: Option<LedgerOptions>) {
        if self.ledger != Some(options) {
            self.ledger = Some(options);
            self.send(Command::Ledger(options));
        }
    }

    /// The newest answer to an asker.
    pub fn answer(&self, asker: Asker) -> Option<Arc<Answered>> {
        self.client.answer(asker)
    }

    /// Read the run's history, which the worker may not change meanwhile.
    pub fn with_history<R>(&self, read: impl FnOnce(&History) -> R) -> R {
        self.client.with_history(read)
    }

    /// Add reports as if the run had made them.
    #[cfg(test)]
    pub(crate) fn remember(&self, reports: Vec<crate::train::Report>) {
        self.client.remember(reports);
    }

    /// Start a run of the experiment.
    pub(crate) fn start(&mut self, experiment: &Experiment) {
        self.running = Some(Box::new(experiment.clone()));
        self.send(Command::Start(Box::new(experiment.clone())));
    }

    /// Prepare a run of the experiment, paused before its first step, so that training can begin at once.
    pub(crate) fn prepare(&mut self, experiment: &Experiment) {
        self.running = Some(Box::new(experiment.clone()));
        self.send(Command::Prepare(Box::new(experiment.clone())));
    }

    /// Extend the run to this length, also past the planned end; `extension` decides what the schedule does.
    pub(crate) fn extend(&mut self, length: Length, extension: Extension) {
        if let Some(running) = &mut self.running {
            running.training.extend(length, extension, self.status.steps_per_epoch as f64);
        }
        self.send(Command::Extend(length, extension));
        self.send(Command::Resume);
    }

    /// The experiment that the model was built from, with the edits sent since.
    pub fn running(&self) -> Option<&Experiment> {
        self.running.as_deref()
    }

    /// The images' shape, if the model's data are those of `experiment` and have been read.
    pub(crate) fn image_shape(&self, experiment: &Experiment) -> Option<ImageShape> {
        let same = self.status.experiment.as_ref().is_some_and(|of| of.data.source == experiment.data.source);
        self.status.image_shape.filter(|_| same)
    }

    /// Whether there is a model with at least one training step.
    pub(crate) fn has_trained(&self) -> bool {
        self.status.experiment.is_some() && self.status.step > 0
    }

    /// Whether there is a model that could take steps but does not.
    pub fn is_waiting(&self) -> bool {
        matches!(self.status.state, RunState::Paused | RunState::Finished(_))
    }

    /// Whether there is a run that can be ended.
    pub(crate) fn can_stop(&self) -> bool {
        self.status.state == RunState::Running || (self.status.state == RunState::Paused && self.status.step > 0)
    }

    /// Whether a run is in progress: steps have been taken, and more may follow.
    pub(crate) fn under_way(&self) -> bool {
        let trains = self.status.state == RunState::Running;
        trains || (self.status.state == RunState::Paused && self.status.step > 0)
    }

    /// Whether the model was built from another experiment than `experiment`, apart from names and notes.
    pub(crate) fn changed(&self, experiment: &Experiment) -> bool {
        self.running.as_deref().is_some_and(|running| {
            let named = Experiment { name: running.name.clone(), notes: running.notes.clone(), ..experiment.clone() };
            named != *running
        })
    }

    /// Send what has been edited of the fields that a run takes over while it trains; returns what was sent. `usable`
    /// says whether the value at a field path is one (validation found no error there).
    pub(crate) fn send_live_edits(&mut self, edited: &Experiment, usable: impl Fn(&str) -> bool) -> Vec<LiveEdit> {
        if !self.under_way() {
            return Vec::new();
        }
        let Some(running) = &mut self.running else { return Vec::new() };
        let edits = live_edits(running, edited, usable);
        for &edit in &edits {
            self.client.send(Command::Edit(edit));
        }
        edits
    }
}

/// The differences that a run takes over while it trains, also made to `running`.
fn live_edits(running: &mut Experiment, edited: &Experiment, usable: impl Fn(&str) -> bool) -> Vec<LiveEdit> {
    let mut edits = Vec::new();
    if let BetaSchedule::Constant(beta) = edited.objective.beta
        && running.objective.beta != edited.objective.beta
        && usable("objective.beta")
    {
        running.objective.beta = edited.objective.beta;
        edits.push(LiveEdit::Beta(beta));
    }
    let rate = edited.training.learning_rate;
    if running.training.learning_rate != rate && usable("training.learning_rate") {
        running.training.learning_rate = rate;
        edits.push(LiveEdit::LearningRate(rate));
    }
    let samples = edited.objective.samples;
    if running.objective.samples != samples && usable("objective.samples") {
        running.objective.samples = samples;
        edits.push(LiveEdit::Samples(samples));
    }
    let batch = edited.training.batch;
    if running.training.batch != batch && usable("training.batch") {
        running.training.batch = batch;
        edits.push(LiveEdit::BatchSize(batch));
    }
    edits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_live_field_is_sent_once_and_only_where_it_is_usable() {
        let mut running = Experiment::default();
        let mut edited = running.clone();
        edited.objective.beta = BetaSchedule::Constant(4.0);
        edited.objective.samples = 16;
        edited.training.learning_rate = 3e-4;
        edited.training.batch = 0;
        let sent = live_edits(&mut running, &edited, |path| path != "training.batch");
        assert_eq!(sent, [LiveEdit::Beta(4.0), LiveEdit::LearningRate(3e-4), LiveEdit::Samples(16)]);
        assert_eq!(live_edits(&mut running, &edited, |path| path != "training.batch"), []);
        assert_ne!(running.training.batch, 0);
    }

    #[test]
    fn a_warm_up_is_not_a_live_edit() {
        let mut running = Experiment::default();
        let mut edited = running.clone();
        edited.objective.beta = BetaSchedule::Warmup { from: 0.0, to: 1.0, epochs: 5.0 };
        assert_eq!(live_edits(&mut running, &edited, |_| true), []);
        assert_ne!(running, edited);
    }
}
