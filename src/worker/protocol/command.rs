//! The commands to the worker.

use super::load_options::LoadOptions;
use super::status::JobKind;
use crate::experiment::{Experiment, Extension, Length};
use crate::explore::Question;
use crate::train::At;
use crate::worker::job::JobRequest;
use crate::worker::ledger::LedgerOptions;
use std::path::PathBuf;
use std::sync::Arc;

/// The identity of an asker of questions: a pane, or a part of one, by a unique name. Each asker has at most one
/// standing question and one answer, the newest of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Asker(pub &'static str);

/// A command to the worker, carried out between two training steps.
#[derive(Clone, Debug)]
pub enum Command {
    /// Start a new run of an experiment: read the data, initialise the model and train it. A run in progress is stopped
    /// first.
    Start(Box<Experiment>),
    /// Prepare a new run of an experiment (data read, parameters initialised), paused at step 0.
    Prepare(Box<Experiment>),
    /// Pause training between two steps.
    Pause,
    /// Continue training. A finished run continues only after it has been extended.
    Resume,
    /// Take this many steps, then pause.
    Step(u64),
    /// Continue training for at most this many steps, and then end it for this time; the run's length does not change.
    TrainFor(u64),
    /// End the run; its model remains, to look at, save and continue.
    Stop,
    /// Set another length of a finished or running run, counted from its beginning; the second value decides how its
    /// schedule goes on.
    Extend(Length, Extension),
    /// Change a run in progress.
    Edit(LiveEdit),
    /// Ask a standing question, which replaces the asker's last one. It is answered at once, and again from time to
    /// time during training.
    Ask(Asker, Question),
    /// [`Ask`](Self::Ask) about a kept state of the run, whichever is looked at.
    AskAt(Asker, At, Question),
    /// Withdraw the asker's question.
    Unask(Asker),
    /// Look at a kept state: every question and every job that begins is about it, until another is looked at, until
    /// training goes on after a pause, or until another run comes. Training itself never notices.
    LookAt(At),
    /// Begin a job, in slices between steps; see [`begin`](Self::begin). A job of the same kind in progress is dropped.
    Begin(Arc<dyn JobRequest>),
    /// Drop the job of this kind.
    Cancel(JobKind),
    /// Keep a ledger during training with these options; `None` stops it.
    Ledger(Option<LedgerOptions>),
    /// Write the whole run into a run folder.
    Save(PathBuf),
    /// Read a run folder, as its experiment says but for these options; the run is then paused where it was.
    Load(PathBuf, LoadOptions),
    /// Begin a new run at a state of another; it is then paused there.
    Fork(Box<ForkRequest>),
    /// From now on, keep trained runs that others take the place of in this folder.
    KeepIn(PathBuf),
    /// Save the autosave, then end the thread.
    Shutdown,
}

impl Command {
    /// The command that reads a run folder as its experiment says.
    pub fn load(folder: impl Into<PathBuf>) -> Self {
        Self::Load(folder.into(), LoadOptions::default())
    }

    /// The command that begins a job.
    pub fn begin(request: impl JobRequest) -> Self {
        Self::Begin(Arc::new(request))
    }

    /// Whether this command leaves the run as it is.
    pub(in crate::worker) fn only_looks(&self) -> bool {
        match self {
            Self::Ask(..)
            | Self::AskAt(..)
            | Self::Unask(_)
            | Self::LookAt(_)
            | Self::Begin(_)
            | Self::Cancel(_)
            | Self::Ledger(_)
            | Self::KeepIn(_) => true,
            Self::Start(_)
            | Self::Prepare(_)
            | Self::Pause
            | Self::Resume
            | Self::Step(_)
            | Self::TrainFor(_)
            | Self::Stop
            | Self::Extend(..)
            | Self::Edit(_)
            | Self::Save(_)
            | Self::Load(..)
            | Self::Fork(_)
            | Self::Shutdown => false,
        }
    }

    /// Whether this command makes it pointless to go on reading data for another run.
    pub(in crate::worker) fn ends_reading(&self) -> bool {
        match self {
            Self::Start(_) | Self::Prepare(_) | Self::Load(..) | Self::Fork(_) | Self::Stop | Self::Shutdown => true,
            Self::Pause
            | Self::Resume
            | Self::Step(_)
            | Self::TrainFor(_)
            | Self::Extend(..)
            | Self::Edit(_)
            | Self::Ask(..)
            | Self::AskAt(..)
            | Self::Unask(_)
            | Self::LookAt(_)
            | Self::Begin(_)
            | Self::Cancel(_)
            | Self::Ledger(_)
            | Self::Save(_)
            | Self::KeepIn(_) => false,
        }
    }
}

/// A new run that begins at a state of another.
#[derive(Clone, Debug)]
pub struct ForkRequest {
    /// The run folder of the other; `None` forks the present run, which is saved first.
    pub run: Option<PathBuf>,
    /// The state at which the new run begins.
    pub at: At,
    /// The experiment with which the new run goes on.
    pub experiment: Experiment,
    /// Begin with an optimiser that has taken no step, even where its state was kept.
    pub reset_optimiser: bool,
    /// Go on where the data are not those that the other run was trained on, if their images have the same shape.
    pub other_data: bool,
}

/// A change to a run in progress; recorded in its history and in its experiment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LiveEdit {
    /// The weight β of the KL term, constant from now on.
    Beta(f64),
    /// The present learning rate; the schedule continues from there.
    LearningRate(f64),
    /// The number of Monte Carlo samples K per image.
    Samples(usize),
    /// Images per step.
    BatchSize(usize),
}
