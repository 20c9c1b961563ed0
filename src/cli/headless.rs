//! A worker for the command line: wait for it, and turn its events into results or failures.

use super::arguments::RunArgs;
use super::progress::Progress;
use crate::explore::{Answer, Question};
use crate::train::At;
use crate::worker::{
    Answered, Asker, Client, Command, Event, Failure, ForkRequest, Level, LoadOptions, Status, WorkerOptions, spawn,
};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Time between two looks at the worker.
const POLL: Duration = Duration::from_millis(10);
const ASKER: Asker = Asker("command line");

/// A worker whose warnings are written to standard error.
pub struct Headless {
    pub client: Client,
}

impl Headless {
    /// A new worker; `autosave` is the folder in which the run is saved every few minutes, if any.
    pub fn new(autosave: Option<PathBuf>) -> Self {
        Self { client: spawn(WorkerOptions { autosave, ..WorkerOptions::default() }) }
    }

    /// A worker with the run that the arguments name, on the device that they name.
    pub fn open(args: &RunArgs) -> Result<Self, Failure> {
        let headless = Self::new(None);
        headless.load(&args.run, args.options())?;
        Ok(headless)
    }

    /// Have a run loaded, and wait until it is there and the status says so.
    pub fn load(&self, run: &Path, options: LoadOptions) -> Result<(), Failure> {
        self.client.send(Command::Load(run.to_path_buf(), options));
        let mut loaded = false;
        self.wait(&Progress::new(), |status, event| {
            loaded |= matches!(event, Some(Event::Loaded { .. }));
            (loaded && status.experiment.is_some()).then_some(())
        })
    }

    /// Have a fork of a run begun, and wait until it is there and the status says so.
    pub fn fork(&self, request: ForkRequest) -> Result<(), Failure> {
        self.client.send(Command::Fork(Box::new(request)));
        self.wait(&Progress::new(), |status, _| status.experiment.is_some().then_some(()))
    }

    /// Wait until `ready` returns something. It is called with every event except log lines, and between events with
    /// the newest status.
    ///
    /// # Errors
    /// The first failure that the worker reports.
    pub fn wait<T>(
        &self,
        progress: &Progress,
        mut ready: impl FnMut(&Status, Option<&Event>) -> Option<T>,
    ) -> Result<T, Failure> {
        loop {
            // The status first: what led to it is then among the events.
            let status = self.client.status();
            for event in self.client.drain_events() {
                match &event {
                    Event::Log { level: Level::Warning | Level::Error, text } => {
                        progress.note(&format!("warning: {text}"));
                    }
                    Event::Log { text, .. } => progress.note(text),
                    Event::Failed(failure) => return Err(failure.clone()),
                    Event::Ended => return Err(Failure::run("the worker ended early")),
                    other => {
                        if let Some(value) = ready(&status, Some(other)) {
                            return Ok(value);
                        }
                    }
                }
            }
            if let Some(value) = ready(&status, None) {
                return Ok(value);
            }
            std::thread::sleep(POLL);
        }
    }

    /// Ask a question and wait for the answer about the present model. Training must be paused.
    pub fn ask(&self, question: Question) -> Result<Arc<Answered>, Failure> {
        self.client.send(Command::Ask(ASKER, question.clone()));
        let answered = self.wait(&Progress::new(), |status, _| {
            self.client.answer(ASKER).filter(|a| a.question == question && a.run == status.run && a.step == status.step)
        });
        self.client.send(Command::Unask(ASKER));
        answered
    }

    /// Ask a question about a state of the run, and wait for the answer.
    pub fn ask_at(&self, at: At, question: Question) -> Result<Arc<Answered>, Failure> {
        let before = self.client.answer(ASKER).map_or(0, |answered| answered.serial);
        self.client.send(Command::AskAt(ASKER, at, question.clone()));
        let answered = self.wait(&Progress::new(), |_, _| {
            self.client.answer(ASKER).filter(|a| a.serial > before && a.at == Some(at) && a.question == question)
        });
        self.client.send(Command::Unask(ASKER));
        let answered = answered?;
        match &answered.answer {
            Answer::NoState(why) => Err(Failure::Input(format!("the state was not looked at: {why}"))),
            _ => Ok(answered),
        }
    }

    /// Write the run folder.
    pub fn save(&self, folder: &Path) -> Result<(), Failure> {
        self.client.send(Command::Save(folder.to_path_buf()));
        self.wait(&Progress::new(), |_, event| matches!(event, Some(Event::Saved(_))).then_some(()))
    }
}
