//! A layer in its place in the network: with its input and output shapes, and its parameters counted.

use super::layer_output::parameters;
use super::{Activation, FeatureShape, Follow, ImageShape, Layer};

/// A layer of the plan, with its shapes and its parameter count.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedLayer {
    /// The layer's unique and stable name, which prefixes its parameters' names: `encoder.0`, `decoder.2.1` (in a
    /// residual block), `decoder.output`.
    pub name: String,
    /// The layer as the experiment describes it.
    pub layer: Layer,
    /// The shape that the layer reads, after any inferred flatten or reshape.
    pub input: FeatureShape,
    /// The shape of the layer's output.
    pub output: FeatureShape,
    /// Number of parameters, including those of the inner layers of a residual block.
    pub parameters: usize,
    /// The planned inner layers of a residual block; empty for other layers.
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

    /// The layer as the output layer: to `output`, where it was to an image with fewer channels.
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
    pub(super) fn is_output(&self, output: ImageShape) -> bool {
        self.output == output.into() && self.layer.follow() == Some(Follow::default())
    }
}
