//! Where a run stands, as its files say.

/// Where a run stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunState {
    /// A process trains it; which, in words.
    Running(String),
    /// The run has come to its end.
    Finished,
    /// The run was saved before its end, and can go on.
    Paused,
    /// There are reports, but no model to go on with; why.
    Unsaved(String),
    /// A file cannot be read; which, and what helps.
    Damaged(String),
}

impl RunState {
    /// The names of all states.
    pub const NAMES: [&'static str; 5] = ["running", "finished", "paused", "unsaved", "damaged"];

    /// The state in one word.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Running(_) => "running",
            Self::Finished => "finished",
            Self::Paused => "paused",
            Self::Unsaved(_) => "unsaved",
            Self::Damaged(_) => "damaged",
        }
    }

    /// A detail of the state, such as the reason of a failure.
    pub fn why(&self) -> Option<&str> {
        match self {
            Self::Running(why) | Self::Unsaved(why) | Self::Damaged(why) => Some(why),
            Self::Finished | Self::Paused => None,
        }
    }

    /// Whether its model can be read.
    pub fn has_model(&self) -> bool {
        matches!(self, Self::Running(_) | Self::Finished | Self::Paused)
    }
}
