//! The open sets of methods. The model's: likelihoods p(x|z), posteriors q(z|x), priors p(z). The objective's: bounds,
//! gradient estimators, KL terms, penalties.
//!
//! Each set is one list ([`likelihoods`], [`posteriors`], [`priors`], [`bounds`], …), and an entry is all that is said about a method
//! outside its own file: its module and name, its fields with their ranges, what it is in a sentence, where it comes
//! from, and the numbers that it needs. [`define`] makes of a list the enum that experiments hold, which validation,
//! the form and the drawing of the network read; model and objective make of the same list their modules and the function
//! that builds them. Adding a method is a file and an entry.

mod bounds;
mod estimators;
mod fit;
mod fit_objective;
mod kl_terms;
mod likelihoods;
mod penalties;
mod posteriors;
mod priors;

pub(crate) use bounds::bounds;
pub use bounds::{Bound, BoundKind};
pub(crate) use estimators::estimators;
pub use estimators::{Estimator, EstimatorKind};
pub(crate) use kl_terms::kl_terms;
pub use kl_terms::{KlTerm, KlTermKind};
pub(crate) use likelihoods::likelihoods;
pub use likelihoods::{Likelihood, Pixels};
pub(crate) use penalties::penalties;
pub use penalties::{Penalty, PenaltyKind};
pub(crate) use posteriors::posteriors;
pub use posteriors::{Posterior, PosteriorKind};
pub(crate) use priors::priors;
pub use priors::{Prior, PriorKind};

use super::{Experiment, ImageShape, Problem};
use std::ops::RangeInclusive;

/// One of an open set of methods, as an experiment names it.
pub trait Method: Copy + PartialEq + Sized + 'static {
    /// One of each, its fields at their defaults, in the order of the form. The first is the set's default.
    const ALL: &'static [Self];

    /// As the form lists it.
    fn name(&self) -> &'static str;

    /// What it is, in one sentence.
    fn about(&self) -> &'static str;

    /// Paper and equation; may be empty.
    fn reference(&self) -> &'static str;

    /// Its fields.
    fn fields(&mut self) -> Vec<Field<'_>>;

    /// Why it makes no sense in an experiment, and what would; `None` where it does. `image` is the images' shape
    /// where that is known.
    fn why_not(&self, experiment: &Experiment, image: Option<ImageShape>) -> Option<String>;

    /// Fields out of their ranges; `path` is the method's own.
    fn field_problems(mut self, path: &str) -> Vec<Problem> {
        let problem = |field: Field<'_>| {
            let (inside, message) = match field.value {
                Value::Whole(value, range) => (range.contains(value), wrong(field.label, value, &range)),
                Value::Real(value, range) => (range.contains(value), wrong(field.label, value, &range)),
            };
            (!inside).then(|| Problem::error(format!("{path}.{}", field.name), message))
        };
        self.fields().into_iter().filter_map(problem).collect()
    }
}

fn wrong<N: std::fmt::Display>(label: &str, value: &N, range: &RangeInclusive<N>) -> String {
    format!("{label} must be {} to {}, not {value}", range.start(), range.end())
}

/// A field of a method, for the form and for validation.
pub struct Field<'a> {
    /// As in the file.
    pub name: &'static str,
    /// As in the form.
    pub label: &'static str,
    /// What it means, in one sentence.
    pub hint: &'static str,
    pub value: Value<'a>,
}

/// A field's number and its range.
pub enum Value<'a> {
    Whole(&'a mut usize, RangeInclusive<usize>),
    Real(&'a mut f64, RangeInclusive<f64>),
}

/// The types that a field may have.
trait Number: Sized {
    fn value(&mut self, range: RangeInclusive<Self>) -> Value<'_>;
}

impl Number for usize {
    fn value(&mut self, range: RangeInclusive<Self>) -> Value<'_> {
        Value::Whole(self, range)
    }
}

impl Number for f64 {
    fn value(&mut self, range: RangeInclusive<Self>) -> Value<'_> {
        Value::Real(self, range)
    }
}

