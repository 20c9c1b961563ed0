//! Shapes and parameter counts of every layer, worked out before anything is allocated.

use super::mirror::mirror;
use super::ranges::Place;
use super::shape::{FEATURES_MAX, PARAMETERS_MAX, features, parameters};
use super::walk::Walk;
use super::{Activation, DecoderLayers, Experiment, Follow, Layer, Likelihood, Problem};
use std::fmt;

/// Largest latent dimension.
pub const LATENT_MAX: usize = 512;

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

impl PlannedLayer {
    pub(super) fn new(
        name: String,
        layer: Layer,
        input: FeatureShape,
        output: FeatureShape,
        children: Vec<PlannedLayer>,
    ) -> Self {
        let own = parameters(&layer, input, output);
        let parameters = children.iter().fold(own, |sum, child| sum.saturating_add(child.parameters));
        Self { name, layer, input, output, parameters, children }
    }

    /// The output layer after `before`: a 1×1 convolution where the map has the image's height and width already,
    /// else a dense layer to all pixels.
    pub(super) fn output(before: FeatureShape, image: ImageShape) -> Self {
        let (layer, input, output) = match before {
            FeatureShape::Map { height, width, .. } if (height, width) == (image.height, image.width) => {
                (Layer::conv(image.channels, 1, 1, 0, Activation::Linear), before, image.into())
            }
            _ => {
                let layer = Layer::dense(image.pixels(), Activation::Linear);
                (layer, FeatureShape::Flat(before.len()), FeatureShape::Flat(image.pixels()))
            }
        };
        Self::new("decoder.output".into(), layer, input, output, Vec::new())
    }

    /// Whether it can serve as the output layer: weights and nothing after them, to the image's shape.
    fn is_output(&self, image: ImageShape) -> bool {
        self.output == image.into() && self.layer.follow() == Some(Follow::default())
    }
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

impl Experiment {
    /// Work out the network for images of a shape.
    ///
    /// # Errors
    /// Every layer field out of its range, and the first layer of encoder and decoder each that does not fit the
    /// shape before it.
    pub fn plan(&self, image: ImageShape) -> Result<Plan, Vec<Problem>> {
        let (plan, problems) = self.plan_or_problems(Some(image));
        // Without problems there is a plan.
        plan.ok_or(problems)
    }

    /// The plan, or every problem of the architecture; with an unknown image shape only ranges are checked.
    pub(super) fn plan_or_problems(&self, image: Option<ImageShape>) -> (Option<Plan>, Vec<Problem>) {
        let mut walk = Walk::default();
        let image = image.filter(|&image| match features(image.into()) {
            Some(1..=FEATURES_MAX) => true,
            _ => {
                let message = format!(
                    "images of {} are out of range: 1 to {FEATURES_MAX} numbers per image",
                    FeatureShape::from(image)
                );
                walk.problems.push(Problem::error("data.source", message));
                false
            }
        });
        let latent = self.latent.dimension;
        let latent_known = (1..=LATENT_MAX).contains(&latent);
        if !latent_known {
            let message = format!("the latent dimension must be 1 to {LATENT_MAX}, not {latent}");
            walk.problems.push(Problem::error("latent.dimension", message));
        }
        let (encoder, end) = walk.layers(&self.encoder, &Place::encoder, image.map(Into::into), None);
        let decoder = match &self.decoder.layers {
            DecoderLayers::Mirror => match (image, end) {
                (Some(image), Some(_)) if latent_known => mirror(&encoder, image, latent),
                _ => Ok(Vec::new()),
            },
            DecoderLayers::Layers(layers) => {
                let start = image.filter(|_| latent_known).map(|_| FeatureShape::Flat(latent));
                let target = image.map(|image| (image.height, image.width));
                let (decoder, end) = walk.layers(layers, &Place::decoder, start, target);
                Ok(image.zip(end).map_or(Vec::new(), |(image, end)| with_output(decoder, end, image)))
            }
        };
        let decoder = decoder.unwrap_or_else(|problem| {
            walk.problems.push(problem);
            Vec::new()
        });
        let (Some(image), Some(end), true) = (image, end, walk.problems.is_empty()) else {
            return (None, walk.problems);
        };
        let features = end.len();
        let likelihood = match self.decoder.likelihood {
            Likelihood::GaussianLearned => 1,
            Likelihood::Bernoulli | Likelihood::GaussianFixed { .. } => 0,
        };
        let heads = 2 * (features * latent + latent);
        let layers = encoder.iter().chain(&decoder);
        let parameters = layers.fold(heads + likelihood, |sum, layer| sum.saturating_add(layer.parameters));
        if parameters > PARAMETERS_MAX {
            let largest = encoder.iter().chain(&decoder).max_by_key(|layer| layer.parameters);
            let path = if largest.is_some_and(|layer| layer.name.starts_with("decoder")) {
                "decoder.layers"
            } else {
                "encoder"
            };
            let message =
                format!("the network has more than {PARAMETERS_MAX} parameters; make its largest layers smaller");
            return (None, vec![Problem::error(path, message)]);
        }
        (Some(Plan { image, latent, encoder, features, decoder, parameters }), Vec::new())
    }
}

/// The decoder's own list with its last layer as the output layer, or with one added.
fn with_output(mut decoder: Vec<PlannedLayer>, end: FeatureShape, image: ImageShape) -> Vec<PlannedLayer> {
    match decoder.last_mut() {
        Some(last) if matches!(end, FeatureShape::Map { .. }) && last.is_output(image) => {
            last.name = "decoder.output".into();
        }
        _ => decoder.push(PlannedLayer::output(end, image)),
    }
    decoder
}
