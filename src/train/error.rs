//! The errors of a run.

use crate::data::DataError;
use crate::experiment::Problem;
use crate::files::WriteError;
use crate::files::csv::TableError;
use burn::tensor::ExecutionError;

/// The error of a run that cannot start or cannot go on. Each message says what happened and where, and gives a remedy.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// The experiment cannot run.
    #[error("{}", problem_list(.0))]
    Experiment(Vec<Problem>),
    /// The images cannot be read.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The device that was asked for does not exist.
    #[error("{0}")]
    NoDevice(String),
    /// The device failed while computing.
    #[error("{0}")]
    Device(String),
    /// A bound or a gradient is not finite. The trainer then has the last good parameters, if any are known.
    #[error("{0}")]
    NonFinite(String),
    /// A run folder cannot be read, or the folder is not a run folder.
    #[error("{0}")]
    Checkpoint(String),
    /// The data are not those that the run was trained on; a model takes either, so that the run may go on if it is
    /// told to.
    #[error("{0}; bring the old data back, or go on with these by `--other-data` on the command line")]
    OtherData(String),
    /// A run folder cannot be written.
    #[error("{0}")]
    NotSaved(String),
    /// Another process trains into the run folder, or the folder contains something else.
    #[error("{0}")]
    NotFree(String),
    /// A request that needs a run came before there was a run.
    #[error("{0}")]
    NoRun(String),
}

impl TrainError {
    /// Whether the input is wrong (the experiment, its data, the device or the run folder), so that only a different
    /// input can succeed.
    pub fn is_of_input(&self) -> bool {
        match self {
            Self::Experiment(_)
            | Self::Data(_)
            | Self::NoDevice(_)
            | Self::Checkpoint(_)
            | Self::OtherData(_)
            | Self::NotFree(_)
            | Self::NoRun(_) => true,
            Self::Device(_) | Self::NonFinite(_) | Self::NotSaved(_) => false,
        }
    }
}

impl From<ExecutionError> for TrainError {
    fn from(error: ExecutionError) -> Self {
        Self::Device(format!(
            "the training device failed: {error}. Lower the batch size or K, or train on the CPU (device: Cpu)."
        ))
    }
}

impl From<WriteError> for TrainError {
    fn from(error: WriteError) -> Self {
        Self::NotSaved(error.to_string())
    }
}

impl From<TableError> for TrainError {
    fn from(error: TableError) -> Self {
        Self::Checkpoint(error.to_string())
    }
}

fn problem_list(problems: &[Problem]) -> String {
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    lines.join("\n")
}