/// What a method's [`Counts`] depend on.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    pub image: ImageShape,
    /// Dimension of z.
    pub latent: usize,
    /// Of those, the dimensions of a second layer, which the decoder does not read; 0 where there is one layer.
    pub upper: usize,
}

impl Sizes {
    /// Dimensions of the layer that the decoder reads.
    pub const fn lower(&self) -> usize {
        self.latent - self.upper
    }
}

/// The numbers that a method needs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Likelihood: channels of the decoder's output. Posterior: numbers that the encoder gives an image. Prior: 0.
    pub outputs: usize,
    /// Parameters of its own.
    pub parameters: usize,
    /// Numbers that the backward pass keeps beside the networks' own, for each row of z (roughly).
    pub kept: usize,
    /// Images of its own that the encoder reads.
    pub images: usize,
    /// Numbers for each pair of images of a batch (roughly).
    pub pairs: usize,
}

impl Counts {
    /// With `outputs`, and nothing else.
    pub const fn outputs(outputs: usize) -> Self {
        Self { outputs, parameters: 0, kept: 0, images: 0, pairs: 0 }
    }

    /// With parameters of its own.
    pub const fn parameters(self, parameters: usize) -> Self {
        Self { parameters, ..self }
    }

    /// With images of its own.
    pub const fn images(self, images: usize) -> Self {
        Self { images, ..self }
    }

    /// With a network of its own, from `inputs` numbers through `depth` layers of `hidden` units to the mean and log
    /// variance of `outputs` numbers.
    pub const fn network(self, inputs: usize, outputs: usize, hidden: usize, depth: usize) -> Self {
        let (last, layers) = match depth {
            0 => (inputs, 0),
            _ => (hidden, (inputs + 1) * hidden + (depth - 1) * (hidden + 1) * hidden),
        };
        let parameters = self.parameters + layers + (last + 1) * 2 * outputs;
        Self { parameters, kept: self.kept + depth * hidden + 8 * outputs, ..self }
    }

    /// With numbers kept for each row.
    pub const fn kept(self, kept: usize) -> Self {
        Self { kept, ..self }
    }

    /// With numbers for each pair of images.
    pub const fn pairs(self, pairs: usize) -> Self {
        Self { pairs, ..self }
    }
}

/// The enum of a list, and its [`Method`].
macro_rules! define {
    (
        $(#[$doc:meta])* $set:ident of $kind:ty;
        $(
            $module:ident::$variant:ident
                $({ $($field:ident: $type:ty = $default:literal in $range:expr, $label:literal, $hint:literal;)+ })?
                : $is:expr, $name:literal, $about:literal, $reference:literal, |$sizes:ident| $counts:expr;
        )+
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        pub enum $set {
            $(
                #[doc = $about]
                $variant $({ $(#[doc = $hint] $field: $type),+ })?,
            )+
        }

        impl Default for $set {
            fn default() -> Self {
                <Self as $crate::experiment::method::Method>::ALL[0]
            }
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

        impl $crate::experiment::method::Method for $set {
            const ALL: &'static [Self] = &[$(Self::$variant $({ $($field: $default),+ })?),+];

            fn name(&self) -> &'static str {
                match self {
                    $(Self::$variant { .. } => $name,)+
                }
            }

            fn about(&self) -> &'static str {
                match self {
                    $(Self::$variant { .. } => $about,)+
                }
            }

            fn reference(&self) -> &'static str {
                match self {
                    $(Self::$variant { .. } => $reference,)+
                }
            }

            fn fields(&mut self) -> Vec<$crate::experiment::method::Field<'_>> {
                match self {
                    $(Self::$variant $({ $($field),+ })? => vec![
                        $($($crate::experiment::method::Field {
                            name: stringify!($field),
                            label: $label,
                            hint: $hint,
                            value: $crate::experiment::method::Number::value($field, $range),
                        }),+)?
                    ],)+
                }
            }

            fn why_not(&self, experiment: &$crate::experiment::Experiment, image: Option<$crate::experiment::ImageShape>) -> Option<String> {
                $crate::experiment::method::fit::Fit::judge(self, experiment, image)
            }
        }
    };
}
use define;
