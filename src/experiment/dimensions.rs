//! Sizes of images, and of what flows between two layers.

use std::fmt;

/// Height, width and channels of every image of a data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImageShape {
    /// 1 (grey) or 3 (RGB).
    pub channels: usize,
    /// Rows.
    pub height: usize,
    /// Pixels in a row.
    pub width: usize,
}

impl ImageShape {
    /// Numbers in one image.
    pub fn pixels(&self) -> usize {
        self.channels * self.height * self.width
    }
}

/// What flows between two layers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeatureShape {
    /// So many features in a row.
    Flat(usize),
    /// A map of features, channel by channel.
    Map {
        /// Channels of the map.
        channels: usize,
        /// Rows of the map.
        height: usize,
        /// Pixels in a row.
        width: usize,
    },
}

impl FeatureShape {
    /// Numbers per image.
    #[expect(clippy::len_without_is_empty, reason = "no planned shape is empty")]
    pub fn len(self) -> usize {
        match self {
            Self::Flat(n) => n,
            Self::Map { channels, height, width } => channels * height * width,
        }
    }

    /// Channels of a map, features of a vector: what a norm scales and shifts one by one.
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

/// `200` or `32×14×14`.
impl fmt::Display for FeatureShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flat(n) => write!(f, "{n}"),
            Self::Map { channels, height, width } => write!(f, "{channels}×{height}×{width}"),
        }
    }
}
