//! The kept states of a run that a client can look at.

use crate::train::{Kept, RunHistory};
use std::sync::Arc;

/// A state that was kept of a run, without its tensors.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stop {
    /// Optimiser steps that the run had taken.
    pub step: u64,
    /// The bound at β = 1 on all validation images, in nats per image, where it was measured at this step.
    pub bound: Option<f64>,
    /// Whether the run was edited at this step.
    pub is_edit: bool,
    /// Whether it is the state with the highest bound on all validation images.
    pub is_best: bool,
}

/// The kept states of a history, the best among them, in ascending order of their steps.
pub fn stops(history: &RunHistory) -> Arc<[Stop]> {
    let stop =
        |kept: &Kept, is_best| Stop { step: kept.step(), bound: kept.head.bound, is_edit: kept.head.is_edit, is_best };
    let best = history.best().map(|best| stop(best, true));
    let mut stops: Vec<Stop> = history.kept().iter().map(|kept| stop(kept, false)).collect();
    if let Some(best) = best {
        match stops.binary_search_by_key(&best.step, |stop| stop.step) {
            Ok(index) => stops[index] = Stop { is_edit: stops[index].is_edit, ..best },
            Err(index) => stops.insert(index, best),
        }
    }
    stops.into()
}
