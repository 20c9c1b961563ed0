//! The list of optimisers.

use super::choice::choices;
use crate::experiment::limits::{Limits, SHARE};

const BETA1: f64 = 0.9;
const BETA2: f64 = 0.999;
const EPSILON: f64 = 1e-8;
const RMS_DECAY: f64 = 0.99;
const WEIGHT_DECAY: f64 = 0.01;

const POSITIVE: Limits<f64> = Limits::above(0.0);

choices! {
    /// First-order optimisers, each with its parameters. The learning rate is
    /// [`Training::learning_rate`](crate::experiment::Training::learning_rate).
    #[derive(Copy)]
    Optimiser;

    Adam {
        beta1: f64 = BETA1 in SHARE, "β₁", "Decay of the running mean of gradients.";
        beta2: f64 = BETA2 in SHARE, "β₂", "Decay of the running mean of squared gradients.";
        epsilon: f64 = EPSILON in POSITIVE, "ε", "Added to the root of the squared gradients' mean, against division \
         by zero.";
    }:
        "Adam",
        "The gradients' running mean over the root of their squares' running mean, both corrected for starting at 0.",
        "Kingma & Ba 2015";

    AdamW {
        beta1: f64 = BETA1 in SHARE, "β₁", "Decay of the running mean of gradients.";
        beta2: f64 = BETA2 in SHARE, "β₂", "Decay of the running mean of squared gradients.";
        epsilon: f64 = EPSILON in POSITIVE, "ε", "Added to the root of the squared gradients' mean, against division \
         by zero.";
        weight_decay: f64 = WEIGHT_DECAY in Limits::at_least(0.0), "Weight decay", "Share of each weight taken off a \
         step, times η.", "weight decay must be";
    }:
        "AdamW",
        "Adam with decoupled weight decay.",
        "Loshchilov & Hutter 2019";

    Sgd {
        momentum: f64 = 0.9 | 0.0 in SHARE, "Momentum", "Share of the last step that is kept.", "momentum must be";
    }:
        "SGD",
        "Stochastic gradient ascent on the bound, with momentum: v ← m·v + g, θ ← θ + η·v.",
        "";

    Adagrad {
        epsilon: f64 = EPSILON in POSITIVE, "ε", "Added to the root of the squared gradients' sum, against division \
         by zero; 1e-8 unless changed, as for the others here, where PyTorch has 1e-10.";
    }:
        "Adagrad",
        "Gradients over the root of the sum of their squares so far; Kingma & Welling 2013 used it.",
        "Duchi et al. 2011";

    RmsProp {
        decay: f64 = RMS_DECAY in SHARE, "Decay", "Decay of the running mean of squared gradients.", "the decay must \
         be";
        epsilon: f64 = EPSILON in POSITIVE, "ε", "Added to the root of the squared gradients' mean, against division \
         by zero.";
        momentum: f64 = 0.0 in SHARE, "Momentum", "Share of the last step that is kept.", "momentum must be";
    }:
        "RMSprop",
        "Gradients over the root of their squares' running mean, with momentum.",
        "Tieleman & Hinton 2012";
}

impl Optimiser {
    /// Numbers of state for each parameter that the estimate of memory counts.
    pub(in crate::experiment) fn state_per_parameter(&self) -> u64 {
        match *self {
            Self::Sgd { momentum } => u64::from(momentum != 0.0),
            Self::Adam { .. } | Self::AdamW { .. } => 2,
            Self::Adagrad { .. } => 1,
            Self::RmsProp { momentum, .. } => 1 + u64::from(momentum != 0.0),
        }
    }
}
