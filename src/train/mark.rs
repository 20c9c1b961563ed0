//! A change to a run while it trains.

/// A change marked on the plots, and kept with the run.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// Optimiser steps taken.
    pub step: u64,
    /// Passes over the training images.
    pub epoch: f64,
    /// Seconds of training.
    pub seconds: f64,
    /// E.g. "β = 4".
    pub text: String,
}
