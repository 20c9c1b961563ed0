//! Shapes of images, and of the features between two layers.

use std::fmt;

/// Height, width and channels of every image of a data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImageShape {
    /// 1 (grey) or 3 (RGB).
    pub channels: usize,
    /// Number of rows.
    pub height: usize,
    /// Number of columns.
    pub width: usize,
}

impl ImageShape {
    /// Longest permitted side of an image, in pixels: that of a square grey image with as many values as a layer may
    /// read, [`FEATURES_MAX`](super::limits::FEATURES_MAX).
    pub const SIDE_MAX: usize = 4_096;

    /// Number of values in one image: channels × height × width.
    pub fn pixels(&self) -> usize {
        self.channels * self.height * self.width
    }
}

const _: () = assert!(ImageShape::SIDE_MAX.pow(2) == super::limits::FEATURES_MAX);

/// The shape of one image's features between two layers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeatureShape {
    /// A vector with this many features.
    Flat(usize),
    /// A map of features, stored channel by channel.
    Map {
        /// Channels of the map.
        channels: usize,
        /// Number of rows of the map.
        height: usize,
        /// Number of columns of the map.
        width: usize,
    },
}

impl FeatureShape {
    /// Number of values per image.
    #[expect(clippy::len_without_is_empty, reason = "no planned shape is empty")]
    pub fn len(self) -> usize {
        match self {
            Self::Flat(n) => n,
            Self::Map { channels, height, width } => channels * height * width,
        }
    }

    /// Channels of a map, features of a vector: the units that a norm scales and shifts separately.
    pub fn channels(self) -> usize {
        match self {
            Self::Flat(n) => n,
            Self::Map { channels, .. } => channels,
        }
    }
}

impl From<ImageShape> for FeatureShape {
    fn from(image: ImageShape) -> Self {
        Self::Map { channels: image.channels, height: image.height, width: image.width }
    }
}

/// Prints `200` for a vector and `32×14×14` for a map.
impl fmt::Display for FeatureShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flat(n) => write!(f, "{n}"),
            Self::Map { channels, height, width } => write!(f, "{channels}×{height}×{width}"),
        }
    }
}
