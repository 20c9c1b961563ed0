//! The worker: the one thread that owns every tensor, and the protocol for talking to it.

mod autosave;
mod client;
mod evaluation;
mod gradients;
mod job;
mod ledger;
pub mod memory;
mod priority;
mod protocol;
mod replaced;
mod run;
mod saved;
mod thread;

pub use crate::train::{LedgerEntry, Mark, Verdict, ledger_csv};
pub use autosave::{Autosave, forget_run};
pub use client::{Client, Notify};
pub use evaluation::{
    AdaptiveWeights, AggregateParts, Agreement, Annealing, EvaluatedState, Evaluation, EvaluationRequest, GapSplit,
    ImageScore, Measured, Sandwich, Term, Weights,
};
pub use gradients::{GradientFindings, GradientRequest, powers_of_two};
pub use job::{Job, JobRequest};
pub use ledger::LedgerOptions;
pub use protocol::{
    Answered, Asker, Command, Event, Failure, Finished, ForkRequest, History, JobKind, Level, LiveEdit, LoadOptions,
    RunState, Status, Stop,
};
pub use replaced::ReplacedRun;
pub use saved::{ReferenceData, SavedAnswers, SavedAt, SavedModels, SavedOutcome};
pub use thread::{WorkerOptions, spawn};
