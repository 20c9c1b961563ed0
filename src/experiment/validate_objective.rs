//! What is wrong with an objective, but for its methods by themselves.

use super::method::BoundKind;
use super::validate::{Check, SAMPLES_MAX};
use super::{BetaSchedule, Bound, Experiment, Objective};

impl Check {
    pub(super) fn objective(&mut self, experiment: &Experiment) {
        let objective = &experiment.objective;
        if let Some(problem) = objective.samples_problem() {
            self.error("objective.samples", problem);
        } else if objective.samples == 1 && matches!(objective.bound.kind(), BoundKind::Iwae | BoundKind::Weights) {
            self.warn("objective.samples", "with K = 1 this bound is the ELBO");
        }
        if let Bound::Renyi { alpha } = objective.bound
            && alpha < 0.0
        {
            self.warn("objective.bound.alpha", "below α = 0 the objective is no lower bound on log p(x)");
        }
        self.beta(&objective.beta);
    }

    fn beta(&mut self, beta: &BetaSchedule) {
        let mut ends = |from: f64, to: f64| {
            self.not_negative("objective.beta.from", "β at the start", from);
            self.not_negative("objective.beta.to", "β at the end", to);
        };
        match *beta {
            BetaSchedule::Constant(beta) => self.not_negative("objective.beta", "β", beta),
            BetaSchedule::Warmup { from, to, epochs } | BetaSchedule::Cosine { from, to, epochs } => {
                ends(from, to);
                self.positive("objective.beta.epochs", "the warm-up's length in epochs", epochs);
            }
            BetaSchedule::Cyclical { from, to, period, rise } => {
                ends(from, to);
                self.positive("objective.beta.period", "the cycle's length in epochs", period);
                if !(rise > 0.0 && rise <= 1.0) {
                    let message = format!("the share of a cycle in which β rises is above 0 and at most 1, not {rise}");
                    self.error("objective.beta.rise", message);
                }
            }
        }
    }
}

impl Objective {
    /// What is wrong with the number of samples K, also as a live edit.
    pub fn samples_problem(&self) -> Option<String> {
        let samples = self.samples;
        match self.bound {
            _ if !(1..=SAMPLES_MAX).contains(&samples) => {
                Some(format!("Monte Carlo samples K must be 1 to {SAMPLES_MAX}, not {samples}"))
            }
            _ if samples == 1 && self.estimator.kind().others => {
                Some("each sample is compared with the others: K must be at least 2".into())
            }
            Bound::Miwae { groups } | Bound::Piwae { groups } if groups > 0 && !samples.is_multiple_of(groups) => {
                let next = samples.checked_next_multiple_of(groups).filter(|&next| next <= SAMPLES_MAX);
                let mend =
                    next.map_or_else(|| "use fewer groups".into(), |next| format!("use {next}, or other groups"));
                Some(format!("K = {samples} does not make {groups} equal groups; {mend}"))
            }
            _ => None,
        }
    }
}
