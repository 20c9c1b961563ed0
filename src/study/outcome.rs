//! The outcome of a point: a result or a failure.

use crate::estimate::Estimate;
use crate::experiment::study::StudyEvaluation;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The result of a point; information in nats per image.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PointResult {
    /// How the training went.
    pub training: Trained,
    /// The evaluation that the study asked for, if any.
    pub evaluate: Option<StudyEvaluation>,
    /// The findings of the evaluation: the object that `elbow eval --json` prints.
    pub evaluation: Option<Value>,
    /// Seconds that the process took for a whole point, its start and the evaluation included; a process that took up
    /// the work of another counts for the share that it did. Results of older versions have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pace: Option<f64>,
}

/// How a training went.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trained {
    /// Why the training ended.
    pub why: String,
    /// Optimiser steps taken.
    pub step: u64,
    /// Passes over the training images.
    pub epoch: f64,
    /// Seconds of training.
    pub seconds: f64,
    /// Training images per second, averaged over the whole training.
    pub images_per_second: Option<f64>,
    /// The name of the training device.
    pub device: String,
    /// The last bound on validation images (on training images where none are held out), nats per image.
    pub elbo: Option<f64>,
    /// Standard error of `elbo` over images.
    pub elbo_se: Option<f64>,
    /// The best bound on validation images, nats per image.
    pub best_elbo: Option<f64>,
}

impl PointResult {
    /// A number of the evaluation, by its field's name; `None` if it was not measured.
    pub fn number(&self, name: &str) -> Option<f64> {
        self.evaluation.as_ref()?.get(name)?.as_f64()
    }

    /// A number of the evaluation with its standard error, NaN if that is not known.
    pub fn estimate(&self, name: &str) -> Option<Estimate> {
        let se = self.number(&format!("{name}_se")).unwrap_or(f64::NAN);
        self.number(name).map(|value| Estimate { value, se })
    }
}

/// Why a point failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PointFailure {
    /// The reason, and how to mend it.
    pub message: String,
}
