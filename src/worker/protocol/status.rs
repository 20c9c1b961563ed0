//! How the run stands.

use crate::data::ImageShape;
use crate::experiment::Experiment;
use crate::sliced::Progress;
use std::sync::Arc;

/// Where a run stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum RunState {
    /// No model yet.
    #[default]
    Idle,
    /// Reading data or building the model; says what.
    Preparing(String),
    /// Training.
    Running,
    /// Waiting between two steps.
    Paused,
    /// The length is reached or the bound has converged; says which.
    Finished(String),
    /// Stopped at the last good parameters; says why and what helps.
    Failed(String),
}

/// The newest state of the run, for the status bar and the controls.
#[derive(Clone, Debug, Default)]
pub struct Status {
    /// Where the run stands.
    pub state: RunState,
    /// Grows by one with every new model (Start, Prepare, Load), so that views know when to start over.
    pub run: u64,
    /// The experiment of the current model, live edits included.
    pub experiment: Option<Arc<Experiment>>,
    /// Shape of an image, once the data are read.
    pub image_shape: Option<ImageShape>,
    /// Images of the test split.
    pub test_images: usize,
    /// Optimiser steps taken.
    pub step: u64,
    /// Passes over the training images, a fraction included.
    pub epoch: f64,
    /// Expected steps in all, where the length says so.
    pub total_steps: Option<u64>,
    /// Optimiser steps of one pass over the training images.
    pub steps_per_epoch: u64,
    /// Training throughput.
    pub images_per_second: f64,
    /// The first step on a GPU is under way: its kernels are compiled.
    pub compiling: bool,
    /// Seconds of training so far.
    pub seconds: f64,
    /// Seconds that the run will still take, where the length says so.
    pub seconds_left: Option<f64>,
    /// The KL's weight now.
    pub beta: f64,
    /// The learning rate now, schedule included.
    pub learning_rate: f64,
    /// Monte Carlo samples K per image.
    pub samples: usize,
    /// Images per step.
    pub batch: usize,
    /// The training device in words, e.g. "CPU (flex)".
    pub device: String,
    /// Resident memory of the process, bytes.
    pub memory: usize,
    /// Parameters of the model.
    pub parameters: usize,
    /// The jobs under way, in the order in which they began.
    pub jobs: Vec<(JobKind, Progress)>,
}

impl Status {
    /// How far the job of a kind has come, if one is under way.
    pub fn job(&self, kind: JobKind) -> Option<Progress> {
        self.jobs.iter().find(|(of, _)| *of == kind).map(|&(_, progress)| progress)
    }
}

/// A kind of job. One of a kind is under way at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JobKind {
    /// E.g. "evaluation"; no two kinds share one.
    pub name: &'static str,
    /// What is said before [`Progress::what`], e.g. "evaluating: "; may be empty.
    pub doing: &'static str,
}
