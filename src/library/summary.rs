//! The summary of a run that a table shows.

use super::fields::Fields;
use super::metrics::Bound;
use super::notes::Notes;
use super::state::RunState;
use crate::estimate::Estimate;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

/// A run as its files tell of it, without its tensors. Information is in nats per image.
#[derive(Clone, Debug)]
pub struct RunSummary {
    /// The run folder.
    pub folder: PathBuf,
    /// The study that the run is a point of, if it is one.
    pub study: Option<Arc<str>>,
    /// Where it stands.
    pub state: RunState,
    /// The experiment's name; of a run whose experiment cannot be read, the folder's.
    pub experiment: String,
    /// The user's name, tags, star and notes.
    pub notes: Notes,
    /// When it was saved last, if the system tells.
    pub saved_at: Option<SystemTime>,
    /// All fields of the experiment.
    pub fields: Fields,
    /// Optimiser steps taken.
    pub step: Option<u64>,
    /// Passes over the training images.
    pub epoch: Option<f64>,
    /// Seconds of training.
    pub seconds: Option<f64>,
    /// The last bound on validation images (on training batches, where none were measured).
    pub last: Option<Bound>,
    /// The best bound on validation images; unknown until every report has been read.
    pub best: Option<Bound>,
    /// log p(x): of the newest evaluation where one was kept, else the ledger's last.
    pub log_px: Option<Estimate>,
    /// Where `log_px` comes from, in words.
    pub log_px_of: Option<String>,
    /// Active units of an evaluation that was kept.
    pub active_units: Option<f64>,
    /// Training images a second.
    pub images_per_second: Option<f64>,
    /// Bytes on the disk, once they have been counted.
    pub bytes: Option<u64>,
    /// Whether all of its reports have been read.
    pub complete: bool,
}

impl RunSummary {
    /// A run of which nothing is known yet but where it is, where it stands and what its experiment is called.
    pub fn blank(folder: PathBuf, state: RunState, experiment: &str) -> Self {
        Self {
            folder,
            study: None,
            state,
            experiment: experiment.to_owned(),
            notes: Notes::default(),
            saved_at: None,
            fields: Fields::default(),
            step: None,
            epoch: None,
            seconds: None,
            last: None,
            best: None,
            log_px: None,
            log_px_of: None,
            active_units: None,
            images_per_second: None,
            bytes: None,
            complete: false,
        }
    }

    /// The run's name: as its user has named it, else as its experiment is named.
    pub fn name(&self) -> &str {
        if self.notes.name.is_empty() { &self.experiment } else { &self.notes.name }
    }

    /// The texts that words are looked for in.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let own = [self.name(), &self.experiment, &self.notes.notes, self.state.name()];
        let folder = self.folder.file_name().and_then(|name| name.to_str());
        own.into_iter().chain(self.study.as_deref()).chain(folder).chain(self.notes.tags.iter().map(String::as_str))
    }
}
