//! The run beside the form: the experiment that the model was built from, the edits that reach it while it trains, and
//! the changes since.

use super::differences::Difference;
use super::live::LiveField;
use crate::experiment::{Experiment, Extension, ImageShape, Length};
use crate::worker::{Answered, Asker, Client, Command, Event, History, LedgerOptions, LiveEdit, RunState, Status};
use std::sync::Arc;

/// The worker's client with the newest status.
pub struct Session {
    client: Client,
    /// The newest status.
    pub status: Status,
    /// The experiment that the model was built from, with the live edits sent since; while a model is built, the
    /// experiment of that one.
    running: Option<Arc<Experiment>>,
    /// The form's experiment when it was drawn last.
    form: Experiment,
    /// The fields that a hand has edited in the form and that have not been sent.
    by_hand: Vec<LiveField>,
    /// The form is another experiment's than the run's, however alike they are: its edits do not reach the run.
    form_is_free: bool,
    /// The options of the ledger that the worker was last sent.
    ledger: Option<Option<LedgerOptions>>,
}

impl Session {
    pub(crate) fn new(client: Client) -> Self {
        let status = client.status();
        let (form, form_is_free) = (Experiment::default(), false);
        Self { client, status, running: None, form, by_hand: Vec::new(), form_is_free, ledger: None }
    }

    /// Read the newest status, and return the events since the last call.
    pub(crate) fn poll(&mut self) -> Vec<Event> {
        self.status = self.client.status();
        if self.client.is_settled(&self.status) {
            // The worker knows best: what was asked for may have failed, or have been read from a folder.
            self.running.clone_from(&self.status.run_experiment);
        }
        self.client.drain_events()
    }

    /// Whether the status is of after every command that has been sent.
    pub fn is_settled(&self) -> bool {
        self.client.is_settled(&self.status)
    }

    /// From now on the form's edits are those of the next run, not of the one that trains.
    pub(crate) fn free_form(&mut self) {
        self.form_is_free = true;
        self.by_hand.clear();
    }

