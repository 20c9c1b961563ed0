//! Where images come from and how they are prepared.

use super::{Source, Unreadable};
use serde::{Deserialize, Serialize};

/// The source of images, their split and their binarisation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Data {
    /// Where the images come from.
    #[serde(default)]
    pub source: Source,
    /// How grey pixels are turned into the binary images that a Bernoulli likelihood needs.
    #[serde(default)]
    pub binarisation: Binarisation,
    /// Number of images taken from the training images, by seed, for validation. With 0, validation measures on
    /// training images.
    #[serde(default = "default_validation")]
    pub validation: usize,
    /// Use at most this many of the source's training images, chosen by seed; the validation images are taken from
    /// these. `None` uses all.
    #[serde(default)]
    pub limit: Option<usize>,
    /// What becomes of pictures that cannot be read.
    #[serde(default)]
    pub unreadable: Unreadable,
}

impl Default for Data {
    fn default() -> Self {
        Self {
            source: Source::default(),
            binarisation: Binarisation::default(),
            validation: default_validation(),
            limit: None,
            unreadable: Unreadable::default(),
        }
    }
}

fn default_validation() -> usize {
    5_000
}

/// How grey pixels are turned into binary ones, or that they stay grey.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Binarisation {
    /// Each pixel drawn afresh, Bernoulli with its grey level, every time an image is used (Burda et al. 2015).
    #[default]
    Dynamic,
    /// Each pixel drawn once for the whole run, by the seed (as in the static MNIST of Larochelle & Murray 2011).
    Fixed,
    /// A pixel is 1 where its grey level is at least this threshold, else 0.
    Threshold(f64),
    /// No binarisation: grey pixels in [0, 1].
    None,
}
