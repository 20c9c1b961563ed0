//! Jobs: work beside training, in slices between steps.
//!
//! A new kind of job is a file with a [`JobRequest`] and its [`Job`], and an [`Event`] for its result; nothing else in
//! the worker knows about it.

use super::protocol::{Event, JobKind};
use crate::sliced::{Progress, Sliced};
use crate::train::{TrainError, Trainer};
use std::any::Any;
use std::fmt::Debug;

/// Work in progress on the model as it was at the beginning, whatever the trainer has done since. Dropping it cancels
/// it.
pub type Job = dyn Sliced<Trainer, Found = Event, Error = TrainError> + Send;

/// A request for a job.
pub trait JobRequest: Any + Debug + Send + Sync {
    /// The kind of the job. A new job replaces one of its kind.
    fn kind(&self) -> JobKind;

    /// Begin the job on the present model of `trainer`; `run` is its [`Status::run`](super::Status::run).
    ///
    /// # Errors
    /// Why the request cannot be met for the model, and what would help.
    fn begin(&self, trainer: &Trainer, run: u64) -> Result<Box<Job>, String>;
}

/// The jobs in progress, in the order in which they began.
#[derive(Default)]
pub struct Jobs(Vec<(JobKind, Box<Job>)>);

impl Jobs {
    /// Begin a job.
    ///
    /// # Errors
    /// Why the request cannot be met; jobs in progress continue.
    pub fn begin(&mut self, request: &dyn JobRequest, trainer: &Trainer, run: u64) -> Result<(), String> {
        let job = request.begin(trainer, run)?;
        self.cancel(request.kind());
        self.0.push((request.kind(), job));
        Ok(())
    }

    /// Drop the job of a kind.
    pub fn cancel(&mut self, kind: JobKind) {
        self.0.retain(|(of, _)| *of != kind);
    }

    /// Drop all jobs.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Whether no job is in progress.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The progress of each job.
    pub fn progress(&self) -> Vec<(JobKind, Progress)> {
        self.0.iter().map(|(kind, job)| (*kind, job.progress())).collect()
    }

    /// Do a slice of each job; `tell` gets their results.
    ///
    /// # Errors
    /// The device fails. All jobs are dropped then.
    pub fn turn(&mut self, trainer: &Trainer, threads: usize, mut tell: impl FnMut(Event)) -> Result<(), TrainError> {
        for (kind, mut job) in std::mem::take(&mut self.0) {
            if job.slice(trainer, threads)? {
                tell(job.finish());
            } else {
                job.news().map(&mut tell);
                self.0.push((kind, job));
            }
        }
        Ok(())
    }
}
