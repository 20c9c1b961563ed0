//! The queue in motion: the next experiment starts when the run before it is over.

use super::App;
use crate::ui::format;
use crate::ui::queue::{EntryState, QueueAsks};
use crate::ui::run_line::run_name;
use crate::ui::toasts::Mood;
use crate::worker::{Command, RunState};

impl App {
    /// Start a run of the form's experiment, before all that waits.
    pub(super) fn start_form(&mut self) {
        self.session.start(&self.state.experiment);
        self.state.queue.begun(self.state.experiment.clone());
    }

    /// The prepared run of the form's experiment begins.
    pub(super) fn begin_prepared(&mut self) {
        if self.session.status.last_step == 0
            && self.state.queue.running().is_none()
            && let Some(experiment) = self.session.running().cloned()
        {
            self.state.queue.begun(experiment);
        }
    }

    /// Put the form's experiment behind all others; from now on the form is free for the next.
    pub(super) fn add_to_queue(&mut self) {
        self.session.free_form();
        self.state.queue.add(self.state.experiment.clone());
        let name = run_name(&self.state.experiment);
        let waiting = match self.state.queue.waiting() {
            1 => "1 experiment waits".into(),
            count => format!("{} experiments wait", format::count(count as u64)),
        };
        let held = if self.state.queue.is_held() { "; the queue is paused" } else { "" };
        self.say(Mood::Success, format!("{name} is in the queue: {waiting}{held}. The form is free for the next."));
    }

    /// Note what became of the run that trains, and start the next experiment when there is nothing to wait for. Must
    /// be called in every frame.
    pub(super) fn follow_queue(&mut self) {
        // A command has been sent that the worker has not carried out yet.
        if !self.session.is_settled() {
            return;
        }
        let status = &self.session.status;
        let queue = &mut self.state.queue;
        match &status.state {
            RunState::Finished(why) => queue.ended(EntryState::Finished { why: why.clone(), steps: status.last_step }),
            RunState::Failed(why) => queue.ended(EntryState::Failed(why.clone())),
            RunState::Idle => queue.ended(EntryState::Ended("Called off before it began.".into())),
            RunState::Preparing(_) | RunState::Running | RunState::Paused => {}
        }
        // Whoever pauses a run, or has it evaluated, wants to look at it.
        let free = match status.state {
            RunState::Idle | RunState::Finished(_) | RunState::Failed(_) => status.jobs.is_empty(),
            RunState::Paused => status.last_step == 0,
            RunState::Preparing(_) | RunState::Running => false,
        };
        if free && let Some(experiment) = queue.start_next() {
            self.session.start(&experiment);
            self.session.free_form();
            let left = self.state.queue.waiting();
            self.say(Mood::Info, format!("The queue goes on with {}; {left} more wait.", run_name(&experiment)));
        }
    }

    /// The user has stopped the run that trains.
    pub(super) fn run_stopped(&mut self, step: u64) {
        if self.state.queue.stopped(step) {
            self.say(
                Mood::Info,
                "The queue waits, since its run was stopped: Go on in the Queue pane starts the next.",
            );
        }
    }

    pub(super) fn ask_queue(&mut self, asks: QueueAsks) {
        let queue = &mut self.state.queue;
        match asks {
            QueueAsks::Add if self.check.sound() => self.add_to_queue(),
            QueueAsks::Add => self.say(Mood::Error, "The form's experiment has errors: mend them first."),
            QueueAsks::Earlier(id) => queue.swap(id, false),
            QueueAsks::Later(id) => queue.swap(id, true),
            QueueAsks::Cancel(id) => {
                if queue.cancel(id) {
                    self.session.send(Command::Stop);
                }
            }
            QueueAsks::Again(id) => queue.again(id),
            QueueAsks::Open(id) => self.open_entry(id),
            QueueAsks::Hold(held) => queue.hold(held),
            QueueAsks::ForgetOver => queue.forget_over(),
        }
    }

    /// Put an entry's experiment in the form. With that of the run that trains, form and run go together again.
    fn open_entry(&mut self, id: u64) {
        let running = self.state.queue.running().is_some_and(|entry| entry.id == id);
        let of_run = self.session.running().filter(|_| running).cloned();
        let Some(experiment) = of_run.or_else(|| self.state.queue.entry(id).map(|entry| entry.experiment.clone()))
        else {
            return;
        };
        self.state.replace(experiment);
        self.state.file = None;
        if running {
            self.session.bind_form();
        }
    }
}
