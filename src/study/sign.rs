//! Signs of life of a point's process.

use crate::files::{self, now};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Seconds without a sign of life after which a process, on this machine or another, counts as dead.
const SILENCE: u64 = 90;

/// A sign of life of a point's process: its activity and its progress. Written every few seconds, and once more when
/// the process stops.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sign {
    /// The activity of the process.
    pub doing: Doing,
    /// Optimiser steps taken.
    pub step: u64,
    /// Steps of the whole run; `None` where the length does not determine it.
    pub total_steps: Option<u64>,
    /// How much of the point is done, its evaluation included, from 0 to 1.
    pub share: f64,
    /// Seconds that the process takes for a whole point, as far as it has come; `None` before it has come far enough
    /// to tell.
    #[serde(default)]
    pub pace: Option<f64>,
    /// Training images per second.
    pub images_per_second: f64,
    /// The last bound on validation images (on training images where there are none), nats per image.
    pub elbo: Option<f64>,
    /// Standard error of `elbo` over images.
    pub elbo_se: Option<f64>,
    /// The best bound on validation images, nats per image.
    pub best_elbo: Option<f64>,
    /// The process's number on its machine.
    pub process: u32,
    /// The machine's name.
    pub host: String,
    /// The array engine's name of the task, if it gives one: `123_7` in Slurm.
    pub job: Option<String>,
    /// The time of the sign, in seconds since 1970.
    pub at: u64,
}

/// The activity of a point's process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Doing {
    /// The data are read and the model is built.
    Preparing,
    /// The model is trained.
    Training,
    /// The trained model is evaluated.
    Evaluating,
    /// Nothing any more: the process was told to stop, and has saved.
    Stopped,
}

impl Sign {
    /// The first sign of this process.
    pub fn new() -> Self {
        let job = std::env::var("SLURM_ARRAY_JOB_ID").ok().zip(std::env::var("SLURM_ARRAY_TASK_ID").ok());
        Self {
            doing: Doing::Preparing,
            step: 0,
            total_steps: None,
            share: 0.0,
            pace: None,
            images_per_second: 0.0,
            elbo: None,
            elbo_se: None,
            best_elbo: None,
            process: std::process::id(),
            host: files::host().to_string(),
            job: job.map(|(job, task)| format!("{job}_{task}")),
            at: now(),
        }
    }

    /// Seconds until the point is done, at the pace of its process; `None` before that is known.
    pub fn seconds_left(&self) -> Option<f64> {
        let since = now().saturating_sub(self.at) as f64;
        self.pace.map(|pace| ((1.0 - self.share.clamp(0.0, 1.0)) * pace - since).max(0.0))
    }

    /// Whether the process is at work, as far as can be told from here: its last sign is young and, if it runs on this
    /// machine, the system knows it.
    pub fn is_alive(&self) -> bool {
        let young = now().saturating_sub(self.at) <= SILENCE;
        young && self.doing != Doing::Stopped && (self.host != files::host() || is_there(self.process))
    }
}

impl Default for Sign {
    fn default() -> Self {
        Self::new()
    }
}

/// Whether this machine has a process of this number; true where the system does not tell, so that the last sign
/// decides.
fn is_there(process: u32) -> bool {
    !cfg!(target_os = "linux") || Path::new("/proc").join(process.to_string()).exists()
}
