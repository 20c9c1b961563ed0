//! What has happened.

use super::status::Status;
use crate::experiment::Experiment;
use crate::train::TrainError;
use crate::worker::evaluation::Evaluation;
use crate::worker::gradients::GradientFindings;
use std::path::PathBuf;
use std::sync::Arc;

/// Things that happened; each is delivered once.
#[derive(Clone, Debug)]
pub enum Event {
    /// A line for the log.
    Log {
        /// How weighty it is.
        level: Level,
        /// The line.
        text: String,
    },
    /// A run folder was written.
    Saved(PathBuf),
    /// A run folder was read.
    Loaded {
        /// The run folder.
        folder: PathBuf,
        /// As the run goes on with it.
        experiment: Arc<Experiment>,
    },
    /// The run is over.
    Finished(Box<Finished>),
    /// The run or a request failed.
    Failed(Failure),
    /// An evaluation is done.
    Evaluated(Box<Evaluation>),
    /// What is known of the gradients, after every K of every estimator.
    Gradients(Box<GradientFindings>),
    /// The worker thread is gone.
    Ended,
}

/// A run that is over.
#[derive(Clone, Debug)]
pub struct Finished {
    /// The length that was reached, that the bound has converged, or who ended it.
    pub why: String,
    /// It ended because it was told to, or after the steps that it was told to take, before its length was reached.
    pub stopped: bool,
    /// As it ended.
    pub status: Status,
}

/// Why something was not done; one message that says what and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The run, the disk or the device failed; the command line's exit status is 1.
    Run(String),
    /// What was asked for, or a file that it names, is wrong; the command line's exit status is 2.
    Input(String),
}

impl Failure {
    /// The run failed with this error.
    pub fn run(error: impl ToString) -> Self {
        Self::Run(error.to_string())
    }

    /// The input is wrong in this way.
    pub fn input(error: impl ToString) -> Self {
        Self::Input(error.to_string())
    }

    /// What a person reads.
    pub fn message(&self) -> &str {
        match self {
            Self::Run(message) | Self::Input(message) => message,
        }
    }
}

impl From<TrainError> for Failure {
    fn from(error: TrainError) -> Self {
        if error.is_of_input() { Self::input(error) } else { Self::run(error) }
    }
}

/// How weighty a log line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Worth knowing.
    Info,
    /// Something is not as it should be, and work goes on.
    Warning,
    /// Something was not done.
    Error,
}
