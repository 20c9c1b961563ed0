//! The list of KL terms.

use super::{Counts, define};

/// The number from which a KL term is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KlTermKind {
    /// The KL of each image separately.
    Image,
    /// The mean KL of the batch, in groups of latent dimensions.
    Batch,
}

/// Every KL term. An entry reads `module::Name { fields }: kind, name, meaning, source, counts`; the type `Name` is in
/// `objective/kl_terms/module.rs`.
macro_rules! kl_terms {
    ($make:ident $($given:tt)?) => {
        $make! {
            $($given)?
            /// The form of the KL term in the ELBO.
            KlTerm of KlTermKind;

            weighted::Weighted: KlTermKind::Image,
                "β·KL",
                "The KL times its weight: β = 1 is the ELBO, more a β-VAE.",
                "Higgins et al. 2017, eq. 4",
                |sizes| Counts::default();

            free_bits::FreeBits {
                nats: f64 = 0.1 in 0.0..=1e6, "Free nats λ", "What each group may cost before it counts, in nats.";
                group: usize = 1 in 1..=4_096, "Group", "Latent dimensions of a group; the latent dimension: all at \
                 once.";
            }: KlTermKind::Batch,
                "free bits",
                "Σ over groups of max(λ, KL over the batch): a group that costs little is not pressed to 0.",
                "Kingma et al. 2016, eq. 15",
                |sizes| Counts::default();

            capacity::Capacity {
                nats: f64 = 25.0 in 0.0..=1e6, "Capacity C", "Nats that the code is to carry in the end.";
                epochs: f64 = 10.0 in 1e-6..=1e6, "Rises over", "Epochs in which C rises from 0.";
            }: KlTermKind::Image,
                "capacity",
                "β·|KL − C| of each image, C rising from 0: the code is given its nats bit by bit; β is the paper's γ.",
                "Burgess et al. 2018, eq. 8",
                |sizes| Counts::default();
        }
    };
}
pub(crate) use kl_terms;

kl_terms!(define);
