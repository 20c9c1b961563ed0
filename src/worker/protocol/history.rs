//! The records of a run for those who look at it: its reports, and the answers to questions about its model.

use crate::explore::{Answer, Question};
use crate::train::{At, Deed, KeptEvaluation, LedgerEntry, Mark, Report};

/// The reports of the current run, append-only. A new run clears it and changes `run`; one that goes on from its last
/// good state, after it diverged, cuts it there and changes `run` too.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// The run's number; see [`Status::run`](super::Status::run).
    pub run: u64,
    /// The reports, in the order in which they were made.
    pub reports: Vec<Report>,
    /// The changes made to the run while it trained.
    pub marks: Vec<Mark>,
    /// The entries of the ledger, in ascending order of their steps.
    pub ledger: Vec<LedgerEntry>,
    /// The evaluations of the run's states, in the order in which they were made.
    pub evaluations: Vec<KeptEvaluation>,
    /// The deeds done to the run, in order.
    pub deeds: Vec<Deed>,
}

/// An answer with the step of the model that gave it.
#[derive(Clone, Debug)]
pub struct Answered {
    /// A number that grows with every answer.
    pub serial: u64,
    /// The number of the run that was asked; see [`Status::run`](super::Status::run).
    pub run: u64,
    /// The kept state that was asked for; `None` for the one that was looked at.
    pub at: Option<At>,
    /// Number of optimiser steps that the model had taken.
    pub step: u64,
    /// The question that was answered.
    pub question: Question,
    /// The model's answer.
    pub answer: Answer,
}
