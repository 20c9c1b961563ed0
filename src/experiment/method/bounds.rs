//! The list of bounds.

use super::{Counts, define};
use crate::experiment::limits::SAMPLES;

/// The sort of a bound, by which other methods decide whether they fit it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BoundKind {
    /// The ELBO, whose KL term is separate and can be replaced.
    Elbo,
    /// The importance-weighted bound: the log of the mean of K importance weights.
    Iwae,
    /// Another function of the K log importance weights.
    Weights,
    /// No bound on log p(x), but the log-likelihood of a deterministic code.
    Code,
}

/// Every bound. An entry reads `module::Name { fields }: kind, name, meaning, source, counts`; the type `Name` is in
/// `objective/bounds/module.rs`. With a KL weight β, the log weights are log w = log p(x|z) + β (log p(z) − log
/// q(z|x)).
macro_rules! bounds {
    ($make:ident $($given:tt)?) => {
        $make! {
            $($given)?
            /// The bound, or other objective, that is maximised.
            Bound of BoundKind;

            elbo::Elbo: BoundKind::Elbo,
                "ELBO",
                "E_q[log p(x|z)] − β·KL[q(z|x) ‖ p(z)]: the evidence lower bound.",
                "Kingma & Welling 2013, eq. 10",
                |sizes| Counts::default();

            iwae::Iwae: BoundKind::Iwae,
                "IWAE",
                "log 1/K Σ w over the K samples, w = p(x|z) p(z) / q(z|x): rises to log p(x) as K grows.",
                "Burda, Grosse & Salakhutdinov 2015, eq. 8",
                |sizes| Counts::default();

            miwae::Miwae {
                groups: usize = 1 in SAMPLES, "Groups M", "K samples make M groups of K/M: 1 is IWAE, K the ELBO.";
            }: BoundKind::Weights,
                "MIWAE",
                "The mean of M importance-weighted bounds of K/M samples: a better signal for the encoder.",
                "MIWAE: Rainforth et al. 2018",
                |sizes| Counts::default();

            piwae::Piwae {
                groups: usize = 1 in SAMPLES, "Groups M", "The encoder's K samples make M groups of K/M.";
            }: BoundKind::Weights,
                "PIWAE",
                "The decoder climbs IWAE, the encoder MIWAE; the samples are decoded twice.",
                "PIWAE: Rainforth et al. 2018",
                |sizes| Counts::default();

            ciwae::Ciwae {
                elbo_share: f64 = 0.5 in 0.0..=1.0, "ELBO's share", "0 is IWAE, 1 the ELBO.";
            }: BoundKind::Weights,
                "CIWAE",
                "A mixture of the ELBO and IWAE of the same samples.",
                "CIWAE: Rainforth et al. 2018",
                |sizes| Counts::default();

            renyi::Renyi {
                alpha: f64 = 0.5 in -1e3..=1e3, "Order α", "1 is the ELBO, 0 IWAE; below 0 it is no lower bound.";
            }: BoundKind::Weights,
                "Rényi α",
                "1/(1−α) log 1/K Σ w^(1−α): q covers p(z|x) for small α, seeks its mode for large.",
                "VR bound, Monte Carlo estimate: Li & Turner 2016",
                |sizes| Counts::default();

            autoencoder::Autoencoder: BoundKind::Code,
                "autoencoder",
                "log p(x|z) at the mean of q(z|x), no bound: a deterministic code that costs nothing, as a point of \
                 reference.",
                "",
                |sizes| Counts::default();
        }
    };
}
pub(crate) use bounds;

bounds!(define);
