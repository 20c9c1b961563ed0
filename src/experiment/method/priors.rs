//! The list of priors.

use super::{Counts, define};

/// Where a prior lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PriorKind {
    /// On ℝᵈ.
    Euclidean,
    /// On ℝ or ℝ², to be looked at.
    Planar,
    /// Made of posteriors q(z|u).
    Posteriors,
    /// On the unit sphere in ℝᵈ.
    Sphere,
}

/// Every prior. An entry: module::Name { fields }: kind, name, meaning, source, counts. The name is the file's and
/// that of a type in `model/prior/module.rs`.
macro_rules! priors {
    ($make:ident) => {
        $make! {
            /// p(z).
            Prior of PriorKind;

            standard_normal::StandardNormal: PriorKind::Euclidean,
                "standard normal",
                "N(0, I): independent, mean 0, variance 1.",
                "Kingma & Welling 2013, appendix B",
                |sizes| Counts::outputs(0);
        }
    };
}
pub(crate) use priors;

priors!(define);
