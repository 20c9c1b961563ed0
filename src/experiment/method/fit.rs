//! The compatibility of the model's methods: which make sense together, and why others do not.
//!
//! A likelihood is judged by the data, a posterior by the latent dimension, a prior by both the latent dimension and
//! the posterior. No method is judged by one that is chosen after it, so that there is always a choice to make and each
//! complaint is made once.

use super::{
    BetaSchedule, Choice, Initialisation, Length, Likelihood, Missing, Optimiser, Posterior, PosteriorKind, Prior,
    PriorKind, Schedule, Source,
};
use crate::experiment::{Experiment, ImageShape, Problem};

/// [`Choice::why_not`] of each list. By default every alternative makes sense in every experiment.
pub trait Fit {
    fn judge(&self, _experiment: &Experiment, _image: Option<ImageShape>) -> Option<String> {
        None
    }
}

impl Fit for BetaSchedule {}
impl Fit for Initialisation {}
impl Fit for Length {}
impl Fit for Missing {}
impl Fit for Optimiser {}
impl Fit for Schedule {}
impl Fit for Source {}

impl Fit for Likelihood {
    fn judge(&self, experiment: &Experiment, image: Option<ImageShape>) -> Option<String> {
        match (self, image.or_else(|| experiment.image_shape_hint())) {
            (Self::Categorical { .. }, Some(ImageShape { channels: 2.., .. })) => Some(
                "a probability for each level of each colour is hundreds of numbers a pixel, and leaves the colours \
                 independent; use the mixture of logistics"
                    .into(),
            ),
            (Self::MixtureOfLogistics { .. }, Some(ImageShape { channels: 2.., .. }))
                if experiment.data.missing.hides() || experiment.data.source.has_mask() =>
            {
                Some(
                    "in colour it sees green after red and blue after both, which may be missing; use a Gaussian"
                        .into(),
                )
            }
            _ => self.judge_data(&experiment.data),
        }
    }
}

impl Fit for Posterior {
    fn judge(&self, experiment: &Experiment, _image: Option<ImageShape>) -> Option<String> {
        match self.kind() {
            PosteriorKind::Sphere if experiment.latent.dimension < 2 => {
                Some("a sphere needs at least 2 dimensions; raise the latent dimension".into())
            }
            _ => None,
        }
    }
}

impl Fit for Prior {
    fn judge(&self, experiment: &Experiment, _image: Option<ImageShape>) -> Option<String> {
        let posterior = experiment.latent.posterior;
        match (self.kind(), posterior.kind()) {
            (PriorKind::Layers, PosteriorKind::Layers) => None,
            (_, PosteriorKind::Layers) => Some(
                "the posterior has two layers, h₁ and h₂, of which the decoder reads h₁: only p(h₂)·p(h₁|h₂) ties \
                 them; use the prior of two layers"
                    .into(),
            ),
            (PriorKind::Sphere, PosteriorKind::Sphere) => None,
            (_, PosteriorKind::Sphere) => Some(format!(
                "the {} posterior lies on the unit sphere, where this prior has no density; use the uniform prior on \
                 the sphere",
                posterior.name()
            )),
            (PriorKind::Sphere, _) => Some(format!(
                "the {} posterior is not on the sphere; use von Mises–Fisher, or a prior on all of ℝᵈ",
                posterior.name()
            )),
            (PriorKind::Layers, _) => Some(format!(
                "the {} posterior has one layer; use the posterior of two layers, or a prior of one",
                posterior.name()
            )),
            (PriorKind::Posteriors, PosteriorKind::Flow) => Some(format!(
                "it needs log q(z|u) at samples of other images, for which the {} would have to be inverted; use a \
                 Gaussian posterior",
                posterior.name()
            )),
            (PriorKind::Planar, _) if experiment.latent.dimension > 2 => {
                Some("it is made to be looked at; set the latent dimension to 1 or 2".into())
            }
            _ => None,
        }
    }
}

impl Experiment {
    /// Errors of the methods: fields out of range, and combinations that make no sense.
    pub(in crate::experiment) fn method_problems(&self, image: Option<ImageShape>) -> Vec<Problem> {
        let (likelihood, latent) = (self.decoder.likelihood, &self.latent);
        let mut problems = self.problems_of(likelihood, "decoder.likelihood", image);
        problems.extend(self.problems_of(latent.posterior, "latent.posterior", image));
        problems.extend(self.problems_of(latent.prior, "latent.prior", image));
        problems
    }

    pub(super) fn problems_of(&self, method: impl Choice, path: &str, image: Option<ImageShape>) -> Vec<Problem> {
        let mut problems = method.field_problems(path);
        problems.extend(method.why_not(self, image).map(|reason| Problem::error(path, reason)));
        problems
    }

    /// Choose a posterior, and if the present prior does not fit it, the first prior of the list that does.
    pub fn set_posterior(&mut self, posterior: Posterior) {
        self.latent.posterior = posterior;
        if self.latent.prior.why_not(self, None).is_some()
            && let Some(prior) = Prior::ALL.iter().find(|prior| prior.why_not(self, None).is_none())
        {
            self.latent.prior = *prior;
        }
    }
}
