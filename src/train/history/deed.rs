//! The provenance of a run: what has been done to it, in the order in which it was done.

use crate::files;
use crate::train::TrainingDevice;
use crate::train::exact;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The kinds of things that are done to a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeedKind {
    /// The run began: with which build, on which device and machine.
    Begun,
    /// The run began as a fork of another.
    Forked,
    /// The run went on from its checkpoint: with which build, on which device and machine.
    Resumed,
    /// A value was changed while it trained.
    Edited,
    /// The run's length was changed.
    Extended,
    /// The experiment's file was changed by hand before the run went on.
    Rewritten,
    /// The run went on with other data than those that it was trained on.
    OtherData,
    /// The run diverged and went back to its last good state.
    FellBack,
    /// The run converged and ended on its best state.
    EndedOnBest,
}

impl DeedKind {
    /// The kind in words, as in `provenance.csv`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Begun => "begun",
            Self::Forked => "forked",
            Self::Resumed => "resumed",
            Self::Edited => "edited",
            Self::Extended => "extended",
            Self::Rewritten => "experiment rewritten",
            Self::OtherData => "other data",
            Self::FellBack => "fell back",
            Self::EndedOnBest => "ended on the best",
        }
    }
}

/// Something that was done to a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deed {
    /// Optimiser steps that the run had taken.
    pub step: u64,
    /// Passes over the training images that the run had made.
    #[serde(with = "exact")]
    pub epoch: f64,
    /// When it was done, in seconds since 1970.
    pub time: u64,
    /// The kind of deed.
    pub kind: DeedKind,
    /// The details, such as "β = 4".
    pub detail: String,
}

impl Deed {
    /// Something that is done now.
    pub fn now(step: u64, epoch: f64, kind: DeedKind, detail: String) -> Self {
        Self { step, epoch, time: files::now(), kind, detail }
    }

    /// The date and time of day, UTC.
    pub fn date(&self) -> String {
        files::utc(self.time)
    }
}

impl fmt::Display for Deed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "step {}: {}: {}", self.step, self.kind.name(), self.detail)
    }
}

/// Everything that was done to a run, in one line for the metadata of a picture.
pub fn short(deeds: &[Deed]) -> String {
    deeds.iter().map(Deed::to_string).collect::<Vec<_>>().join(" | ")
}

/// The program and machine that train a run: Elbow's version, with its commit where the build was told it by
/// `ELBOW_COMMIT`; the device; the machine.
pub fn by(device: &TrainingDevice) -> String {
    let commit = option_env!("ELBOW_COMMIT").map_or_else(String::new, |commit| format!(" ({commit})"));
    format!("Elbow {}{commit}, {}, on {}", env!("CARGO_PKG_VERSION"), device.name, files::host())
}
