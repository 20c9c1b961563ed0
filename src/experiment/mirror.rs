//! The mirrored decoder: the encoder's layers in reverse order, with transposed convolutions in place of convolutions.
//!
//! The encoder's layers E₀ … Eₙ₋₁ lie between the interfaces I₀ (the image), I₁, … Iₙ (the features). The decoder is a
//! dense layer from z to Iₙ, then Mₙ₋₁ … M₀, where Mᵢ maps Iᵢ₊₁ back to Iᵢ. The decoder layer that produces Iᵢ has the
//! norm, activation and dropout of the encoder layer that produced Iᵢ, which is Eᵢ₋₁; if Eᵢ₋₁ is a reshape or a
//! residual block, it has those of the layer with weights before that. So `784→200 tanh→200 tanh` is mirrored as `z→200
//! tanh→200 tanh→784 linear`. M₀ is the output layer, linear; where E₀ is a reshape or a residual block, an output
//! layer follows M₀.

use super::layer_output::describe;
use super::{FeatureShape, Follow, ImageShape, Layer, Norm, PlannedLayer, Problem};

/// Plan the mirror image of a planned encoder, up to and including the output layer to `output`.
///
/// # Errors
/// A convolution whose mirror image would need different output paddings for height and width; a residual block whose
/// mirror image would end in a map instead of a vector.
pub(super) fn mirror(
    encoder: &[PlannedLayer],
    output: ImageShape,
    latent: usize,
) -> Result<Vec<PlannedLayer>, Problem> {
    let mut decoder = Vec::new();
    if let Some(last) = encoder.last() {
        let features = FeatureShape::Flat(last.output.len());
        let layer = dense(features, follow_at(encoder, encoder.len(), Follow::default()));
        decoder.push(PlannedLayer::new("decoder.0".into(), layer, FeatureShape::Flat(latent), features, Vec::new()));
    }
    decoder.extend(reverse(encoder, "decoder", decoder.len(), Follow::default())?);
    let last = match decoder.pop() {
        Some(last) if encoder[0].layer.follow().is_some() => last.into_output(output),
        Some(last) => {
            let before = last.output;
            decoder.push(last);
            PlannedLayer::output(before, output)
        }
        None => PlannedLayer::output(FeatureShape::Flat(latent), output),
    };
    decoder.push(last);
    Ok(decoder)
}

/// Mₙ₋₁ … M₀ of a list of layers, named `prefix.first`, `prefix.first + 1`, …; M₀ has the `base` norm, activation
/// and dropout.
fn reverse(layers: &[PlannedLayer], prefix: &str, first: usize, base: Follow) -> Result<Vec<PlannedLayer>, Problem> {
    let mut mirrored: Vec<PlannedLayer> = Vec::new();
    for (index, original) in layers.iter().enumerate().rev() {
        let name = format!("{prefix}.{}", first + mirrored.len());
        let follow = follow_at(layers, index, base);
        let layer = match &original.layer {
            Layer::Residual { .. } => {
                mirrored.push(reverse_block(original, name)?);
                continue;
            }
            Layer::Reshape { .. } => match original.input {
                FeatureShape::Map { channels, height, width } => Layer::Reshape { channels, height, width },
                // The next layer is dense (no other layer of the encoder gives a vector), and flattens by itself.
                FeatureShape::Flat(_) => continue,
            },
            Layer::Dense { .. } => dense(original.input, follow),
            Layer::Conv { kernel, stride, padding, .. } => transpose(original, [*kernel, *stride, *padding], follow)?,
            Layer::ConvTranspose { kernel, stride, padding, .. } => {
                let channels = original.input.channels();
                let Follow { norm, activation, dropout } = follow.for_channels(channels);
                Layer::Conv { channels, kernel: *kernel, stride: *stride, padding: *padding, activation, norm, dropout }
            }
        };
        mirrored.push(PlannedLayer::new(name, layer, original.output, original.input, Vec::new()));
    }
    Ok(mirrored)
}

/// The mirror of a residual block: a block of its mirrored layers. Its last layer is followed by what followed the
/// original's last layer, so that a branch that ends linear is mirrored as one that ends linear.
fn reverse_block(block: &PlannedLayer, name: String) -> Result<PlannedLayer, Problem> {
    let base = follow_at(&block.children, block.children.len(), Follow::default());
    let children = reverse(&block.children, &name, 0, base)?;
    if children.last().map(|last| last.output) != Some(block.input) {
        return Err(Problem::error(
            "decoder.layers",
            format!(
                "{} cannot be mirrored: a residual block that starts by reshaping a vector has no mirror; give the \
                 decoder its own layers",
                words(&block.name)
            ),
        ));
    }
    let layers = children.iter().map(|child| child.layer.clone()).collect();
    Ok(PlannedLayer::new(name, Layer::Residual { layers }, block.output, block.input, children))
}

/// The operations that follow the weights which produce interface `index` of a list: those of the last weight layer
/// before it.
fn follow_at(layers: &[PlannedLayer], index: usize, base: Follow) -> Follow {
    layers[..index].iter().rev().find_map(|layer| layer.layer.follow()).unwrap_or(base)
}

fn dense(output: FeatureShape, follow: Follow) -> Layer {
    let units = output.len();
    let Follow { norm, activation, dropout } = follow.for_channels(units);
    Layer::Dense { units, activation, norm, dropout }
}

/// The transposed convolution that restores exactly the map which the convolution `original` read.
fn transpose(original: &PlannedLayer, [kernel, stride, padding]: [usize; 3], follow: Follow) -> Result<Layer, Problem> {
    let FeatureShape::Map { channels, height, width } = original.input else {
        unreachable!("a planned convolution reads a map");
    };
    // A convolution ignores the last (side + 2·padding − kernel) mod stride pixels; its transpose adds them back.
    let [output_padding, other] = [height, width].map(|side| (side + 2 * padding - kernel) % stride);
    if output_padding != other {
        return Err(Problem::error(
            "decoder.layers",
            format!(
                "{}, {} on a {height}×{width} map, cannot be mirrored: height and width would need different output \
                 paddings ({output_padding} and {other}); change its stride or padding, or give the decoder its own \
                 layers",
                words(&original.name),
                describe(&original.layer)
            ),
        ));
    }
    let Follow { norm, activation, dropout } = follow.for_channels(channels);
    Ok(Layer::ConvTranspose { channels, kernel, stride, padding, output_padding, activation, norm, dropout })
}

/// `encoder.2.0` as "encoder layer 3, inner layer 1".
fn words(name: &str) -> String {
    let numbers = name.split('.').skip(1).filter_map(|part| part.parse::<usize>().ok());
    let parts: Vec<_> = numbers.map(|index| format!("layer {}", index + 1)).collect();
    format!("encoder {}", parts.join(", inner "))
}

impl Follow {
    /// Norm, activation and dropout without a group norm that does not divide `channels` (a reshape lies between).
    fn for_channels(self, channels: usize) -> Self {
        match self.norm {
            Norm::Group { groups } if !channels.is_multiple_of(groups) => Self { norm: Norm::None, ..self },
            _ => self,
        }
    }
}
