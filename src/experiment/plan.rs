//! Shapes and parameter counts of every layer, worked out before anything is allocated.

use super::limits::LATENT;
use super::method::{Sizes, outside};
use super::mirror::mirror;
use super::ranges::Place;
use super::shape::{FEATURES_MAX, PARAMETERS_MAX, features, parameters};
use super::walk::Walk;
use super::{Activation, DecoderLayers, Experiment, Follow, Layer, Problem};
use std::fmt;

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

    /// The output layer after `before`: a 1×1 convolution where the map has the output's height and width already,
    /// else a dense layer to all its numbers.
    pub(super) fn output(before: FeatureShape, output: ImageShape) -> Self {
        let (layer, input, shape) = match before {
            FeatureShape::Map { height, width, .. } if (height, width) == (output.height, output.width) => {
                (Layer::conv(output.channels, 1, 1, 0, Activation::Linear), before, output.into())
            }
            _ => {
                let layer = Layer::dense(output.pixels(), Activation::Linear);
                (layer, FeatureShape::Flat(before.len()), FeatureShape::Flat(output.pixels()))
            }
        };
        Self::new("decoder.output".into(), layer, input, shape, Vec::new())
    }

    /// The same layer as the output layer: to `output`, where it was to an image with fewer channels.
    pub(super) fn into_output(self, output: ImageShape) -> Self {
        let mut layer = self.layer;
        let shape = match &mut layer {
            Layer::Dense { units, .. } => {
                *units = output.pixels();
                FeatureShape::Flat(*units)
            }
            Layer::Conv { channels, .. } | Layer::ConvTranspose { channels, .. } => {
                *channels = output.channels;
                output.into()
            }
            Layer::Reshape { .. } | Layer::Residual { .. } => self.output,
        };
        Self::new("decoder.output".into(), layer, self.input, shape, self.children)
    }

    /// Whether it can serve as the output layer: weights and nothing after them, to the output's shape.
    fn is_output(&self, output: ImageShape) -> bool {
        self.output == output.into() && self.layer.follow() == Some(Follow::default())
    }
}

/// The whole network: q(z|x) = encoder, then affine heads (`encoder.heads`) to the posterior's numbers; p(x|z) =
/// decoder, whose last layer is the affine output layer to the likelihood's numbers, so many channels of the image's
/// height and width.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    pub image: ImageShape,
    /// Dimensions of z.
    pub latent: usize,
    /// Of those, the last so many belong to a second layer, which the decoder does not read.
    pub upper: usize,
    pub encoder: Vec<PlannedLayer>,
    /// Features that the heads read.
    pub features: usize,
    /// Numbers that the heads give an image.
    pub heads: usize,
    pub decoder: Vec<PlannedLayer>,
    /// All parameters, those of heads, likelihood, posterior and prior included.
    pub parameters: usize,
}

impl Plan {
    /// What the methods' counts depend on.
    pub(super) fn sizes(&self) -> Sizes {
        Sizes { image: self.image, latent: self.latent, upper: self.upper }
    }

    /// Dimensions of z that the decoder reads, the first ones.
    pub fn lower(&self) -> usize {
        self.latent - self.upper
    }
}

impl Experiment {
    /// Work out the network for images of a shape.
    ///
    /// # Errors
    /// Every field of a layer or method out of its range, methods that do not go together, and the first layer of encoder and decoder each that does not fit the
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
        walk.problems.extend(self.method_problems(image));
        let fields_known = walk.problems.is_empty();
        let latent_problem = outside("the latent dimension must be", latent, LATENT);
        let latent_known = latent_problem.is_none();
        walk.problems.extend(latent_problem.map(|message| Problem::error("latent.dimension", message)));
        let (encoder, end) = walk.layers(&self.encoder, &Place::encoder, image.map(Into::into), None);
        let upper = self.latent.upper();
        let sizes = image.map(|image| Sizes { image, latent: self.latent.total(), upper });
        // Without a problem so far the counts are in range.
        let output = sizes.filter(|_| fields_known).map(|sizes| {
            let channels = self.decoder.likelihood.counts(sizes).outputs;
            ImageShape { channels, ..sizes.image }
        });
        let output = output.filter(|&output| match features(output.into()) {
            Some(1..=FEATURES_MAX) => true,
            _ => {
                let message = format!(
                    "the decoder's output of {} is out of range: at most {FEATURES_MAX} numbers per image",
                    FeatureShape::from(output)
                );
                walk.problems.push(Problem::error("decoder.likelihood", message));
                false
            }
        });
        let decoder = match &self.decoder.layers {
            DecoderLayers::Mirror => match (output, end) {
                (Some(output), Some(_)) if latent_known => mirror(&encoder, output, latent),
                _ => Ok(Vec::new()),
            },
            DecoderLayers::Layers(layers) => {
                let start = image.filter(|_| latent_known).map(|_| FeatureShape::Flat(latent));
                let target = image.map(|image| (image.height, image.width));
                let (decoder, end) = walk.layers(layers, &Place::decoder, start, target);
                Ok(output.zip(end).map_or(Vec::new(), |(output, end)| with_output(decoder, end, output)))
            }
        };
        let decoder = decoder.unwrap_or_else(|problem| {
            walk.problems.push(problem);
            Vec::new()
        });
        let (Some(sizes), Some(end), true) = (sizes, end, walk.problems.is_empty()) else {
            return (None, walk.problems);
        };
        let features = end.len();
        let (likelihood, posterior) = (self.decoder.likelihood.counts(sizes), self.latent.posterior.counts(sizes));
        let prior = self.latent.prior.counts(sizes);
        let heads = posterior.outputs;
        let own = likelihood.parameters + posterior.parameters + prior.parameters + heads * (features + 1);
        let layers = encoder.iter().chain(&decoder);
        let parameters = layers.fold(own, |sum, layer| sum.saturating_add(layer.parameters));
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
        let Sizes { image, latent, upper } = sizes;
        (Some(Plan { image, latent, upper, encoder, features, heads, decoder, parameters }), Vec::new())
    }
}

/// The decoder's own list with its last layer as the output layer, or with one added.
fn with_output(mut decoder: Vec<PlannedLayer>, end: FeatureShape, output: ImageShape) -> Vec<PlannedLayer> {
    match decoder.last_mut() {
        Some(last) if matches!(end, FeatureShape::Map { .. }) && last.is_output(output) => {
            last.name = "decoder.output".into();
        }
        _ => decoder.push(PlannedLayer::output(end, output)),
    }
    decoder
}
