//! A worker seen from the command line: wait for it, and turn what it says into results or failures.

use super::{Failure, RunArgs};
use crate::explore::Question;
use crate::worker::{Answered, Client, Command, Event, Level, RunState, Status, WorkerOptions, spawn};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// How often the worker is looked at.
const POLL: Duration = Duration::from_millis(10);

/// A worker whose warnings go to standard error.
pub struct Headless {
    pub client: Client,
}

impl Headless {
    pub fn new() -> Self {
        Self { client: spawn(WorkerOptions::default()) }
    }

    /// Wait until `ready` has something; events other than log lines are handed to it.
    ///
    /// # Errors
    /// The first failure that the worker reports.
    pub fn wait<T>(&self, mut ready: impl FnMut(&Status, Option<&Event>) -> Option<T>) -> Result<T, Failure> {
        loop {
            // The status first: what led to it is then among the events.
            let status = self.client.status();
            for event in self.client.drain_events() {
                match &event {
                    Event::Log { level: Level::Warning | Level::Error, text } => eprintln!("warning: {text}"),
                    Event::Log { .. } => {}
                    Event::Failed(message) => return Err(Failure::Run(message.clone())),
                    Event::Ended => return Err(Failure::Run("the worker ended early".into())),
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

    /// Read a run folder.
    pub fn load(folder: &Path) -> Result<Self, Failure> {
        let headless = Self::new();
        headless.client.send(Command::Load(folder.to_path_buf()));
        headless.wait(|_, event| matches!(event, Some(Event::Loaded(_))).then_some(())).map_err(
            |failure| match failure {
                // A folder that cannot be read is wrong input.
                Failure::Run(message) | Failure::Input(message) => Failure::Input(message),
            },
        )?;
        Ok(headless)
    }

    /// Read the run of the arguments, on their device.
    pub fn open(args: &RunArgs) -> Result<Self, Failure> {
        match args.device {
            None => Self::load(&args.run),
            Some(device) => {
                let headless = Self::new();
                headless.client.send(Command::LoadOn(args.run.clone(), device.into()));
                headless.wait(|_, event| matches!(event, Some(Event::Loaded(_))).then_some(()))?;
                Ok(headless)
            }
        }
    }

    /// Ask and wait for the answer of the current model.
    pub fn ask(&self, question: Question) -> Result<Arc<Answered>, Failure> {
        let view = question.view();
        self.client.send(Command::Ask(question.clone()));
        self.wait(|status, _| {
            self.client.answer(view).filter(|a| a.question == question && a.run == status.run && a.step == status.step)
        })
    }

    /// Write the run folder.
    pub fn save(&self, folder: &Path) -> Result<(), Failure> {
        self.client.send(Command::Save(folder.to_path_buf()));
        self.wait(|_, event| matches!(event, Some(Event::Saved(_))).then_some(()))
    }

    /// Whether the run has ended, and how.
    pub fn ended(status: &Status) -> Option<String> {
        match &status.state {
            RunState::Finished(why) => Some(why.clone()),
            _ => None,
        }
    }
}
