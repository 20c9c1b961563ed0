//! The history of a run: states that were kept on its way, the best among them, and what was done to it.

mod at;
mod changes;
mod deed;
mod kept;
mod spacing;

pub use at::At;
pub use changes::changes;
pub use deed::{Deed, DeedKind, by, short};
pub use kept::{Kept, KeptFile, KeptHead};

use crate::experiment::HistoryEstimate;
use serde::{Deserialize, Serialize};

/// The run that another is a fork of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parent {
    /// The parent's run folder.
    pub path: String,
    /// The name of the parent's experiment.
    pub name: String,
    /// The step that the fork began at.
    pub step: u64,
}

/// The history of a run.
#[derive(Clone, Default)]
pub struct RunHistory {
    room: HistoryEstimate,
    /// In ascending order of their steps.
    kept: Vec<Kept>,
    best: Option<Kept>,
    deeds: Vec<Deed>,
    parent: Option<Parent>,
}

impl RunHistory {
    /// An empty history with so much room.
    pub fn new(room: HistoryEstimate) -> Self {
        Self { room, ..Self::default() }
    }

    /// A history that was saved: states in ascending order of their steps, the best, and what was done.
    pub fn restore(kept: Vec<Kept>, best: Option<Kept>, deeds: Vec<Deed>, parent: Option<Parent>) -> Self {
        Self { room: HistoryEstimate::default(), kept, best, deeds, parent }
    }

    /// This history with other room for states.
    #[must_use]
    pub fn with_room(self, room: HistoryEstimate) -> Self {
        Self { room, ..self }
    }

    /// The room that the history has.
    pub fn room(&self) -> &HistoryEstimate {
        &self.room
    }

    /// The kept states, in ascending order of their steps; the best stands apart.
    pub fn kept(&self) -> &[Kept] {
        &self.kept
    }

    /// The state with the highest bound on all validation images so far; `None` where no images are held out, or none
    /// was measured yet.
    pub fn best(&self) -> Option<&Kept> {
        self.best.as_ref()
    }

    /// The deeds done to the run, in order.
    pub fn deeds(&self) -> &[Deed] {
        &self.deeds
    }

    /// The run that this one is a fork of.
    pub fn parent(&self) -> Option<&Parent> {
        self.parent.as_ref()
    }

    /// Whether the state after `step` steps is to be kept.
    pub fn is_due(&self, step: u64) -> bool {
        spacing::is_due(step, self.room.states) && self.kept.last().is_none_or(|last| last.step() < step)
    }

    /// Whether a bound on all validation images is higher than any before.
    pub fn is_better(&self, bound: f64) -> bool {
        bound.is_finite() && self.best.as_ref().and_then(|best| best.head.bound).is_none_or(|best| bound > best)
    }

    /// Keep a state, the newest; another may have to leave for it.
    pub fn keep(&mut self, state: Kept) {
        if self.room.states == 0 {
            return;
        }
        self.kept.retain(|kept| kept.step() < state.step());
        self.kept.push(state);
        loop {
            let steps: Vec<_> = self.kept.iter().map(|kept| (kept.step(), kept.head.is_edit)).collect();
            match spacing::surplus(&steps, self.room.states) {
                Some(leaves) => drop(self.kept.remove(leaves)),
                None => break,
            }
        }
    }

    /// Keep a state as the best.
    pub fn keep_best(&mut self, state: Kept) {
        self.best = Some(state);
    }

    /// The states that were kept after `step` steps and may be changed: an edit at their step is part of them.
    pub fn at_step(&mut self, step: u64) -> impl Iterator<Item = &mut Kept> {
        self.kept.iter_mut().chain(&mut self.best).filter(move |kept| kept.step() == step)
    }

    /// Forget states beyond a step, which the run has gone back to. The record of deeds stays whole.
    pub fn cut(&mut self, step: u64) {
        self.kept.retain(|kept| kept.step() <= step);
        self.best.take_if(|best| best.step() > step);
    }

    /// The history of a fork that begins at a step.
    #[must_use]
    pub fn forked(mut self, parent: Parent) -> Self {
        self.cut(parent.step);
        self.deeds.retain(|deed| deed.step <= parent.step);
        self.parent = Some(parent);
        self
    }

    /// Tell of something that was done.
    pub fn record(&mut self, deed: Deed) {
        self.deeds.push(deed);
    }

    /// The kept state that is asked for; `None` for the last one of the run, which is at step `last`.
    ///
    /// # Errors
    /// There is none: says why, and which are nearest.
    pub fn find(&self, at: At, last: u64) -> Result<Option<&Kept>, String> {
        match at {
            At::Last => Ok(None),
            At::Best => self.best.as_ref().map(Some).ok_or_else(|| {
                "it keeps no best state: the bound on all validation images was never measured, because no images are \
                 held out (data.validation: 0), no epoch has ended yet, or an older version saved it"
                    .into()
            }),
            At::Step(step) if step == last => Ok(None),
            At::Step(step) => {
                let all = || self.kept.iter().chain(&self.best);
                all().find(|kept| kept.step() == step).map(Some).ok_or_else(|| {
                    let steps: Vec<u64> = all().map(Kept::step).chain([last]).collect();
                    format!("it keeps no step {step}; the nearest are {}", nearest(step, steps))
                })
            }
        }
    }

    /// The state that stands for one that was asked for and has left the history since: of a step, the last kept step
    /// before it.
    pub fn standing_for(&self, at: At, last: u64) -> At {
        match at {
            At::Step(step) if self.find(at, last).is_err() => {
                let before = self.kept.iter().map(Kept::step).filter(|kept| *kept < step).max();
                At::Step(before.unwrap_or(step))
            }
            at => at,
        }
    }

    /// Leave out what cannot be had.
    pub fn retain(&mut self, mut is_there: impl FnMut(&mut Kept) -> bool) {
        self.kept.retain_mut(&mut is_there);
        self.best.take_if(|best| !is_there(best));
    }
}

/// The few steps that are nearest to another, in ascending order.
fn nearest(step: u64, mut steps: Vec<u64>) -> String {
    steps.sort_by_key(|other| (other.abs_diff(step), *other));
    steps.dedup();
    steps.truncate(4);
    steps.sort_unstable();
    steps.iter().map(u64::to_string).collect::<Vec<_>>().join(", ")
}
