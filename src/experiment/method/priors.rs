//! The list of priors.

use super::{Counts, define};

/// The sort of a prior: the space that it lives on, or its parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PriorKind {
    /// On ℝᵈ.
    Euclidean,
    /// On ℝ or ℝ², meant for looking at.
    Planar,
    /// Made of posteriors q(z|u) of pseudo-inputs u.
    Posteriors,
    /// On the unit sphere in ℝᵈ.
    Sphere,
    /// Two layers of latent variables.
    Layers,
}

/// Every prior. An entry reads `module::Name { fields }: kind, name, meaning, source, counts`; the type `Name` is in
/// `model/prior/module.rs`.
macro_rules! priors {
    ($make:ident $($given:tt)?) => {
        $make! {
            $($given)?
            /// The prior p(z).
            Prior of PriorKind;

            standard_normal::StandardNormal: PriorKind::Euclidean,
                "standard normal",
                "N(0, I): independent, mean 0, variance 1.",
                "Kingma & Welling 2013, appendix B",
                |sizes| Counts::default();

            mixture_of_gaussians::MixtureOfGaussians {
                components: usize = 10 in 1..=1_000, "Components", "Gaussians in the mixture.";
            }: PriorKind::Euclidean,
                "mixture of Gaussians",
                "A mixture of diagonal Gaussians whose weights, means and variances are learned with the model.",
                "",
                |sizes| Counts::default()
                    .own("π, μ, σ", components * (2 * sizes.latent + 1))
                    .mixture(components)
                    .kept(3 * components * sizes.latent);

            vamp_prior::VampPrior {
                pseudo_inputs: usize = 100 in 1..=2_000, "Pseudo-inputs", "Learned images whose posteriors make the \
                 prior.";
            }: PriorKind::Posteriors,
                "VampPrior",
                "The mean of the posteriors q(z|u) of some learned pseudo-images u: what the posteriors of the data \
                 look like together.",
                "Tomczak & Welling 2018",
                |sizes| Counts::default()
                    .own("pseudo-inputs u", pseudo_inputs * sizes.image.pixels())
                    .kept(4 * pseudo_inputs * sizes.latent)
                    .mixture(pseudo_inputs)
                    .images(pseudo_inputs);

            real_nvp::RealNvp {
                blocks: usize = 6 in 1..=32, "Couplings", "Affine couplings between z and standard normal noise.";
                hidden: usize = 64 in 1..=4_096, "Hidden units", "Of each coupling's network.";
            }: PriorKind::Euclidean,
                "RealNVP flow",
                "Standard normal noise carried through learned affine couplings: a density of almost any shape.",
                "Dinh, Sohl-Dickstein & Bengio 2017",
                |sizes| Counts::default()
                    .parameters(blocks * (3 * sizes.latent * hidden + hidden + 2 * sizes.latent))
                    .kept(blocks * (2 * hidden + 12 * sizes.latent));

            uniform_ball::UniformBall {
                radius: f64 = 2.0 in 0.1..=100.0, "Radius", "Of the ball.";
                edge: f64 = 0.2 in 0.01..=10.0, "Edge", "How softly the density falls off outside: a Gaussian's \
                 deviation.";
            }: PriorKind::Planar,
                "uniform in a ball",
                "The same density everywhere within a radius, and a Gaussian edge, so that no KL is infinite.",
                "",
                |sizes| Counts::default();

            ring::Ring {
                radius: f64 = 2.0 in 0.1..=100.0, "Radius", "Of the ring.";
                width: f64 = 0.3 in 0.01..=10.0, "Width", "The deviation of the distance from the ring.";
            }: PriorKind::Planar,
                "ring",
                "Near a circle around 0, in any direction: a hole in the middle, as data with a period would have.",
                "",
                |sizes| Counts::default();

            uniform_sphere::UniformSphere: PriorKind::Sphere,
                "uniform on the sphere",
                "Every direction alike, at distance 1 from 0.",
                "S-VAE: Davidson et al. 2018",
                |sizes| Counts::default();

            two_layer::TwoLayer {
                hidden: usize = 100 in 1..=4_096, "Hidden units", "Of each tanh layer from h₂ to h₁.";
                depth: usize = 2 in 0..=8, "Hidden layers", "From h₂ to h₁; 0: an affine map.";
            }: PriorKind::Layers,
                "two layers",
                "p(h₂)·p(h₁|h₂), top-down: h₂ from N(0, I), and a diagonal Gaussian given it.",
                "Burda, Grosse & Salakhutdinov 2015, section 5",
                |sizes| Counts::default().network(sizes.upper, sizes.lower(), hidden, depth);
        }
    };
}
pub(crate) use priors;

priors!(define);
