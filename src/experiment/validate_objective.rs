//! Validation of an objective as a whole; its methods are each checked elsewhere.

use super::limits::SAMPLES;
use super::method::{BoundKind, outside};
use super::validate::Check;
use super::{Bound, Experiment, Objective, Penalty};

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
        if experiment.training.batch == 1 && compares_images(objective.penalty) {
            let message = "with one image a batch this penalty does nothing: it compares images; use larger batches";
            self.warn("objective.penalty", message);
        }
        self.fields("objective.beta", &objective.beta);
    }
}

/// Whether a penalty compares images, so that it is constant for a single image and its gradient 0. (DIP-VAE-II and MMD
/// are not: a single image has a variance and a distance from N(0, I).)
fn compares_images(penalty: Penalty) -> bool {
    match penalty {
        Penalty::TotalCorrelationWeighted { .. }
        | Penalty::TotalCorrelationStratified { .. }
        | Penalty::FactorVae { .. }
        | Penalty::DipI { .. } => true,
        Penalty::None | Penalty::DipII { .. } | Penalty::Mmd { .. } => false,
    }
}

impl Objective {
    /// The problem with the number of samples K, in an experiment or as a change to a run in progress; `None` if K is
    /// fine.
    pub fn samples_problem(&self) -> Option<String> {
        let samples = self.samples;
        if let Some(problem) = outside("Monte Carlo samples K must be", samples, SAMPLES) {
            return Some(problem);
        }
        match self.bound {
            _ if samples == 1 && self.estimator.kind().others => {
                Some("each sample is compared with the others: K must be at least 2".into())
            }
            Bound::Miwae { groups } | Bound::Piwae { groups } if groups > 0 && !samples.is_multiple_of(groups) => {
                let next = samples.checked_next_multiple_of(groups).filter(|&next| SAMPLES.contains(next));
                let mend =
                    next.map_or_else(|| "use fewer groups".into(), |next| format!("use {next}, or other groups"));
                Some(format!("K = {samples} does not make {groups} equal groups; {mend}"))
            }
            _ => None,
        }
    }
}
