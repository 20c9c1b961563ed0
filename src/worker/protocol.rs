//! What the window (or the command line) and the worker say to each other. Host data only.

use super::evaluation::{Evaluation, EvaluationProgress, EvaluationRequest};
use super::gradients::{GradientFindings, GradientRequest};
use super::ledger::LedgerOptions;
use crate::data::ImageShape;
use crate::experiment::{DeviceChoice, Experiment, Length};
use crate::explore::{Answer, Question, View};
use std::path::PathBuf;
use std::sync::Arc;

/// A request to the worker. Handled in one function, between two steps.
#[derive(Clone, Debug)]
pub enum Command {
    /// Build the experiment afresh and train it. A run in progress is stopped first.
    Start(Box<Experiment>),
    /// Build the experiment afresh (data read, parameters initialised) and wait, paused at step 0.
    Prepare(Box<Experiment>),
    Pause,
    /// Train on. After the end, only once the run has been extended.
    Resume,
    /// Take this many steps, then pause.
    Step(u64),
    /// End the run; the model stays to look at, save and resume.
    Stop,
    /// Go on with a finished or running run until this much longer.
    Extend(Length),
    Edit(LiveEdit),
    /// The standing question of its view, answered now and again while training.
    Ask(Question),
    /// The view is hidden: stop answering it.
    Unask(View),
    /// Estimate log p(x) and the bound on images, in slices between steps.
    Evaluate(EvaluationRequest),
    CancelEvaluation,
    /// Measure the signal-to-noise ratio of gradients, in slices between steps.
    MeasureGradients(GradientRequest),
    CancelGradients,
    /// Keep the ledger while training, so; `None`: not at all.
    Ledger(Option<LedgerOptions>),
    /// Write the whole run as a run folder.
    Save(PathBuf),
    /// Read a run folder; paused where it was.
    Load(PathBuf),
    /// The same, on another device than its experiment says.
    LoadOn(PathBuf, DeviceChoice),
    /// Save the autosave, then end the thread.
    Shutdown,
}

/// A change to a run in progress; recorded in its history and in its experiment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LiveEdit {
    Beta(f64),
    LearningRate(f64),
    /// Monte Carlo samples K.
    Samples(usize),
    BatchSize(usize),
}

/// Where a run stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum RunState {
    /// No model yet.
    #[default]
    Idle,
    /// Reading data or building the model; says what.
    Preparing(String),
    Running,
    Paused,
    /// The length is reached or the bound has converged; says which.
    Finished(String),
    /// Stopped at the last good parameters; says why and what helps.
    Failed(String),
}

/// The newest state of the run, for the status bar and the controls.
#[derive(Clone, Debug, Default)]
pub struct Status {
    pub state: RunState,
    /// Grows by one with every new model (Start, Prepare, Load), so that views know when to start over.
    pub run: u64,
    /// The experiment of the current model, live edits included.
    pub experiment: Option<Arc<Experiment>>,
    pub image_shape: Option<ImageShape>,
    pub step: u64,
    pub epoch: f64,
    /// Expected steps in all, where the length says so.
    pub total_steps: Option<u64>,
    pub images_per_second: f64,
    /// The first step on a GPU is under way: its kernels are compiled.
    pub compiling: bool,
    /// Seconds of training so far.
    pub seconds: f64,
    pub seconds_left: Option<f64>,
    pub beta: f64,
    pub learning_rate: f64,
    pub samples: usize,
    pub batch: usize,
    /// The training device in words, e.g. "CPU (flex)".
    pub device: String,
    /// Resident memory of the process, bytes.
    pub memory: usize,
    pub parameters: usize,
    /// An evaluation in progress.
    pub evaluation: Option<EvaluationProgress>,
    /// A measurement of gradients in progress.
    pub gradients: Option<EvaluationProgress>,
}

/// How weighty a log line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    Info,
    Warning,
    Error,
}

/// Things that happened; each is delivered once.
#[derive(Clone, Debug)]
pub enum Event {
    Log {
        level: Level,
        text: String,
    },
    /// A run folder was written.
    Saved(PathBuf),
    /// A run folder was read; its experiment is in the status.
    Loaded(PathBuf),
    /// The run reached its end; says how.
    Finished(String),
    /// The run or a request failed; one message that says what and how to mend it.
    Failed(String),
    Evaluated(Box<Evaluation>),
    /// What is known of the gradients, after every K of every estimator.
    Gradients(Box<GradientFindings>),
    /// The worker thread is gone.
    Ended,
}

/// A change marked on the plots.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    pub step: u64,
    pub epoch: f64,
    pub seconds: f64,
    /// E.g. "β = 4".
    pub text: String,
}

/// An answer with the step of the model that gave it.
#[derive(Clone, Debug)]
pub struct Answered {
    /// Grows with every answer of its view.
    pub serial: u64,
    pub run: u64,
    pub step: u64,
    pub question: Question,
    pub answer: Answer,
}
