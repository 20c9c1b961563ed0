//! The compatibility of the objective's methods. An estimator is judged by the bound and the posterior; a KL term and a
//! penalty by the bound, the estimator, the posterior and the prior.

use super::fit::Fit;
use super::{Bound, BoundKind, Choice, Estimator, KlTerm, Penalty, PenaltyKind, Posterior, PosteriorKind, Prior};
use crate::experiment::{Experiment, ImageShape, Kl, Problem};

impl Fit for Bound {}

impl Fit for Estimator {
    fn judge(&self, experiment: &Experiment, _image: Option<ImageShape>) -> Option<String> {
        let (needs, bound) = (self.kind(), experiment.objective.bound);
        let posterior = experiment.latent.posterior;
        match needs.bound {
            Some(of) if of != bound.kind() => {
                let of = Bound::ALL.iter().find(|bound| bound.kind() == of).map_or("", Choice::name);
                let other = Self::ALL
                    .iter()
                    .find(|it| it.kind().bound == Some(bound.kind()) && it.kind().others == needs.others);
                let mend =
                    other.map_or_else(|| "use the reparameterised gradient".into(), |it| format!("use {}", it.name()));
                Some(format!("{} is for the {of} bound; for {} {mend}", self.name(), bound.name()))
            }
            _ if needs.density && matches!(posterior.kind(), PosteriorKind::Flow | PosteriorKind::Sphere) => {
                Some(format!(
                    "it needs log q at given z, which a {} has only for its own samples or not for all gradients; use \
                 a Gaussian posterior",
                    posterior.name()
                ))
            }
            _ => None,
        }
    }
}

impl Fit for KlTerm {
    fn judge(&self, experiment: &Experiment, _image: Option<ImageShape>) -> Option<String> {
        if *self == Self::Weighted { None } else { experiment.no_kl_term() }
    }
}

impl Fit for Penalty {
    fn judge(&self, experiment: &Experiment, _image: Option<ImageShape>) -> Option<String> {
        let kind = self.kind();
        let latent = &experiment.latent;
        match kind {
            PenaltyKind::Nothing => None,
            _ if latent.posterior != Posterior::DiagonalGaussian => {
                Some("it needs the means and variances of a diagonal Gaussian q(z|x)".into())
            }
            PenaltyKind::FromNormal if latent.prior != Prior::StandardNormal => {
                Some("it measures the distance from N(0, I); use the standard normal prior".into())
            }
            _ => experiment.no_kl_term(),
        }
    }
}

impl Experiment {
    /// Why the objective has no KL term that could take another form or stand beside a penalty; `None` if it has one.
    fn no_kl_term(&self) -> Option<String> {
        let objective = &self.objective;
        let own = objective.bound.kind() == BoundKind::Elbo && objective.estimator == Estimator::Reparameterised;
        (!own)
            .then(|| "only the ELBO under the reparameterised gradient has a KL term of its own; use these two".into())
    }

    /// Errors of the objective's methods: fields out of range, and combinations that make no sense.
    pub(in crate::experiment) fn objective_method_problems(&self, image: Option<ImageShape>) -> Vec<Problem> {
        let objective = &self.objective;
        let mut problems = self.problems_of(objective.bound, "objective.bound", image);
        problems.extend(self.problems_of(objective.estimator, "objective.estimator", image));
        problems.extend(self.problems_of(objective.kl_term, "objective.kl_term", image));
        problems.extend(self.problems_of(objective.penalty, "objective.penalty", image));
        problems.extend(self.undivided_kl());
        problems
    }

    /// Groups of dimensions where there is but one KL for all.
    fn undivided_kl(&self) -> Option<Problem> {
        let (latent, objective) = (&self.latent, &self.objective);
        let divided = latent.posterior == Posterior::DiagonalGaussian
            && latent.prior == Prior::StandardNormal
            && objective.kl == Kl::Analytic;
        match objective.kl_term {
            KlTerm::FreeBits { group, .. } if !divided && group < latent.total() => Some(Problem::error(
                "objective.kl_term.group",
                format!("here is one KL for all dimensions; make a group of all {}", latent.total()),
            )),
            _ => None,
        }
    }
}
