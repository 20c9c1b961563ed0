//! The list of penalties.

use super::{Counts, define};

/// The target of a penalty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PenaltyKind {
    /// No penalty.
    Nothing,
    /// The aggregate posterior q(z).
    Aggregate,
    /// The distance of the aggregate posterior q(z) from N(0, I).
    FromNormal,
}

/// Every penalty. An entry reads `module::Name { fields }: kind, name, meaning, source, counts`; the type `Name` is in
/// `objective/penalties/module.rs`.
macro_rules! penalties {
    ($make:ident $($given:tt)?) => {
        $make! {
            $($given)?
            /// A penalty on the aggregate posterior q(z), subtracted from the ELBO.
            Penalty of PenaltyKind;

            none::None: PenaltyKind::Nothing,
                "none",
                "The ELBO as it is.",
                "",
                |sizes| Counts::default();

            total_correlation_weighted::TotalCorrelationWeighted {
                weight: f64 = 5.0 in 0.0..=1e6, "Weight", "β − 1 of the β-TCVAE: the KL holds the total correlation \
                 once.";
            }: PenaltyKind::Aggregate,
                "total correlation, weighted",
                "KL[q(z) ‖ Π q(z_j)] by minibatch-weighted sampling: dimensions shall be independent (β-TCVAE).",
                "Chen et al. 2018, eq. 4 and 5",
                |sizes| Counts::default().pairs(5 * sizes.latent + 2);

            total_correlation_stratified::TotalCorrelationStratified {
                weight: f64 = 5.0 in 0.0..=1e6, "Weight", "β − 1 of the β-TCVAE: the KL holds the total correlation \
                 once.";
            }: PenaltyKind::Aggregate,
                "total correlation, stratified",
                "KL[q(z) ‖ Π q(z_j)] by minibatch-stratified sampling, which is unbiased for q(z).",
                "Chen et al. 2018, appendix C.2",
                |sizes| Counts::default().pairs(5 * sizes.latent + 2);

            factor_vae::FactorVae {
                weight: f64 = 10.0 in 0.0..=1e6, "Weight", "γ: what a nat of total correlation costs beside the one in \
                 the KL.";
                layers: usize = 3 in 1..=16, "Layers", "Hidden layers of the discriminator; the paper has 6.";
                hidden: usize = 256 in 1..=4_096, "Hidden units", "Of each of its layers; the paper has 1,000.";
                rate: f64 = 1e-4 in 1e-8..=1.0, "Learning rate", "Of the discriminator's own Adam (β₁ = 0.5, β₂ = \
                 0.9).";
            }: PenaltyKind::Aggregate,
                "total correlation, discriminator",
                "KL[q(z) ‖ Π q(z_j)] by a network that learns to tell codes from codes with their entries permuted \
                 over images (FactorVAE).",
                "Kim & Mnih 2018, eq. 2 and 3",
                |sizes| Counts::default().discriminator(sizes.latent, hidden, layers);

            dip_i::DipI {
                off_diagonal: f64 = 10.0 in 0.0..=1e6, "Off the diagonal", "Weight λ_od of covariances.";
                diagonal: f64 = 100.0 in 0.0..=1e6, "On the diagonal", "Weight λ_d of variances' distance from 1.";
            }: PenaltyKind::Aggregate,
                "DIP-VAE-I",
                "The covariance of the posterior means shall be I.",
                "Kumar, Sattigeri & Balakrishnan 2018, eq. 6",
                |sizes| Counts::default();

            dip_ii::DipII {
                off_diagonal: f64 = 10.0 in 0.0..=1e6, "Off the diagonal", "Weight λ_od of covariances.";
                diagonal: f64 = 10.0 in 0.0..=1e6, "On the diagonal", "Weight λ_d of variances' distance from 1.";
            }: PenaltyKind::Aggregate,
                "DIP-VAE-II",
                "The covariance of q(z) shall be I.",
                "Kumar, Sattigeri & Balakrishnan 2018, eq. 7",
                |sizes| Counts::default();

            mmd::Mmd {
                weight: f64 = 1_000.0 in 0.0..=1e9, "Weight", "α + λ − 1 of InfoVAE, whose α is 1 − β; β = 0: MMD-VAE.";
            }: PenaltyKind::FromNormal,
                "MMD (InfoVAE)",
                "The maximum mean discrepancy between q(z) and N(0, I).",
                "Zhao, Song & Ermon 2017",
                |sizes| Counts::default().pairs(4);
        }
    };
}
pub(crate) use penalties;

penalties!(define);
