//! The state of a run at a step.

use super::Interval;
use super::convergence::Convergence;
use super::discriminator::{self, TrainedDiscriminator};
use super::optimiser::Optimiser;
use crate::experiment::{Experiment, Optimiser as Rule};
use burn::tensor::Tensor;

/// A state that a run can go back to.
#[derive(Clone)]
pub struct Snapshot {
    /// The trainable tensors, in the order of [`Model::parameters`](crate::model::Model::parameters).
    pub parameters: Vec<Tensor<1>>,
    /// The running averages, in the order of [`Model::state`](crate::model::Model::state).
    pub state: Vec<Tensor<1>>,
    /// The optimiser with its moments.
    pub optimiser: Optimiser,
    /// The discriminator that the objective's penalty trains beside the model, if it has one.
    pub discriminator: Option<TrainedDiscriminator>,
}

impl Snapshot {
    /// The parameters with optimisers that hold no moments, to be kept where there is no room for them.
    #[must_use]
    pub fn without_moments(mut self) -> Self {
        self.optimiser = self.optimiser.without_moments();
        if let Some(discriminator) = &mut self.discriminator {
            discriminator.optimiser = discriminator.optimiser.without_moments();
        }
        self
    }

    /// The parameters with optimisers that have taken no step, which follow `rule`.
    #[must_use]
    pub fn with_new_moments(mut self, rule: Rule) -> Self {
        self.optimiser = Optimiser::new(rule, &self.parameters);
        if let Some(discriminator) = &mut self.discriminator {
            discriminator.optimiser = Optimiser::new(discriminator::RULE, &discriminator.parameters);
        }
        self
    }
}

/// How far a run has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Progress {
    /// Number of optimiser steps taken.
    pub step: u64,
    /// Number of training images seen, with repetitions.
    pub images: u64,
    /// Number of completed passes over the training images.
    pub epoch: u64,
    /// Number of images used in the current pass.
    pub offset: usize,
    /// Seconds of training, without pauses.
    pub seconds: f64,
    /// The record that decides whether the bound has converged.
    pub convergence: Convergence,
}

/// The full state of a run at a step, except for its experiment: a checkpoint stores it, and a run can go back to it.
#[derive(Clone)]
pub struct State {
    /// The tensors.
    pub snapshot: Snapshot,
    /// How far the run has come.
    pub progress: Progress,
    /// The sums for the next training report so far.
    pub interval: Interval,
}

/// A state of a run with its experiment, beside the state that the trainer is at: the state after the last step while
/// the trainer is at a kept one, or a kept one that was put aside.
pub struct Last {
    /// The experiment, with changes made during the run.
    pub experiment: Experiment,
    /// The state.
    pub state: State,
}

/// The state that a run goes on from, and that is saved.
#[derive(Clone, Copy)]
pub struct LastState<'a> {
    /// The experiment, with changes made during the run.
    pub experiment: &'a Experiment,
    /// The tensors after the last step.
    pub snapshot: &'a Snapshot,
    /// How far the run has come.
    pub progress: &'a Progress,
}
