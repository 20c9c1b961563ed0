//! The lists of alternatives that an experiment chooses from. For the model: likelihoods p(x|z), posteriors q(z|x),
//! priors p(z). For the objective: bounds, gradient estimators, KL terms, penalties, schedules of β. For training:
//! optimisers, schedules of the learning rate, lengths, initial weights. For the data: sources, and ways to hide
//! values.
//!
//! An entry in a list declares everything about an alternative but the code that carries it out: its name, its fields
//! with their ranges, its meaning in a sentence, and its source. [`choice::choices`] turns a list into the enum that
//! experiments hold and that files, validation and the form read.
//!
//! An entry for a method of the model or of the objective also names its module and its [`Counts`], which [`define`]
//! makes available to the drawing of the network and the estimate of memory. From the same list, model and objective
//! declare their modules and the function that builds a method ([`implement`]). A new method therefore is one file and
//! one entry.

mod beta_schedules;
mod bounds;
mod choice;
mod counts;
mod estimators;
mod fit;
mod fit_data;
mod fit_objective;
mod initialisations;
mod kl_terms;
mod lengths;
mod likelihoods;
mod missing;
mod optimisers;
mod penalties;
mod posteriors;
mod priors;
mod refit;
mod schedules;
mod sources;

pub use beta_schedules::BetaSchedule;
pub(crate) use bounds::bounds;
pub use bounds::{Bound, BoundKind};
pub(crate) use estimators::estimators;
pub use estimators::{Estimator, EstimatorKind};
pub use initialisations::Initialisation;
pub(crate) use kl_terms::kl_terms;
pub use kl_terms::{KlTerm, KlTermKind};
pub use lengths::Length;
pub(crate) use likelihoods::likelihoods;
pub use likelihoods::{Likelihood, Pixels};
pub use missing::Missing;
pub use optimisers::Optimiser;
pub(crate) use penalties::penalties;
pub use penalties::{Penalty, PenaltyKind};
pub(crate) use posteriors::posteriors;
pub use posteriors::{Posterior, PosteriorKind};
pub(crate) use priors::priors;
pub use priors::{Prior, PriorKind};
pub(super) use schedules::BURDA_EPOCHS;
pub use schedules::Schedule;
pub use sources::{Axes, Header, Levels, MaskOnes, Scaling, Source, ToySet, Unreadable};

pub(super) use choice::outside;
pub use choice::{Choice, Field, Value, Word};
pub use counts::{Counts, Head, Sampling, Sizes};

/// The enum of a list of methods, with what sort of method each is and the numbers that it needs.
macro_rules! define {
    (
        $(#[$doc:meta])* $set:ident of $kind:ty;
        $(
            $module:ident::$variant:ident
                $({ $($field:ident: $type:ty = $default:literal in $range:expr, $label:literal, $hint:literal;)+ })?
                : $is:expr, $name:literal, $about:literal, $reference:literal, |$sizes:ident| $counts:expr;
        )+
    ) => {
        $crate::experiment::method::choice::choices! {
            $(#[$doc])* #[derive(Copy)] $set;
            $(
                $variant $({ $($field: $type = $default in $range, $label, $hint;)+ })?
                    : $name, $about, $reference;
            )+
        }

        impl $set {
            /// The sort of the method.
            pub fn kind(&self) -> $kind {
                match self {
                    $(Self::$variant { .. } => $is,)+
                }
            }

            /// The numbers of outputs, parameters and stored values that the method needs.
            #[allow(unused_variables, reason = "few methods look at everything")]
            pub fn counts(&self, sizes: $crate::experiment::method::Sizes) -> $crate::experiment::method::Counts {
                match *self {
                    $(Self::$variant $({ $($field),+ })? => { let $sizes = sizes; $counts })+
                }
            }
        }
    };
}
use define;

/// Where the methods of a list are implemented: their modules, and `build`, which makes the one that an experiment
/// names (there, `Spec`). A method is made by its `new` from what is given, in parentheses, and its fields; where
/// nothing is given it is the struct of its fields.
macro_rules! implement {
    (
        $given:tt
        $(#[$doc:meta])* $set:ident of $kind:ty;
        $(
            $module:ident::$variant:ident
                $({ $($field:ident: $type:ty = $default:literal in $range:expr, $label:literal, $hint:literal;)+ })?
                : $is:expr, $name:literal, $about:literal, $reference:literal, |$sizes:ident| $counts:expr;
        )+
    ) => {
        $(mod $module;)+

        implement! {
            @build $given $set $(Spec::$variant { $($($field)+)? } => $module::$variant;)+
        }
    };
    (@build () $set:ident $($spec:path { $($field:ident)* } => $module:ident::$variant:ident;)+) => {
        /// Build the method that an experiment names.
        pub fn build(spec: Spec) -> Box<dyn $set> {
            match spec {
                $($spec { $($field),* } => Box::new($module::$variant { $($field),* }),)+
            }
        }
    };
    (
        @build ($argument:ident: $type:ty) $set:ident
        $($spec:path { $($field:ident)* } => $module:ident::$variant:ident;)+
    ) => {
        /// Build the method that an experiment names.
        pub(super) fn build(spec: Spec, $argument: $type) -> Box<dyn $set> {
            match spec {
                $($spec { $($field),* } => Box::new($module::$variant::new($argument, $($field),*)),)+
            }
        }
    };
}
pub(crate) use implement;
