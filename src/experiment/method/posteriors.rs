//! The list of posterior families.

use super::{Counts, define};

/// What a posterior can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PosteriorKind {
    /// On ℝᵈ, with a density that can be evaluated, and differentiated, anywhere.
    Gaussian,
    /// On ℝᵈ; log q is exact and cheap for its own samples only: elsewhere the flow must be inverted numerically.
    Flow,
    /// On the unit sphere in ℝᵈ.
    Sphere,
}

/// Every posterior. An entry: module::Name { fields }: kind, name, meaning, source, counts. The name is the file's and
/// that of a type in `model/posterior/module.rs`.
macro_rules! posteriors {
    ($make:ident) => {
        $make! {
            /// The family of q(z|x).
            Posterior of PosteriorKind;

            diagonal_gaussian::DiagonalGaussian: PosteriorKind::Gaussian,
                "diagonal Gaussian",
                "N(μ(x), diag σ²(x)), both by the encoder.",
                "Kingma & Welling 2013, appendix C",
                |sizes| Counts::outputs(2 * sizes.latent);
        }
    };
}
pub(crate) use posteriors;

posteriors!(define);
