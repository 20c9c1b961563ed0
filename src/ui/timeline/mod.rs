//! The time slider: which kept state of the run every pane shows, and the way through them.

mod places;
mod play;
mod slider;
mod strip;

pub use places::Places;
pub use play::{Play, Speed};
pub use strip::{HEIGHT, TimeAsks, strip_ui};

use crate::train::At;
use crate::worker::{Command, Status};

/// The state that is looked at, as the user asked for it; the worker follows.
#[derive(Default)]
pub struct Timeline {
    /// The place that was asked for last, with the run's number, until a status tells of it.
    asked: Option<(u64, At)>,
    pub play: Option<Play>,
    /// Whether a fork was asked for: the next run that is replaced is its parent, to be seen beside it.
    forks: bool,
}

impl Timeline {
    /// Look at a place; the command that says so to the worker.
    pub fn go(&mut self, status: &Status, at: At) -> Command {
        self.asked = Some((status.run, at));
        Command::LookAt(at)
    }

    /// A fork of the run was asked for.
    pub fn fork(&mut self) {
        self.forks = true;
        self.play = None;
    }

    /// Whether a fork was asked for; not any more from now on.
    pub fn take_fork(&mut self) -> bool {
        std::mem::take(&mut self.forks)
    }

    /// Forget the place that was asked for, once the worker has heard of it.
    pub fn settle(&mut self, status: &Status, is_settled: bool) {
        if is_settled || self.asked.is_some_and(|(run, _)| run != status.run) {
            self.asked = None;
        }
        if status.experiment.is_none() {
            self.play = None;
        }
    }

    /// The places, with the one that is looked at or about to be.
    pub fn places<'a>(&self, status: &'a Status) -> Places<'a> {
        let places = Places::of(status);
        match self.asked {
            Some((_, at)) => places.at(at),
            None => places,
        }
    }
}
