//! What the worker is asked to do.

use super::status::JobKind;
use crate::experiment::{DeviceChoice, Experiment, Extension, Length};
use crate::explore::Question;
use crate::worker::job::JobRequest;
use crate::worker::ledger::LedgerOptions;
use std::path::PathBuf;
use std::sync::Arc;

/// Who asks questions: a pane, or a part of one, by a name of its own. An asker has at most one standing question and
/// one answer, the newest of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Asker(pub &'static str);

/// A request to the worker. Handled in one function, between two steps.
#[derive(Clone, Debug)]
pub enum Command {
    /// Build the experiment afresh and train it. A run in progress is stopped first.
    Start(Box<Experiment>),
    /// Build the experiment afresh (data read, parameters initialised) and wait, paused at step 0.
    Prepare(Box<Experiment>),
    /// Wait between two steps.
    Pause,
    /// Train on. After the end, only once the run has been extended.
    Resume,
    /// Take this many steps, then pause.
    Step(u64),
    /// Train on for at most this many steps; the training is then over for this time, and the run's length stays as it
    /// is.
    TrainFor(u64),
    /// End the run; the model stays to look at, save and resume.
    Stop,
    /// Let a finished or running run end at another length, counted from its beginning; what its schedule does then.
    Extend(Length, Extension),
    /// Change a run in progress.
    Edit(LiveEdit),
    /// A standing question, in place of the last one of this asker: answered at once, then now and again while
    /// training.
    Ask(Asker, Question),
    /// Withdraw the question of this asker.
    Unask(Asker),
    /// Begin a job, in slices between steps; see [`begin`](Self::begin). One of its kind that is under way is dropped.
    Begin(Arc<dyn JobRequest>),
    /// Drop the job of this kind.
    Cancel(JobKind),
    /// Keep the ledger while training, so; `None`: not at all.
    Ledger(Option<LedgerOptions>),
    /// Write the whole run as a run folder.
    Save(PathBuf),
    /// Read a run folder; paused where it was.
    Load(PathBuf),
    /// Read a run folder, for another device than its experiment says.
    LoadOn(PathBuf, DeviceChoice),
    /// Save the autosave, then end the thread.
    Shutdown,
}

impl Command {
    /// Begin a job.
    pub fn begin(request: impl JobRequest) -> Self {
        Self::Begin(Arc::new(request))
    }

    /// Whether reading data for another run is in vain once this has been sent.
    pub(in crate::worker) fn ends_reading(&self) -> bool {
        match self {
            Self::Start(_) | Self::Prepare(_) | Self::Load(_) | Self::LoadOn(..) | Self::Stop | Self::Shutdown => true,
            Self::Pause
            | Self::Resume
            | Self::Step(_)
            | Self::TrainFor(_)
            | Self::Extend(..)
            | Self::Edit(_)
            | Self::Ask(..)
            | Self::Unask(_)
            | Self::Begin(_)
            | Self::Cancel(_)
            | Self::Ledger(_)
            | Self::Save(_) => false,
        }
    }
}

/// A change to a run in progress; recorded in its history and in its experiment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LiveEdit {
    /// The weight β of the KL term, constant from now on.
    Beta(f64),
    /// The learning rate as it is now; the schedule goes on from there.
    LearningRate(f64),
    /// Monte Carlo samples K.
    Samples(usize),
    /// Images per step.
    BatchSize(usize),
}
