//! Shapes and parameter counts of every layer, worked out before anything is allocated.

use super::Layer;

/// Height, width and channels of every image of a data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImageShape {
    pub channels: usize,
    pub height: usize,
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
    Flat(usize),
    Map { channels: usize, height: usize, width: usize },
}

impl FeatureShape {
    /// Numbers per image.
    pub fn len(self) -> usize {
        match self {
            Self::Flat(n) => n,
            Self::Map { channels, height, width } => channels * height * width,
        }
    }
}

/// One layer with its shapes.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedLayer {
    /// Unique and stable; prefixes its parameters' names: `encoder.0`, `decoder.2.1` (in a residual block),
    /// `decoder.output`.
    pub name: String,
    pub layer: Layer,
    /// The shape it reads, after any inferred flatten or reshape.
    pub input: FeatureShape,
    pub output: FeatureShape,
    /// Parameters, those of its children included.
    pub parameters: usize,
    /// The planned layers of a residual block.
    pub children: Vec<PlannedLayer>,
}

/// The whole network: q(z|x) = encoder, then two affine heads (`encoder.mean`, `encoder.log_variance`) to the latent
/// dimension; p(x|z) = decoder, whose last layer is the affine output layer to the image's shape.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    pub image: ImageShape,
    pub latent: usize,
    pub encoder: Vec<PlannedLayer>,
    /// Features that the heads read.
    pub features: usize,
    pub decoder: Vec<PlannedLayer>,
    /// All parameters, heads and the likelihood's own included.
    pub parameters: usize,
}
