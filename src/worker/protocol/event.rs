//! The worker's events.

use super::load_options::LoadOptions;
use super::status::Status;
use crate::experiment::Experiment;
use crate::train::TrainError;
use crate::worker::evaluation::Evaluation;
use crate::worker::gradients::GradientFindings;
use std::path::PathBuf;
use std::sync::Arc;

/// Something that happened in the worker; each event is delivered once.
#[derive(Clone, Debug)]
pub enum Event {
    /// A line for the log.
    Log {
        /// The importance of the line.
        level: Level,
        /// The text of the line.
        text: String,
    },
    /// A run folder was written.
    Saved(PathBuf),
    /// A run folder was read.
    Loaded {
        /// The run folder.
        folder: PathBuf,
        /// The experiment with which the run continues.
        experiment: Arc<Experiment>,
    },
    /// A run folder was not read, since the data are not those that the run was trained on, and a window can ask what
    /// to do. [`Command::Load`](super::Command::Load) with [`LoadOptions::other_data`] goes on with these data.
    OtherData {
        /// The run folder.
        folder: PathBuf,
        /// How it was to be read.
        options: LoadOptions,
        /// A sentence that names the run, the data and the difference.
        difference: String,
    },
    /// A trained run that another run has replaced was kept in a folder of its own.
    Replaced {
        /// The run folder.
        folder: PathBuf,
        /// The name of the run's experiment.
        name: String,
        /// Optimiser steps that the run had taken.
        step: u64,
    },
    /// The run is a fork of another now.
    Forked {
        /// The parent's run folder.
        parent: PathBuf,
        /// The step that the fork begins at.
        step: u64,
        /// The experiment with which the fork goes on.
        experiment: Arc<Experiment>,
    },
    /// The run has ended.
    Finished(Box<Finished>),
    /// The run or a request failed.
    Failed(Failure),
    /// An evaluation is finished.
    Evaluated(Box<Evaluation>),
    /// Findings of the gradient lab, sent after every K of every estimator.
    Gradients(Box<GradientFindings>),
    /// The worker's thread has ended.
    Ended,
}

/// A run that has ended.
#[derive(Clone, Debug)]
pub struct Finished {
    /// Why the run ended: the length was reached, the bound has converged, or who ended it.
    pub why: String,
    /// Whether it ended before its length was reached: because it was told to, or after a given number of steps.
    pub stopped: bool,
    /// The status at the end of the run.
    pub status: Status,
}

/// Why something was not done: a message that states the problem and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The run, the disk or the device failed. The command line exits with status 1.
    Run(String),
    /// The request, or a file that it names, is wrong. The command line exits with status 2.
    Input(String),
}

impl Failure {
    /// The failure that the run has this error.
    pub fn run(error: impl ToString) -> Self {
        Self::Run(error.to_string())
    }

    /// The failure that the input has this error.
    pub fn input(error: impl ToString) -> Self {
        Self::Input(error.to_string())
    }

    /// The message for the user.
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

/// The importance of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Information.
    Info,
    /// Something is wrong, but the work continues.
    Warning,
    /// Something was not done.
    Error,
}
