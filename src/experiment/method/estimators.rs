//! The list of gradient estimators.

use super::{BoundKind, Counts, define};

/// The requirements of a gradient estimator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EstimatorKind {
    /// The only kind of bound that the estimator works for; `None` if it works for all.
    pub bound: Option<BoundKind>,
    /// Whether it needs log q(z|x) at any z, as a function of q's parameters and z separately.
    pub density: bool,
    /// Whether it needs other samples to compare each sample with, that is K > 1.
    pub others: bool,
}

const EVERY: EstimatorKind = EstimatorKind { bound: None, density: false, others: false };

/// An estimator for one bound.
const fn of(bound: BoundKind, others: bool) -> EstimatorKind {
    EstimatorKind { bound: Some(bound), density: true, others }
}

/// Every gradient estimator. An entry reads `module::Name { fields }: kind, name, meaning, source, counts`; the type
/// `Name` is in `objective/estimators/module.rs`.
macro_rules! estimators {
    ($make:ident $($given:tt)?) => {
        $make! {
            $($given)?
            /// How the gradient of the bound is estimated.
            Estimator of EstimatorKind;

            reparameterised::Reparameterised: EVERY,
                "reparameterised",
                "Through the samples: z = g(ε, x), and gradients flow from z to the encoder.",
                "Kingma & Welling 2013; Rezende et al. 2014",
                |sizes| Counts::default();

            sticking_the_landing::StickingTheLanding: of(BoundKind::Elbo, false),
                "sticking the landing",
                "Through z alone, log q's own parameters held fixed: no variance where q(z|x) = p(z|x).",
                "Roeder, Wu & Duvenaud 2017",
                |sizes| Counts::default();

            doubly_reparameterised::DoublyReparameterised: of(BoundKind::Iwae, false),
                "doubly reparameterised (DReG)",
                "The score of q in IWAE's gradient reparameterised again: the encoder's signal grows with K.",
                "Tucker et al. 2019",
                |sizes| Counts::default();

            score_function::ScoreFunction: of(BoundKind::Elbo, true),
                "score function",
                "From values alone, each sample compared with the mean of the others: noisy; z need not be continuous.",
                "Williams 1992; Kool et al. 2019",
                |sizes| Counts::default();

            vimco::Vimco: of(BoundKind::Iwae, true),
                "VIMCO",
                "The score function for IWAE, each sample compared with what the others would give without it.",
                "Mnih & Rezende 2016",
                |sizes| Counts::default();
        }
    };
}
pub(crate) use estimators;

estimators!(define);
