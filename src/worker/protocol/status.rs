//! The status of the run.

use super::timeline::Stop;
use crate::data::{ImageShape, Noun};
use crate::experiment::Experiment;
use crate::sliced::Progress;
use crate::train::At;
use std::sync::Arc;

/// The state of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum RunState {
    /// There is no model yet.
    #[default]
    Idle,
    /// The data are read or the model is built; the text says which.
    Preparing(String),
    /// The model is trained.
    Running,
    /// Training waits between two steps.
    Paused,
    /// The length is reached or the bound has converged; the text says which.
    Finished(String),
    /// Training has failed and the model has its last good parameters; the text says why and what helps.
    Failed(String),
}

/// The newest status of the run, for the status bar and the controls.
#[derive(Clone, Debug, Default)]
pub struct Status {
    /// The state of the run.
    pub state: RunState,
    /// Grows by one with every new model (Start, Prepare, Load), and where a diverged run goes on from its last good
    /// state, so that views know when to start over.
    pub run: u64,
    /// Commands received so far.
    pub commands: u64,
    /// The experiment of the present model, with changes made during the run up to its step.
    pub experiment: Option<Arc<Experiment>>,
    /// The experiment of the run, with all changes made to it, also while a kept state is looked at.
    pub run_experiment: Option<Arc<Experiment>>,
    /// The states of the run that can be looked at, in ascending order of their steps, without the last.
    pub stops: Arc<[Stop]>,
    /// Whether a kept state is looked at, not that after the last step.
    pub looks_back: bool,
    /// Shape of an image, once the data are read.
    pub image_shape: Option<ImageShape>,
    /// Number of images in the test split.
    pub test_images: usize,
    /// Images of the validation split; the training images where none were held out.
    pub validation_images: usize,
    /// Whether no images were held out, so that "validation" is measured on the training images.
    pub validates_on_training: bool,
    /// The names of labels, from label 0 on; a label beyond them has its number.
    pub label_names: Arc<[String]>,
    /// Whether values of the data are missing.
    pub incomplete: bool,
    /// The noun for one item of the data: image, row or point.
    pub noun: Noun,
    /// Number of optimiser steps that the model had taken: fewer than the run's where a kept state is looked at.
    pub step: u64,
    /// Passes over the training images, a fraction included, up to that step.
    pub epoch: f64,
    /// Number of optimiser steps that the run has taken.
    pub last_step: u64,
    /// Passes over the training images that the run has made, a fraction included.
    pub last_epoch: f64,
    /// Expected number of steps of the whole run; `None` where the length does not determine it.
    pub total_steps: Option<u64>,
    /// Number of optimiser steps in one pass over the training images.
    pub steps_per_epoch: u64,
    /// Training images per second.
    pub images_per_second: f64,
    /// Whether the first step on a GPU is in progress, which compiles the kernels.
    pub compiling: bool,
    /// Seconds of training so far.
    pub seconds: f64,
    /// Expected seconds until the end of the run; `None` where the length does not determine it.
    pub seconds_left: Option<f64>,
    /// The present weight β of the KL term.
    pub beta: f64,
    /// The present learning rate, schedule included.
    pub learning_rate: f64,
    /// Number of Monte Carlo samples K per image.
    pub samples: usize,
    /// Number of images per step.
    pub batch: usize,
    /// The name of the training device, e.g. "CPU (flex)".
    pub device: String,
    /// Resident memory of the process, in bytes.
    pub memory: usize,
    /// Number of parameters of the model.
    pub parameters: usize,
    /// The jobs in progress, in the order in which they began.
    pub jobs: Vec<(JobKind, Progress)>,
}

impl Status {
    /// The kept states before the last step, in ascending order of their steps, and the run as it is.
    pub fn states(&self) -> Vec<At> {
        let kept = self.stops.iter().map(|stop| stop.step).filter(|step| *step < self.last_step);
        kept.map(At::Step).chain([At::Last]).collect()
    }

    /// The best state of the run, if it can be looked at.
    pub fn best(&self) -> Option<&Stop> {
        self.stops.iter().find(|stop| stop.is_best)
    }

    /// The adjective of the images that the bound is measured on: `validation`, or `training` where none are held out.
    pub fn validation(&self) -> &'static str {
        if self.validates_on_training { "training" } else { "validation" }
    }

    /// The name of a label: a shape, a sub-folder, else the number.
    pub fn label_name(&self, label: u8) -> String {
        self.label_names.get(usize::from(label)).map_or_else(|| label.to_string(), String::clone)
    }

    /// An image's label in a sentence: its name, or "label 3" where it is a number.
    pub fn label_text(&self, label: u8) -> String {
        match self.label_names.get(usize::from(label)) {
            Some(name) => name.clone(),
            None => format!("label {label}"),
        }
    }

    /// The progress of the job of a kind, if one is in progress.
    pub fn job(&self, kind: JobKind) -> Option<Progress> {
        self.jobs.iter().find(|(of, _)| *of == kind).map(|&(_, progress)| progress)
    }
}

/// A kind of job; at most one job of a kind is in progress at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JobKind {
    /// The kind's unique name, e.g. "evaluation".
    pub name: &'static str,
    /// The words before [`Progress::what`] in a progress bar, e.g. "evaluating: "; may be empty.
    pub doing: &'static str,
}
