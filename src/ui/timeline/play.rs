//! Playing: from one kept state to the next, by itself.

use serde::{Deserialize, Serialize};

/// How many kept states a second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Speed {
    /// One a second.
    Slow,
    /// Two a second.
    #[default]
    Middle,
    /// Five a second.
    Fast,
    /// Ten a second.
    Faster,
}

impl Speed {
    pub const ALL: [Self; 4] = [Self::Slow, Self::Middle, Self::Fast, Self::Faster];

    pub fn name(self) -> &'static str {
        match self {
            Self::Slow => "1/s",
            Self::Middle => "2/s",
            Self::Fast => "5/s",
            Self::Faster => "10/s",
        }
    }

    /// Seconds that a state is shown.
    pub fn period(self) -> f64 {
        match self {
            Self::Slow => 1.0,
            Self::Middle => 0.5,
            Self::Fast => 0.2,
            Self::Faster => 0.1,
        }
    }
}

/// Longest time in seconds that a state waits for the panes' pictures of it.
const PATIENCE: f64 = 2.0;

/// The way through the states, while it plays.
#[derive(Clone, Copy, Debug)]
pub struct Play {
    /// When the present state came.
    pub since: f64,
}

impl Play {
    /// Whether the next state is due at a time; `is_shown` says whether the panes show the present one.
    pub fn is_due(self, now: f64, speed: Speed, is_shown: bool) -> bool {
        let shown = now - self.since;
        shown >= speed.period() && (is_shown || shown >= PATIENCE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_shown_for_its_time_and_waits_for_pictures_but_not_for_ever() {
        let play = Play { since: 10.0 };
        assert!(!play.is_due(10.4, Speed::Middle, true));
        assert!(play.is_due(10.5, Speed::Middle, true));
        assert!(!play.is_due(11.0, Speed::Middle, false));
        assert!(play.is_due(12.0, Speed::Middle, false));
    }
}
