//! Where images come from and how they are prepared.

use super::Source;
use serde::{Deserialize, Serialize};

/// Data source, split and binarisation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Data {
    /// Where the images come from.
    #[serde(default)]
    pub source: Source,
    /// How grey pixels become what the likelihood sees.
    #[serde(default)]
    pub binarisation: Binarisation,
    /// Images held out of the training images, by seed, for validation. With 0, validation reads training images.
    #[serde(default = "default_validation")]
    pub validation: usize,
    /// Use at most this many of the source's training images, chosen by seed; validation is held out of these.
    #[serde(default)]
    pub limit: Option<usize>,
}

impl Default for Data {
    fn default() -> Self {
        Self {
            source: Source::default(),
            binarisation: Binarisation::default(),
            validation: default_validation(),
            limit: None,
        }
    }
}

fn default_validation() -> usize {
    5_000
}

/// How grey pixels become what the likelihood sees.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Binarisation {
    /// Each pixel drawn afresh, Bernoulli with its grey level, every time an image is used (Burda et al. 2015).
    #[default]
    Dynamic,
    /// Drawn once, by the seed (as the static MNIST of Larochelle & Murray 2011).
    Fixed,
    /// 1 where the grey level is at least this.
    Threshold(f64),
    /// Grey pixels in [0, 1].
    None,
}
