//! What came of a point.

use crate::estimate::Estimate;
use crate::experiment::study::StudyEvaluation;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The result of a point; nats per image.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PointResult {
    /// How the training went.
    pub training: Trained,
    /// What was asked to be measured.
    pub evaluate: Option<StudyEvaluation>,
    /// What was measured: the object that `elbow eval --json` prints.
    pub evaluation: Option<Value>,
}

/// How a training went.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trained {
    /// Why it is over.
    pub why: String,
    /// Optimiser steps taken.
    pub step: u64,
    /// Passes over the training images.
    pub epoch: f64,
    /// Seconds of training.
    pub seconds: f64,
    /// Training images a second, over all of it.
    pub images_per_second: Option<f64>,
    /// Where it trained.
    pub device: String,
    /// The last bound on validation images (on training images where there are none).
    pub elbo: Option<f64>,
    /// Standard error of `elbo` over images.
    pub elbo_se: Option<f64>,
    /// The best bound on validation images.
    pub best_elbo: Option<f64>,
}

impl PointResult {
    /// A number of the evaluation.
    pub fn number(&self, name: &str) -> Option<f64> {
        self.evaluation.as_ref()?.get(name)?.as_f64()
    }

    /// A number of the evaluation with its error.
    pub fn estimate(&self, name: &str) -> Option<Estimate> {
        let se = self.number(&format!("{name}_se")).unwrap_or(f64::NAN);
        self.number(name).map(|value| Estimate { value, se })
    }
}

/// Why a point failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PointFailure {
    /// What happened, and what helps.
    pub message: String,
}
