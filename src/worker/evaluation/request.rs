//! What to evaluate, and by which methods.

use crate::data::Split;
use crate::evidence::marginal::{LinearGaussian, adapts};
use crate::evidence::quadrature;
use crate::experiment::method::PriorKind;
use crate::experiment::{Experiment, Plan};

/// A way to log p(x). The best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// In closed form, for linear-Gaussian models.
    Exact,
    /// By quadrature, for one or two latent dimensions.
    Quadrature,
    /// By annealed importance sampling.
    Annealing,
    /// By importance sampling from a proposal adapted to each image.
    Adaptive,
    /// By importance sampling from q(z|x).
    Importance,
}

impl Method {
    pub const ALL: [Self; 5] = [Self::Exact, Self::Quadrature, Self::Annealing, Self::Adaptive, Self::Importance];

    /// In sentences and in the report.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "closed form",
            Self::Quadrature => "quadrature over z",
            Self::Annealing => "annealed importance sampling",
            Self::Adaptive => "adaptive importance sampling",
            Self::Importance => "importance sampling from q(z|x)",
        }
    }

    /// Why it cannot be used with this model, if it cannot.
    pub fn refusal(self, experiment: &Experiment, plan: &Plan) -> Option<String> {
        match self {
            Self::Exact if !LinearGaussian::applies(experiment, &plan.decoder) => Some(
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
}

/// Which methods to use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Methods {
    /// The closed form and quadrature where the model allows them, else importance sampling adapted to each image where
    /// there are samples enough; and importance sampling from q beside them.
    #[default]
    Auto,
    Only(Method),
    /// Adaptive importance sampling and annealing too, and bidirectional Monte Carlo on data simulated from the model.
    All,
}

impl Methods {
    /// Why a model does not allow them, if it does not.
    pub fn refusal(self, experiment: &Experiment, plan: &Plan) -> Option<String> {
        match self {
            Self::Only(method) => method.refusal(experiment, plan),
            Self::Auto | Self::All => None,
        }
    }

    /// What that comes to for a model, with so many samples an image.
    pub fn of(self, experiment: &Experiment, plan: &Plan, samples: usize) -> Vec<Method> {
        let possible = Method::ALL.into_iter().filter(|method| method.refusal(experiment, plan).is_none());
        match self {
            Self::Only(method) => vec![method],
            Self::All => possible.collect(),
            Self::Auto => {
                let all: Vec<Method> = possible.collect();
                let without_samples = [Method::Exact, Method::Quadrature].iter().any(|method| all.contains(method));
                let adaptive = !without_samples && adapts(samples, plan.latent);
                all.into_iter()
                    .filter(|method| match method {
                        Method::Annealing => false,
                        Method::Adaptive => adaptive,
                        _ => true,
                    })
                    .collect()
            }
        }
    }
}

/// What to evaluate: the first `images` of a split.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EvaluationRequest {
    pub split: Split,
    pub images: usize,
    /// Importance samples an image; of the adaptive method the pilot's are among them.
    pub samples: usize,
    pub methods: Methods,
    /// The first so many images are annealed, and as many simulated ones.
    pub annealed_images: usize,
    /// Chains an image.
    pub chains: usize,
    /// Intermediate distributions.
    pub temperatures: usize,
    /// The gap is split on the first so many images; 0: not at all.
    pub gap_images: usize,
    /// Draws of z an image for the parts of the KL; 0: none.
    pub aggregate_draws: usize,
}

impl EvaluationRequest {
    /// The contract's defaults: 1,000 test images, 5,000 samples.
    pub fn new() -> Self {
        Self {
            split: Split::Test,
            images: 1_000,
            samples: 5_000,
            methods: Methods::Auto,
            annealed_images: 32,
            chains: 16,
            temperatures: 2_000,
            gap_images: 64,
            aggregate_draws: 1,
        }
    }
}

impl Default for EvaluationRequest {
    fn default() -> Self {
        Self::new()
    }
}

/// How far an evaluation has come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EvaluationProgress {
    /// Done, from 0 to 1; by the work it takes.
    pub share: f32,
    /// What is being done.
    pub what: &'static str,
}
