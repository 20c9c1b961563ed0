//! The list of ways to determine a run's length.

use super::choice::choices;
use crate::experiment::limits::{EPOCHS, Limits};

choices! {
    /// When a run is over.
    #[derive(Copy)]
    Length;

    Epochs(
        epochs: f64 = 20.0 in EPOCHS, "Epochs", "Passes over the training images.", "the length in epochs must be"
    ):
        "epochs",
        "Passes over the training images.",
        "";

    Steps(
        steps: u64 = 10_000 in Limits::at_least(1), "Steps", "Optimiser steps, one batch each.", "the length in steps \
         must be"
    ):
        "steps",
        "Optimiser steps, one batch each.",
        "";

    UntilConverged {
        patience: usize = 10 in 1..=1_000_000, "Patience", "Epochs without a rise of the validation bound before the \
         run ends, counted after β's ramp.", "the patience in epochs must be";
        min_delta: f64 = 0.1 in Limits::at_least(0.0), "Smallest rise", "The smallest rise that counts, in nats per \
         image.", "the smallest gain in nats must be";
        max_epochs: f64 = 500.0 in EPOCHS, "At most", "Epochs, converged or not.", "the length in epochs must be";
    }:
        "until converged",
        "Until the validation bound (β = 1) rises no more.",
        "";
}

impl std::fmt::Display for Length {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Epochs(epochs) => write!(f, "{epochs} epochs"),
            Self::Steps(steps) => write!(f, "{steps} steps"),
            Self::UntilConverged { max_epochs, .. } => write!(f, "{max_epochs} epochs, or until it has converged"),
        }
    }
}

impl Length {
    /// Number of epochs after which the run ends at the latest; `None` where the length is given in steps.
    pub fn epochs(&self) -> Option<f64> {
        match *self {
            Self::Epochs(epochs) | Self::UntilConverged { max_epochs: epochs, .. } => Some(epochs),
            Self::Steps(_) => None,
        }
    }

    /// Why a run of this length is over after `step` steps and `epochs` epochs; `None` if it is not. Whether its bound
    /// has converged is not judged here.
    pub fn reached(&self, step: u64, epochs: f64) -> Option<String> {
        match *self {
            Self::Epochs(most) if epochs >= most => Some(format!("{most} epochs")),
            Self::Steps(most) if step >= most => Some(format!("{most} steps")),
            Self::UntilConverged { max_epochs, .. } if epochs >= max_epochs => {
                Some(format!("{max_epochs} epochs, not converged yet"))
            }
            _ => None,
        }
    }

    /// The length in epochs, if an epoch has `steps_per_epoch` steps; for [`Self::UntilConverged`] the greatest length.
    pub fn in_epochs(&self, steps_per_epoch: f64) -> f64 {
        match *self {
            Self::Steps(steps) => steps as f64 / steps_per_epoch,
            Self::Epochs(epochs) | Self::UntilConverged { max_epochs: epochs, .. } => epochs,
        }
    }
}
