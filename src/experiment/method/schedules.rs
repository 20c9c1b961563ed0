//! The list of schedules of the learning rate.

use super::choice::choices;
use crate::experiment::limits::Limits;

/// Number of epochs of Burda's eight stages, Σ 3^i for i = 0…7.
pub(in crate::experiment) const BURDA_EPOCHS: f64 = 3_280.0;

const POSITIVE: Limits<f64> = Limits::above(0.0);

choices! {
    /// A factor on the learning rate over the run.
    #[derive(Copy)]
    Schedule;

    Constant:
        "constant",
        "The factor is 1 throughout.",
        "";

    Cosine {
        floor: f64 = 0.0 in 0.0..=1.0, "Floor", "The factor at the end of the run.", "the floor is a factor from";
    }:
        "cosine",
        "Half a cosine from 1 down to a floor over the run.",
        "Loshchilov & Hutter 2017";

    Exponential {
        rate: f64 = 0.95 in POSITIVE, "Rate", "The factor after one epoch.", "the factor per epoch must be";
    }:
        "exponential",
        "A rate to the power of the epoch.",
        "";

    Step {
        every: f64 = 10.0 in POSITIVE, "Every", "Epochs between two steps.", "the epochs between two drops must be";
        factor: f64 = 0.5 in POSITIVE, "Factor", "Multiplied in at each step.", "the factor of each drop must be";
    }:
        "steps",
        "A factor every so many epochs.",
        "";

    Burda:
        "Burda 3^i",
        "3^i epochs at 10^(−i/7), i = 0…7.",
        "Burda et al. 2015";
}

impl Schedule {
    /// Whether the schedule is spread over a number of epochs and then keeps its end value. The number is that of the
    /// run, unless [`Training::schedule_epochs`](crate::experiment::Training::schedule_epochs) gives another. Other
    /// schedules are functions of the epoch alone.
    pub fn has_end(&self) -> bool {
        matches!(self, Self::Cosine { .. })
    }
}
