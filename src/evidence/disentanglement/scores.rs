//! The disentanglement scores, one per method.

use crate::estimate::number_or_null;
use serde::{Deserialize, Serialize};

/// All scores of a code; 1 means one dimension for each factor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    /// Number of images that the scores were computed from.
    pub images: usize,
    /// Mutual information gap (Chen et al. 2018).
    #[serde(deserialize_with = "number_or_null")]
    pub mig: f64,
    /// Separated attribute predictability (Kumar et al. 2018).
    #[serde(deserialize_with = "number_or_null")]
    pub sap: f64,
    /// DCI disentanglement: each dimension informs about one factor (Eastwood & Williams 2018).
    #[serde(deserialize_with = "number_or_null")]
    pub dci_disentanglement: f64,
    /// DCI completeness: one dimension informs about each factor (Eastwood & Williams 2018).
    #[serde(deserialize_with = "number_or_null")]
    pub dci_completeness: f64,
    /// DCI informativeness: how well all dimensions together predict the factors, as R² on held-out images (Eastwood &
    /// Williams 2018).
    #[serde(deserialize_with = "number_or_null")]
    pub dci_informativeness: f64,
    /// FactorVAE score (Kim & Mnih 2018).
    #[serde(deserialize_with = "number_or_null")]
    pub factor_vae: f64,
    /// β-VAE score (Higgins et al. 2017).
    #[serde(deserialize_with = "number_or_null")]
    pub beta_vae: f64,
}

impl Scores {
    /// Each score's name, value and meaning.
    pub fn named(&self) -> [(&'static str, f64, &'static str); 7] {
        [
            (
                "MIG",
                self.mig,
                "Mutual information gap: one dimension tells of a factor, no other does (Chen et al. 2018).",
            ),
            (
                "SAP",
                self.sap,
                "Separated attribute predictability: one dimension predicts a factor, no other does (Kumar et al. \
                 2018).",
            ),
            (
                "DCI disentanglement",
                self.dci_disentanglement,
                "Each dimension tells of one factor (Eastwood & Williams 2018).",
            ),
            (
                "DCI completeness",
                self.dci_completeness,
                "One dimension tells of each factor (Eastwood & Williams 2018).",
            ),
            (
                "DCI informativeness",
                self.dci_informativeness,
                "All dimensions together predict the factors: R² on held-out images (Eastwood & Williams 2018).",
            ),
            (
                "FactorVAE",
                self.factor_vae,
                "The dimension that varies least tells which factor was fixed (Kim & Mnih 2018).",
            ),
            (
                "β-VAE",
                self.beta_vae,
                "The mean difference of codes tells which factor was shared (Higgins et al. 2017).",
            ),
        ]
    }
}
