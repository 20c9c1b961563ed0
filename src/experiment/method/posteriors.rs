//! The list of posterior families.

use super::{Counts, define};

/// The sort of a posterior: where it lives, and where its density can be evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PosteriorKind {
    /// On ℝᵈ, with a density that can be evaluated, and differentiated, anywhere.
    Gaussian,
    /// On ℝᵈ; log q is exact and cheap only for the posterior's own samples. Elsewhere the flow would have to be
    /// inverted numerically.
    Flow,
    /// On the unit sphere in ℝᵈ.
    Sphere,
    /// Two layers of latent variables; the density can be evaluated, and differentiated, anywhere.
    Layers,
}

/// Every posterior. An entry reads `module::Name { fields }: kind, name, meaning, source, counts`; the type `Name` is
/// in `model/posterior/module.rs`.
macro_rules! posteriors {
    ($make:ident $($given:tt)?) => {
        $make! {
            $($given)?
            /// The family of q(z|x).
            Posterior of PosteriorKind;

            diagonal_gaussian::DiagonalGaussian: PosteriorKind::Gaussian,
                "diagonal Gaussian",
                "N(μ(x), diag σ²(x)), both by the encoder.",
                "Kingma & Welling 2013, appendix C",
                |sizes| Counts::heads([("μ", sizes.latent), ("log σ²", sizes.latent)])
                    .sampled("ε ~ N(0, I)", "z = μ + σ⊙ε");

            full_gaussian::FullGaussian: PosteriorKind::Gaussian,
                "full-covariance Gaussian",
                "N(μ(x), L(x)·L(x)ᵀ): dimensions may be correlated; the encoder gives μ and the Cholesky factor L.",
                "",
                |sizes| Counts::heads([("μ", sizes.latent), ("L", sizes.latent * (sizes.latent + 1) / 2)])
                    .sampled("ε ~ N(0, I)", "z = μ + L·ε")
                    .kept(4 * sizes.latent * sizes.latent);

            planar_flow::PlanarFlow {
                length: usize = 8 in 1..=64, "Length", "Planar steps after the Gaussian.";
            }: PosteriorKind::Flow,
                "planar flow",
                "A diagonal Gaussian bent by steps that push z along a direction, across a plane; the encoder gives \
                 all their numbers.",
                "Rezende & Mohamed 2015, section 4.1",
                |sizes| Counts::heads([("μ", sizes.latent), ("log σ²", sizes.latent)])
                    .repeated("u, w, b", 2 * sizes.latent + 1, length)
                    .sampled("ε ~ N(0, I)", "z = f_T(…f₁(μ + σ⊙ε)), f(z) = z + u·tanh(w·z + b)")
                    .kept(8 * length * sizes.latent);

            radial_flow::RadialFlow {
                length: usize = 8 in 1..=64, "Length", "Radial steps after the Gaussian.";
            }: PosteriorKind::Flow,
                "radial flow",
                "A diagonal Gaussian bent by steps that push z away from a centre or draw it in; the encoder gives all \
                 their numbers.",
                "Rezende & Mohamed 2015, section 4.1",
                |sizes| Counts::heads([("μ", sizes.latent), ("log σ²", sizes.latent)])
                    .repeated("c, α, β", sizes.latent + 2, length)
                    .sampled("ε ~ N(0, I)", "z = f_T(…f₁(μ + σ⊙ε)), f(z) = z + β·(z − c)/(α + |z − c|)")
                    .kept(8 * length * sizes.latent);

            inverse_autoregressive_flow::InverseAutoregressiveFlow {
                blocks: usize = 2 in 1..=16, "Blocks", "Autoregressive blocks after the Gaussian; their order \
                 alternates.";
                hidden: usize = 64 in 1..=4_096, "Hidden units", "Of each block's masked network, and of the context \
                 that the encoder gives it.";
            }: PosteriorKind::Flow,
                "inverse autoregressive flow",
                "A diagonal Gaussian whose every dimension is moved and scaled by what the dimensions before it are.",
                "IAF: Kingma et al. 2016; MADE: Germain et al. 2015",
                |sizes| Counts::heads([("μ", sizes.latent), ("log σ²", sizes.latent), ("context", hidden)])
                    .sampled("ε ~ N(0, I)", "z = f_T(…f₁(μ + σ⊙ε)), f(z) = g⊙z + (1 − g)⊙m, g and m by the context")
                    .parameters(blocks * (3 * sizes.latent * hidden + hidden + 2 * sizes.latent))
                    .kept(blocks * (3 * hidden + 10 * sizes.latent));

            von_mises_fisher::VonMisesFisher: PosteriorKind::Sphere,
                "von Mises–Fisher",
                "On the unit sphere, around a direction μ(x) with concentration κ(x) from 1 to 10⁶: a Gaussian's \
                 counterpart there.",
                "S-VAE: Davidson et al. 2018",
                |sizes| Counts::heads([("μ", sizes.latent), ("κ", 1)])
                    .sampled("w ~ e^κw, v uniform across μ",
                        "z = w·μ + √(1 − w²)·v, w the cosine to μ and v a direction across it")
                    .kept(8 * 512);

            two_layer::TwoLayer {
                upper: usize = 10 in 1..=512, "Dimension of h₂", "Of the layer above h₁, whose dimension is the latent \
                 dimension; z is h₁ and h₂ behind it.";
                hidden: usize = 100 in 1..=4_096, "Hidden units", "Of each tanh layer from h₁ to h₂.";
                depth: usize = 2 in 0..=8, "Hidden layers", "From h₁ to h₂; 0: an affine map.";
            }: PosteriorKind::Layers,
                "two layers",
                "q(h₁|x)·q(h₂|h₁), bottom-up: a diagonal Gaussian by the encoder, and another one given its sample; \
                 the decoder reads h₁ alone.",
                "Burda, Grosse & Salakhutdinov 2015, section 5",
                |sizes| Counts::heads([("μ", sizes.lower()), ("log σ²", sizes.lower())])
                    .sampled("ε₁, ε₂ ~ N(0, I)", "h₁ = μ + σ⊙ε₁, and h₂ likewise given h₁")
                    .network(sizes.lower(), upper, hidden, depth);
        }
    };
}
pub(crate) use posteriors;

posteriors!(define);
