//! What can go wrong in a run.

use crate::data::DataError;
use crate::experiment::Problem;
use crate::files::WriteError;
use crate::files::csv::TableError;
use burn::tensor::ExecutionError;

/// A run that cannot start or cannot go on. Each message says what, where and what helps.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    #[error("{}", problem_list(.0))]
    Experiment(Vec<Problem>),
    #[error(transparent)]
    Data(#[from] DataError),
    #[error("{0}")]
    Device(String),
    /// A bound or a gradient that is not a number; the parameters are the last good ones.
    #[error("{0}")]
    NonFinite(String),
    #[error("{0}")]
    Checkpoint(String),
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
        Self::Checkpoint(error.to_string())
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
