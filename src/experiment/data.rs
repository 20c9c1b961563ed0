//! The source of an experiment's images or vectors, and their preparation.

use super::{ImageShape, Missing, Source, Unreadable};
use serde::{Deserialize, Serialize};

/// The source of images or vectors, their split, and the changes made to them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Data {
    /// Where the images come from.
    #[serde(default)]
    pub source: Source,
    /// How grey pixels are turned into the binary images that a Bernoulli likelihood needs.
    #[serde(default)]
    pub binarisation: Binarisation,
    /// Number of images taken from the training images, by seed, for validation: of fewer than twice as many training
    /// images a tenth, as [`held_out`](Self::held_out) has it. With 0, validation measures on training images.
    #[serde(default = "default_validation")]
    pub validation: usize,
    /// Use at most this many of the source's training images, chosen by seed; the validation images are taken from
    /// these. `None` uses all.
    #[serde(default)]
    pub limit: Option<usize>,
    /// The treatment of pictures that cannot be read: an error, or they are left out.
    #[serde(default)]
    pub unreadable: Unreadable,
    /// Values that are hidden from the model although the source has them.
    #[serde(default)]
    pub missing: Missing,
    /// Whether the encoder also reads which values are known, behind the values themselves, in which a missing one is
    /// 0.
    #[serde(default)]
    pub mask_input: bool,
    /// Random changes to training images.
    #[serde(default)]
    pub augmentation: Augmentation,
}

impl Default for Data {
    fn default() -> Self {
        Self {
            source: Source::default(),
            binarisation: Binarisation::default(),
            validation: default_validation(),
            limit: None,
            unreadable: Unreadable::default(),
            missing: Missing::default(),
            mask_input: false,
            augmentation: Augmentation::default(),
        }
    }
}

impl Data {
    /// The binarisation that is carried out: numbers of a table are never binarised.
    pub fn binarisation(&self) -> Binarisation {
        if self.source.is_table() { Binarisation::None } else { self.binarisation }
    }

    /// Number of images that are held out for validation of `available` training images:
    /// [`validation`](Self::validation), or, where that is more than half of them, a tenth, and at least one of two.
    pub fn held_out(&self, available: usize) -> usize {
        match self.validation {
            asked if asked <= available / 2 => asked,
            _ => (available / 10).max(usize::from(available > 1)),
        }
    }

    /// The shape of what the encoder reads of images of a shape: with the mask, as many channels again.
    pub fn encoder_input(&self, image: ImageShape) -> ImageShape {
        ImageShape { channels: image.channels * (1 + usize::from(self.mask_input)), ..image }
    }
}

/// Random changes to training images, drawn afresh every time an image is used: new images of the same kind. All are
/// off by default, and none touches validation or test images.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Augmentation {
    /// Mirror an image left to right with probability ½.
    #[serde(default)]
    pub flip: bool,
    /// Move an image by up to this many pixels along either axis; pixels that enter have the value of the nearest edge.
    #[serde(default)]
    pub shift: usize,
    /// Cut out a part and enlarge it to the whole: its side is drawn between 1 − `crop` and 1 times the image's.
    #[serde(default)]
    pub crop: f64,
    /// Standard deviation of Gaussian noise on each value, in units of the model's values (grey levels from 0 to 1).
    #[serde(default)]
    pub noise: f64,
}

impl Augmentation {
    /// Whether any change is asked for.
    pub fn is_on(&self) -> bool {
        *self != Self::default()
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
