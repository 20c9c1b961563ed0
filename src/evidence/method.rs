//! The methods for measuring log p(x), and which of them a model allows.

use super::marginal::{LinearGaussian, adapts};
use super::quadrature;
use crate::estimate::Estimate;
use crate::experiment::method::PriorKind;
use crate::experiment::{Experiment, Plan};

/// A method for measuring log p(x). The order is that of preference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// The closed form, for linear-Gaussian models.
    ClosedForm,
    /// Quadrature, for one or two latent dimensions.
    Quadrature,
    /// Annealed importance sampling.
    Annealing,
    /// Importance sampling from a proposal adapted to each image.
    Adaptive,
    /// Importance sampling from q(z|x).
    Importance,
}

impl Method {
    /// All methods, the best first.
    pub const ALL: [Self; 5] = [Self::ClosedForm, Self::Quadrature, Self::Annealing, Self::Adaptive, Self::Importance];

    /// The name in an evaluation's report.
    pub fn name(self) -> &'static str {
        match self {
            Self::ClosedForm => "closed form",
            Self::Quadrature => "quadrature over z",
            Self::Annealing => "annealed importance sampling",
            Self::Adaptive => "adaptive importance sampling",
            Self::Importance => "importance sampling from q(z|x)",
        }
    }

    /// The name in sentences and in `ledger.csv`.
    pub fn short_name(self) -> &'static str {
        match self {
            Self::Quadrature => "quadrature",
            Self::Importance => "importance sampling",
            Self::ClosedForm | Self::Annealing | Self::Adaptive => self.name(),
        }
    }

    /// The name as an adverbial, to follow "measured": `by quadrature`.
    pub fn how(self) -> &'static str {
        match self {
            Self::ClosedForm => "in closed form",
            Self::Quadrature => "by quadrature",
            Self::Annealing => "by annealed importance sampling",
            Self::Adaptive => "by adaptive importance sampling",
            Self::Importance => "by importance sampling from q",
        }
    }

    /// Why a model does not allow the method; `None` if it does.
    pub fn why_not(self, experiment: &Experiment, plan: &Plan) -> Option<String> {
        match self {
            Self::ClosedForm if !LinearGaussian::applies(experiment, &plan.decoder) => Some(
                "log p(x) has no closed form for this model: that takes a decoder without nonlinearity and norm, a \
                 Gaussian likelihood with one σ and the prior N(0, I). Use --method auto."
                    .into(),
            ),
            Self::Quadrature | Self::Annealing | Self::Adaptive
                if experiment.latent.prior.kind() == PriorKind::Sphere =>
            {
                Some("on a sphere log p(x) is estimated by importance sampling only. Use --method importance.".into())
            }
            Self::Quadrature if !quadrature::applies(plan.latent) => Some(format!(
                "quadrature is for one or two latent dimensions, and this model has {}. Use --method auto or ais.",
                plan.latent
            )),
            _ => None,
        }
    }

    /// All methods that a model allows, the best first.
    pub fn allowed(experiment: &Experiment, plan: &Plan) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|method| method.why_not(experiment, plan).is_none())
    }

    /// The methods to choose from where one is enough, the best first: closed form and quadrature where the model
    /// allows them, else importance sampling, from a proposal adapted to each image if `samples` samples per image are
    /// enough for it, and from q(z|x).
    pub fn preferred(experiment: &Experiment, plan: &Plan, samples: usize) -> Vec<Self> {
        let all: Vec<Self> = Self::allowed(experiment, plan).collect();
        let without_samples = [Self::ClosedForm, Self::Quadrature].iter().any(|method| all.contains(method));
        let adaptive = !without_samples && adapts(samples, plan.latent);
        all.into_iter()
            .filter(|method| match method {
                Self::Annealing => false,
                Self::Adaptive => adaptive,
                Self::ClosedForm | Self::Quadrature | Self::Importance => true,
            })
            .collect()
    }

    /// The methods to try one after the other where a single image is measured: each where the one before it does not
    /// apply or does not settle. Unlike [`preferred`](Self::preferred), a closed form or quadrature may fail here, so
    /// that adaptive importance sampling stands before sampling from q(z|x).
    pub fn in_turn(experiment: &Experiment, plan: &Plan, samples: usize) -> Vec<Self> {
        let adaptive = adapts(samples, plan.latent);
        Self::allowed(experiment, plan)
            .filter(|method| *method != Self::Annealing && (adaptive || *method != Self::Adaptive))
            .collect()
    }

    /// The average of this method's estimates over images. Errors of sampling are independent between images; errors of
    /// a lattice are not and add up.
    pub fn average(self, images: &[Estimate]) -> Estimate {
        let mut average = Estimate::average(images.iter().copied());
        if self == Self::Quadrature {
            average.se = images.iter().map(|image| image.se).sum::<f64>() / images.len() as f64;
        }
        average
    }
}

/// The methods to use in an evaluation, where several may stand side by side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Methods {
    /// The closed form and quadrature where the model allows them, else adaptive importance sampling if there are
    /// enough samples; and besides, importance sampling from q(z|x).
    #[default]
    Auto,
    /// One method alone.
    Only(Method),
    /// In addition to `Auto`: adaptive importance sampling, annealing, and bidirectional Monte Carlo on data simulated
    /// from the model.
    All,
}

impl Methods {
    /// Why a model does not allow this selection; `None` if it does.
    pub fn why_not(self, experiment: &Experiment, plan: &Plan) -> Option<String> {
        match self {
            Self::Only(method) => method.why_not(experiment, plan),
            Self::Auto | Self::All => None,
        }
    }

    /// The methods of this selection for a model, with `samples` samples per image.
    pub fn of(self, experiment: &Experiment, plan: &Plan, samples: usize) -> Vec<Method> {
        match self {
            Self::Only(method) => vec![method],
            Self::All => Method::allowed(experiment, plan).collect(),
            Self::Auto => Method::preferred(experiment, plan, samples),
        }
    }
}
