//! The fields that a run takes over while it trains.

use crate::experiment::{BetaSchedule, Experiment};
use crate::worker::LiveEdit;

/// A field that a run takes over while it trains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LiveField {
    Beta,
    LearningRate,
    Samples,
    Batch,
}

impl LiveField {
    pub const ALL: [Self; 4] = [Self::Beta, Self::LearningRate, Self::Samples, Self::Batch];

    /// The field's path in the experiment.
    pub fn path(self) -> &'static str {
        match self {
            Self::Beta => "objective.beta",
            Self::LearningRate => "training.learning_rate",
            Self::Samples => "objective.samples",
            Self::Batch => "training.batch",
        }
    }

    pub fn differs(self, a: &Experiment, b: &Experiment) -> bool {
        match self {
            Self::Beta => a.objective.beta != b.objective.beta,
            Self::LearningRate => a.training.learning_rate != b.training.learning_rate,
            Self::Samples => a.objective.samples != b.objective.samples,
            Self::Batch => a.training.batch != b.training.batch,
        }
    }

    /// Make the field of `to` as it is in `from`.
    pub fn copy(self, from: &Experiment, to: &mut Experiment) {
        match self {
            Self::Beta => to.objective.beta = from.objective.beta,
            Self::LearningRate => to.training.learning_rate = from.training.learning_rate,
            Self::Samples => to.objective.samples = from.objective.samples,
            Self::Batch => to.training.batch = from.training.batch,
        }
    }

    /// The edit that brings a run to the value in `experiment`; `None` for a schedule of β, which only a new run can
    /// begin.
    pub fn edit(self, experiment: &Experiment) -> Option<LiveEdit> {
        Some(match self {
            Self::Beta => match experiment.objective.beta {
                BetaSchedule::Constant(beta) => LiveEdit::Beta(beta),
                _ => return None,
            },
            Self::LearningRate => LiveEdit::LearningRate(experiment.training.learning_rate),
            Self::Samples => LiveEdit::Samples(experiment.objective.samples),
            Self::Batch => LiveEdit::BatchSize(experiment.training.batch),
        })
    }
}