    /// The form is the run's again, and its edits reach the run.
    pub(crate) fn bind_form(&mut self) {
        self.form_is_free = false;
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

    /// The newest answer to an asker, which is not kept any longer.
    pub(crate) fn take_answer(&self, asker: Asker) -> Option<Arc<Answered>> {
        self.client.take_answer(asker)
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
        self.running = Some(Arc::new(experiment.clone()));
        self.by_hand.clear();
        self.bind_form();
        self.send(Command::Start(Box::new(experiment.clone())));
    }

    /// Prepare a run of the experiment, paused before its first step, so that training can begin at once.
    pub(crate) fn prepare(&mut self, experiment: &Experiment) {
        self.running = Some(Arc::new(experiment.clone()));
        self.by_hand.clear();
        self.bind_form();
        self.send(Command::Prepare(Box::new(experiment.clone())));
    }

    /// Extend the run to this length, also past the planned end; `extension` decides what the schedule does.
    pub(crate) fn extend(&mut self, length: Length, extension: Extension) {
        if let Some(running) = &mut self.running {
            let steps_per_epoch = self.status.steps_per_epoch as f64;
            Arc::make_mut(running).training.extend(length, extension, steps_per_epoch);
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
        self.status.experiment.is_some() && self.status.last_step > 0
    }

    /// Whether there is a model that could take steps but does not.
    pub fn is_waiting(&self) -> bool {
        matches!(self.status.state, RunState::Paused | RunState::Finished(_))
    }

    /// Whether there is a run that can be ended.
    pub(crate) fn can_stop(&self) -> bool {
        self.status.state == RunState::Running || (self.status.state == RunState::Paused && self.status.last_step > 0)
    }

    /// Whether a run is in progress: steps have been taken, and more may follow.
    pub(crate) fn under_way(&self) -> bool {
        let trains = self.status.state == RunState::Running;
        trains || (self.status.state == RunState::Paused && self.status.last_step > 0)
    }

    /// Whether the model was built from another experiment than `experiment`, apart from names and notes.
    pub(crate) fn changed(&self, experiment: &Experiment) -> bool {
        self.running.is_some() && !self.agrees(experiment, &[])
    }

    /// Whether the model was built from this experiment, names, notes and these fields aside.
    fn agrees(&self, experiment: &Experiment, but_for: &[LiveField]) -> bool {
        self.running.as_deref().is_some_and(|running| {
            let mut same = experiment.clone();
            same.name.clone_from(&running.name);
            same.notes.clone_from(&running.notes);
            but_for.iter().for_each(|field| field.copy(running, &mut same));
            same == *running
        })
    }

    /// Whether the form's network and data are the run's: they differ in nothing but what can be edited live.
    pub(crate) fn is_of_the_same_model(&self, form: &Experiment) -> bool {
        self.agrees(form, &LiveField::ALL)
    }

    /// The fields in which the form differs from the run, as the form has them.
    pub(crate) fn differences(&self, form: &Experiment) -> Vec<Difference> {
        self.running.as_deref().map_or_else(Vec::new, |running| Difference::between(form, running))
    }

    /// The fields whose edits reach the run: all but for them, form and run are the same experiment.
    pub(crate) fn live(&self, form: &Experiment) -> Vec<LiveField> {
        if !self.under_way() || self.form_is_free {
            return Vec::new();
        }
        let reaches = |field: &LiveField| self.agrees(form, &[self.by_hand.as_slice(), &[*field]].concat());
        LiveField::ALL.into_iter().filter(reaches).collect()
    }

    /// The form was drawn, and a hand has made `after` of `before`, or left it. Another experiment that has come into
    /// the form otherwise since the last call is no edit of the run.
    pub(crate) fn form_edited(&mut self, before: &Experiment, after: &Experiment) {
        if self.form != *before || !self.under_way() {
            self.by_hand.clear();
        }
        if self.under_way() && !self.form_is_free {
            let edited = LiveField::ALL.into_iter().filter(|field| field.differs(before, after));
            let new: Vec<_> = edited.filter(|field| !self.by_hand.contains(field)).collect();
            self.by_hand.extend(new);
        }
        if self.form != *after {
            self.form = after.clone();
        }
    }

    /// Send what a hand has edited of the fields that a run takes over while it trains, if form and run are the same
    /// experiment otherwise; returns what was sent. `usable` says whether the value at a field path is one (validation
    /// found no error there).
    pub(crate) fn send_live_edits(&mut self, form: &Experiment, usable: impl Fn(&str) -> bool) -> Vec<LiveEdit> {
        if self.by_hand.is_empty() || !self.under_way() || !self.agrees(form, &self.by_hand) {
            return Vec::new();
        }
        let Some(running) = &mut self.running else { return Vec::new() };
        let running = Arc::make_mut(running);
        let mut edits = Vec::new();
        for field in &self.by_hand {
            if let Some(edit) = field.edit(form).filter(|_| field.differs(form, running) && usable(field.path())) {
                field.copy(form, running);
                edits.push(edit);
            }
        }
        self.by_hand.retain(|field| field.differs(form, running));
        edits.iter().for_each(|&edit| self.client.send(Command::Edit(edit)));
        edits
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::BetaSchedule;
    use crate::worker::{WorkerOptions, spawn};

    /// A session whose run of the default experiment is under way, without a worker that trains it.
    fn session() -> (Session, Experiment) {
        let mut session = Session::new(spawn(WorkerOptions::default()));
        let form = Experiment::default();
        session.running = Some(Arc::new(form.clone()));
        session.status =
            Status { state: RunState::Running, experiment: Some(form.clone().into()), ..Status::default() };
        session.form_edited(&form, &form);
        (session, form)
    }

    fn by_hand(session: &mut Session, form: &mut Experiment, edit: impl FnOnce(&mut Experiment)) {
        let before = form.clone();
        edit(form);
        session.form_edited(&before, form);
    }

    #[test]
    fn each_live_field_is_sent_once_and_only_where_it_is_usable() {
        let (mut session, mut form) = session();
        by_hand(&mut session, &mut form, |form| {
            form.objective.beta = BetaSchedule::Constant(4.0);
            form.objective.samples = 16;
            form.training.learning_rate = 3e-4;
            form.training.batch = 0;
        });
        let mut sent = session.send_live_edits(&form, |path| path != "training.batch");
        sent.sort_by_key(|edit| format!("{edit:?}"));
        assert_eq!(sent, [LiveEdit::Beta(4.0), LiveEdit::LearningRate(3e-4), LiveEdit::Samples(16)]);
        assert_eq!(session.send_live_edits(&form, |path| path != "training.batch"), []);
        assert!(session.running().is_some_and(|running| running.training.batch != 0));
        by_hand(&mut session, &mut form, |form| form.training.batch = 50);
        assert_eq!(session.send_live_edits(&form, |_| true), [LiveEdit::BatchSize(50)], "it is mended");
        assert!(!session.changed(&form));
    }

    #[test]
    fn item_01_only_a_hand_edits_a_run_and_only_one_that_is_the_forms() {
        let (mut session, mut form) = session();
        // Something else has put another learning rate into the form.
        form.training.learning_rate = 1_000.0;
        by_hand(&mut session, &mut form, |_| ());
        assert_eq!(session.send_live_edits(&form, |_| true), []);
        // The run is another experiment's than the form, so that K is not the run's to take over.
        assert_eq!(session.live(&form), [LiveField::LearningRate]);
        by_hand(&mut session, &mut form, |form| form.objective.samples = 3);
        assert_eq!(session.send_live_edits(&form, |_| true), []);
        assert_eq!(session.differences(&form).len(), 2);
        // A hand on the field in which alone they differ.
        let (mut session, mut form) = self::session();
        form.training.learning_rate = 1_000.0;
        by_hand(&mut session, &mut form, |_| ());
        by_hand(&mut session, &mut form, |form| form.training.learning_rate = 0.5);
        assert_eq!(session.send_live_edits(&form, |_| true), [LiveEdit::LearningRate(0.5)]);
        // Undo.
        form.training.learning_rate = Experiment::default().training.learning_rate;
        by_hand(&mut session, &mut form, |_| ());
        assert_eq!(session.send_live_edits(&form, |_| true), []);
    }

    #[test]
    fn a_free_form_edits_no_run() {
        let (mut session, mut form) = session();
        session.free_form();
        by_hand(&mut session, &mut form, |form| form.objective.samples = 16);
        assert_eq!(session.live(&form), []);
        assert_eq!(session.send_live_edits(&form, |_| true), []);
        session.bind_form();
        by_hand(&mut session, &mut form, |form| form.objective.samples = 3);
        assert_eq!(session.send_live_edits(&form, |_| true), [LiveEdit::Samples(3)]);
    }

    #[test]
    fn a_warm_up_is_not_a_live_edit() {
        let (mut session, mut form) = session();
        by_hand(&mut session, &mut form, |form| {
            form.objective.beta = BetaSchedule::Warmup { from: 0.0, to: 1.0, epochs: 5.0 };
        });
        assert_eq!(session.send_live_edits(&form, |_| true), []);
        assert!(session.changed(&form));
    }
}
