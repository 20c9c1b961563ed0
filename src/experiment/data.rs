//! Where images come from and how they are prepared.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Data source, split and binarisation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Data {
    #[serde(default)]
    pub source: Source,
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

/// A set of images.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Source {
    /// The embedded MNIST: 60,000 + 10,000 grey images, 28×28, ten labels.
    #[default]
    Mnist,
    /// Squares, ellipses and hearts with known factors (shape, scale, rotation, x, y), drawn from the seed; a tenth as
    /// many again for the test.
    Shapes {
        #[serde(default = "default_shapes")]
        count: usize,
        /// Side in pixels: 32 or 64.
        #[serde(default = "default_side")]
        size: usize,
    },
    /// IDX files (MNIST's format), gzip or not: images N × H × W, or N × H × W × C with 1 or 3 channels. Without test
    /// files, a tenth of the images is held out by seed.
    Idx {
        images: PathBuf,
        #[serde(default)]
        labels: Option<PathBuf>,
        #[serde(default)]
        test_images: Option<PathBuf>,
        #[serde(default)]
        test_labels: Option<PathBuf>,
    },
    /// A folder of PNG and JPEG images, resized. Sub-folders are labels. A tenth is held out by seed for the test.
    Folder {
        path: PathBuf,
        width: usize,
        height: usize,
        /// Three channels instead of one.
        #[serde(default)]
        rgb: bool,
    },
}

fn default_shapes() -> usize {
    20_000
}

fn default_side() -> usize {
    32
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
