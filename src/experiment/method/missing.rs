//! The list of ways to make values missing.

use super::choice::choices;

const FRACTION: f64 = 0.5;

choices! {
    /// Values that are hidden from the model although the source has them, to try how it does without.
    Missing;

    None:
        "only what is missing",
        "Every value that the source has is seen.",
        "";

    Random {
        fraction: f64 = FRACTION in 0.0..=1.0, "Hidden share", "The probability with which each value of each image \
         is hidden, once and for all.", "the share of hidden values must be";
        seed: u64 = 0 in 0..=u64::MAX, "Seed of the choice", "Another seed hides other values.";
    }:
        "hidden at random",
        "Values are hidden completely at random, whatever they are: their truth is known when they are imputed.",
        "Rubin 1976; Mattei & Frellsen 2019, section 4";
}

impl Missing {
    /// Whether any value is hidden.
    pub fn hides(&self) -> bool {
        matches!(self, Self::Random { fraction, .. } if *fraction > 0.0)
    }

    /// The choice in a few words, for the note of a data set; `None` where nothing is hidden.
    pub fn words(&self) -> Option<String> {
        match self {
            Self::Random { fraction, seed } if self.hides() => {
                let percent = (fraction * 1e4).round() / 1e2;
                Some(format!("{percent} % of the values are hidden at random (seed {seed})"))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Choice;

    #[test]
    fn nothing_is_hidden_by_default_and_by_a_share_of_none() {
        assert!(!Missing::default().hides());
        assert!(!Missing::Random { fraction: 0.0, seed: 3 }.hides());
        assert!(Missing::Random { fraction: 0.25, seed: 3 }.words().is_some_and(|words| words.contains("25")));
        assert_eq!(Missing::ALL.len(), 2);
    }
}
