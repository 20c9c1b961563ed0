//! The list of schedules for β, the weight of the KL term.

use super::choice::choices;
use crate::experiment::limits::{BETA, Limits};

/// Epochs of a ramp or of a cycle.
const EPOCHS: Limits<f64> = Limits::above(0.0);

choices! {
    /// The weight β of the KL term over the run.
    #[derive(Copy)]
    BetaSchedule;

    Constant(
        beta: f64 = 1.0 in BETA, "β", "Weight of the KL term: 1 is the ELBO; above it the posterior keeps closer to \
         the prior."
    ):
        "constant",
        "The same β throughout; 1 is the bound itself.",
        "";

    Warmup {
        from: f64 = 0.0 in BETA, "β at the start", "The weight of the KL at first.";
        to: f64 = 1.0 in BETA, "β at the end", "The weight of the KL after the ramp.";
        epochs: f64 = 10.0 in EPOCHS, "Ramp epochs", "How long β goes from the start to the end.", "the ramp's length \
         in epochs must be";
    }:
        "linear ramp",
        "Goes in a straight line from one weight to another. Rising (a warm-up), the latents are used before the prior \
         pulls at them; falling, the code is let in little by little.",
        "Sønderby et al. 2016";

    Cosine {
        from: f64 = 0.0 in BETA, "β at the start", "The weight of the KL at first.";
        to: f64 = 1.0 in BETA, "β at the end", "The weight of the KL after the ramp.";
        epochs: f64 = 10.0 in EPOCHS, "Ramp epochs", "How long β goes from the start to the end.", "the ramp's length \
         in epochs must be";
    }:
        "cosine ramp",
        "Goes from one weight to another along half a cosine: slowly at both ends.",
        "";

    Cyclical {
        from: f64 = 0.0 in BETA, "β at the start", "The weight of the KL at the start of each cycle.";
        to: f64 = 1.0 in BETA, "β at the end", "The weight of the KL at the end of each cycle.";
        period: f64 = 5.0 in EPOCHS, "Cycle", "Epochs from one start to the next.", "the cycle's length in epochs must \
         be";
        rise: f64 = 0.5 in Limits::above_to(0.0, 1.0), "Rising share", "The share of a cycle in which β rises; then it \
         rests.", "the share of a cycle in which β rises is";
    }:
        "cyclical",
        "Rises again and again, so that latents given up for the prior get another chance.",
        "Fu et al. 2019";
}

impl BetaSchedule {
    /// Whether β goes through the way from its start to its end again and again.
    pub fn repeats(&self) -> bool {
        matches!(self, Self::Cyclical { .. })
    }

    /// β after `epochs` epochs, which may be a fraction.
    pub fn at(&self, epochs: f64) -> f64 {
        match *self {
            Self::Constant(beta) => beta,
            Self::Warmup { from, to, epochs: length } if epochs < length => from + (to - from) * epochs / length,
            Self::Cosine { from, to, epochs: length } if epochs < length => {
                from + (to - from) * 0.5 * (1.0 - (std::f64::consts::PI * epochs / length).cos())
            }
            Self::Warmup { to, .. } | Self::Cosine { to, .. } => to,
            Self::Cyclical { from, to, period, rise } => {
                let phase = (epochs / period).fract() / rise;
                if phase < 1.0 { from + (to - from) * phase } else { to }
            }
        }
    }

    /// β at the start of the run, or of each cycle.
    pub fn start(&self) -> f64 {
        match *self {
            Self::Constant(beta) => beta,
            Self::Warmup { from, .. } | Self::Cosine { from, .. } | Self::Cyclical { from, .. } => from,
        }
    }

    /// The schedule with `beta` as its value at the end of the run, or of each cycle.
    pub fn ending_at(mut self, beta: f64) -> Self {
        match &mut self {
            Self::Constant(to) | Self::Warmup { to, .. } | Self::Cosine { to, .. } | Self::Cyclical { to, .. } => {
                *to = beta
            }
        }
        self
    }

    /// β at the end of the run, or of each cycle.
    pub fn end(&self) -> f64 {
        match *self {
            Self::Constant(beta) => beta,
            Self::Warmup { to, .. } | Self::Cosine { to, .. } | Self::Cyclical { to, .. } => to,
        }
    }

    /// Number of epochs after which β first reaches its end value.
    pub fn warm_after(&self) -> f64 {
        match *self {
            Self::Constant(_) => 0.0,
            Self::Warmup { epochs, .. } | Self::Cosine { epochs, .. } => epochs,
            Self::Cyclical { period, rise, .. } => period * rise,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cosine_warm_up_is_slow_at_both_ends() {
        let beta = BetaSchedule::Cosine { from: 0.2, to: 1.0, epochs: 10.0 };
        for (epochs, expected) in [(0.0, 0.2), (5.0, 0.6), (10.0, 1.0), (40.0, 1.0)] {
            assert!((beta.at(epochs) - expected).abs() < 1e-12, "epoch {epochs}");
        }
        assert!(beta.at(2.5) < 0.4 && beta.at(7.5) > 0.8);
    }

    #[test]
    fn a_cycle_rises_and_rests_and_begins_again() {
        let beta = BetaSchedule::Cyclical { from: 0.0, to: 2.0, period: 4.0, rise: 0.5 };
        for (epochs, expected) in [(0.0, 0.0), (1.0, 1.0), (2.0, 2.0), (3.9, 2.0), (4.0, 0.0), (9.0, 1.0)] {
            assert!((beta.at(epochs) - expected).abs() < 1e-12, "epoch {epochs}: {}", beta.at(epochs));
        }
        assert_eq!((beta.end(), beta.warm_after()), (2.0, 2.0));
    }
}
