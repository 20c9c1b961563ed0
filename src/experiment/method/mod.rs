//! The lists of what an experiment chooses from. The model's: likelihoods p(x|z), posteriors q(z|x), priors p(z). The
//! objective's: bounds, gradient estimators, KL terms, penalties, schedules of β. Training's: optimisers, schedules of
//! the learning rate, lengths, initial weights. And sources of data.
//!
//! Each is one list, and an entry is all that is said about an alternative outside the code that carries it out: its
//! name, its fields with their ranges, what it is in a sentence, and where it comes from. [`choice::choices`] makes of
//! a list the enum that experiments hold, which files, validation and the form read.
//!
//! An entry of a method of the model or of the objective names its module and the numbers that it needs too: [`define`]
//! adds what the drawing of the network and the estimate of memory read, and model and objective make of the same list
//! their modules and the function that builds them ([`implement`]). Adding such a method is a file and an entry.

mod beta_schedules;
mod bounds;
mod choice;
mod counts;
mod estimators;
mod fit;
mod fit_objective;
mod initialisations;
mod kl_terms;
mod lengths;
mod likelihoods;
mod optimisers;
mod penalties;
mod posteriors;
mod priors;
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
pub use optimisers::Optimiser;
pub(crate) use penalties::penalties;
pub use penalties::{Penalty, PenaltyKind};
pub(crate) use posteriors::posteriors;
pub use posteriors::{Posterior, PosteriorKind};
pub(crate) use priors::priors;
pub use priors::{Prior, PriorKind};
pub(super) use schedules::BURDA_EPOCHS;
pub use schedules::Schedule;
pub use sources::Source;

pub(super) use choice::outside;
pub use choice::{Choice, Field, Value};
pub use counts::{Counts, Sizes};

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
            /// What sort of method it is.
            pub fn kind(&self) -> $kind {
                match self {
                    $(Self::$variant { .. } => $is,)+
                }
            }

            /// The numbers that it needs.
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
        /// The method that an experiment names.
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
        /// The method that an experiment names.
        pub(super) fn build(spec: Spec, $argument: $type) -> Box<dyn $set> {
            match spec {
                $($spec { $($field),* } => Box::new($module::$variant::new($argument, $($field),*)),)+
            }
        }
    };
}
pub(crate) use implement;
