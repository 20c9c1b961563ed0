//! What is wrong with an objective: numbers out of range, and parts that do not go together.

use super::validate::{Check, SAMPLES_MAX};
use super::{BetaSchedule, Bound, Estimator, Experiment, KlTerm, Objective, Penalty, Posterior, Prior};

impl Check {
    pub(super) fn objective(&mut self, experiment: &Experiment) {
        let objective = &experiment.objective;
        self.count("objective.samples", "Monte Carlo samples K", objective.samples, 1, SAMPLES_MAX);
        self.bound(objective);
        if let Some(why) = objective.estimator.why_not(objective) {
            self.error("objective.estimator", why);
        } else if objective.samples == 1 && matches!(objective.estimator, Estimator::ScoreFunction | Estimator::Vimco) {
            self.error("objective.samples", "the baseline of each sample is made of the others: K must be at least 2");
        }
        self.beta(&objective.beta);
        self.kl_term(objective);
        self.penalty(experiment);
    }

    fn bound(&mut self, objective: &Objective) {
        let samples = objective.samples;
        match objective.bound {
            Bound::Elbo | Bound::Iwae | Bound::Autoencoder => {}
            Bound::Miwae { groups } | Bound::Piwae { groups } => {
                self.count("objective.bound.groups", "the groups M", groups, 1, SAMPLES_MAX);
                if groups > 0 && !samples.is_multiple_of(groups) {
                    let message = format!(
                        "K must be a multiple of the {groups} groups, such as {}",
                        samples.next_multiple_of(groups)
                    );
                    self.error("objective.samples", message);
                }
            }
            Bound::Ciwae { elbo_share } => {
                if !(0.0..=1.0).contains(&elbo_share) {
                    self.error(
                        "objective.bound.elbo_share",
                        format!("the ELBO's share is from 0 to 1, not {elbo_share}"),
                    );
                }
            }
            Bound::Renyi { alpha } => {
                if !alpha.is_finite() {
                    self.error("objective.bound.alpha", format!("α must be a number, not {alpha}"));
                } else if alpha < 0.0 {
                    self.warn("objective.bound.alpha", "below α = 0 the objective is no lower bound on log p(x)");
                }
            }
        }
        if samples == 1 && !matches!(objective.bound, Bound::Elbo | Bound::Autoencoder) {
            self.warn("objective.samples", "with K = 1 this bound is the ELBO");
        }
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

    fn kl_term(&mut self, objective: &Objective) {
        match objective.kl_term {
            KlTerm::Weighted => return,
            KlTerm::FreeBits { nats, group } => {
                self.not_negative("objective.kl_term.nats", "the free nats λ of a group", nats);
                self.count("objective.kl_term.group", "the dimensions of a group", group, 1, 4_096);
            }
            KlTerm::Capacity { nats, epochs } => {
                self.not_negative("objective.kl_term.nats", "the capacity C at the end", nats);
                self.positive("objective.kl_term.epochs", "the epochs in which C rises", epochs);
            }
        }
        if !objective.has_kl_term() {
            self.error(
                "objective.kl_term",
                format!("only the ELBO under the reparameterised gradient has a KL term of its own: {MEND}"),
            );
        }
    }

    fn penalty(&mut self, experiment: &Experiment) {
        let objective = &experiment.objective;
        let mut weight = |field: &str, value: f64| {
            self.not_negative(&format!("objective.penalty.{field}"), "the penalty's weight", value);
        };
        match objective.penalty {
            Penalty::None => return,
            Penalty::TotalCorrelationWeighted { weight: w }
            | Penalty::TotalCorrelationStratified { weight: w }
            | Penalty::Mmd { weight: w } => weight("weight", w),
            Penalty::DipI { off_diagonal, diagonal } | Penalty::DipII { off_diagonal, diagonal } => {
                weight("off_diagonal", off_diagonal);
                weight("diagonal", diagonal);
            }
        }
        let path = "objective.penalty";
        if !objective.has_kl_term() {
            self.error(path, format!("penalties go with the ELBO under the reparameterised gradient: {MEND}"));
        } else if experiment.latent.posterior != Posterior::DiagonalGaussian {
            self.error(path, "penalties need the means and variances of a diagonal Gaussian q(z|x)");
        } else if matches!(objective.penalty, Penalty::Mmd { .. }) && experiment.latent.prior != Prior::StandardNormal {
            self.error(path, "the discrepancy is in closed form for the standard normal prior only");
        }
    }
}

const MEND: &str = "set objective.bound to Elbo and objective.estimator to Reparameterised";

impl Objective {
    /// Whether the KL is a term of its own, so that it can be given another form and a penalty stand beside it.
    pub fn has_kl_term(&self) -> bool {
        self.bound == Bound::Elbo && self.estimator == Estimator::Reparameterised
    }
}

impl Estimator {
    /// Why this estimator is not one of an objective's gradient; `None` where it is.
    pub fn why_not(self, objective: &Objective) -> Option<&'static str> {
        match (self, objective.bound) {
            (Self::Reparameterised, _) => None,
            (Self::StickingTheLanding, Bound::Elbo) | (Self::ScoreFunction, Bound::Elbo) => None,
            (Self::DoublyReparameterised, Bound::Iwae) | (Self::Vimco, Bound::Iwae) => None,
            (Self::StickingTheLanding, _) => {
                Some("sticking the landing is for the ELBO; for IWAE it is biased (Tucker et al. 2019): use DReG there")
            }
            (Self::DoublyReparameterised, _) => {
                Some("DReG is for the IWAE bound; for the ELBO it is sticking the landing")
            }
            (Self::ScoreFunction, _) => Some("this baseline is for the ELBO; VIMCO is the same for IWAE"),
            (Self::Vimco, _) => Some("VIMCO is for the IWAE bound; for the ELBO use the score function"),
        }
    }
}
