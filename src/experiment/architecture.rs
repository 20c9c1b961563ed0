//! Encoder and decoder, described layer by layer.

use super::Likelihood;
use serde::{Deserialize, Serialize};

/// One layer of a network. A layer with weights also carries the operations that follow them: weights → norm →
/// activation → dropout.
///
/// A flatten before a dense layer and a reshape before a convolution are inferred, not listed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Layer {
    /// Affine map to `units` features.
    Dense {
        /// Number of output features.
        units: usize,
        /// Pointwise non-linearity, after the norm.
        #[serde(default)]
        activation: Activation,
        /// Normalisation of the weights' output.
        #[serde(default)]
        norm: Norm,
        /// Probability that a feature is set to 0 in training, 0 to 1.
        #[serde(default)]
        dropout: f64,
    },
    /// 2-D convolution with a square kernel.
    Conv {
        /// Number of output channels.
        channels: usize,
        /// Side of the square kernel, pixels.
        #[serde(default = "three")]
        kernel: usize,
        /// Step of the kernel, pixels.
        #[serde(default = "one")]
        stride: usize,
        /// Zeros added at each border, pixels.
        #[serde(default)]
        padding: usize,
        /// Pointwise non-linearity, after the norm.
        #[serde(default)]
        activation: Activation,
        /// Normalisation of the weights' output.
        #[serde(default)]
        norm: Norm,
        /// Probability that a feature is set to 0 in training, 0 to 1.
        #[serde(default)]
        dropout: f64,
    },
    /// 2-D transposed convolution with a square kernel: output side = (side − 1)·stride − 2·padding + kernel +
    /// output_padding.
    ConvTranspose {
        /// Number of output channels.
        channels: usize,
        /// Side of the square kernel, pixels.
        #[serde(default = "three")]
        kernel: usize,
        /// Distance between the kernel's copies in the output, in pixels.
        #[serde(default = "one")]
        stride: usize,
        /// Pixels taken off each border of the output.
        #[serde(default)]
        padding: usize,
        /// Rows and columns added at the lower and right border of the output; less than the stride.
        #[serde(default)]
        output_padding: usize,
        /// Pointwise non-linearity, after the norm.
        #[serde(default)]
        activation: Activation,
        /// Normalisation of the weights' output.
        #[serde(default)]
        norm: Norm,
        /// Probability that a feature is set to 0 in training, 0 to 1.
        #[serde(default)]
        dropout: f64,
    },
    /// Read the features as a map of `channels × height × width`; only needed where the reshape cannot be inferred.
    Reshape {
        /// Channels of the map.
        channels: usize,
        /// Rows of the map.
        height: usize,
        /// Pixels in a row.
        width: usize,
    },
    /// x + f(x), where f is a list of layers that keeps the shape.
    Residual {
        /// The layers of f, from the block's input to its output.
        layers: Vec<Layer>,
    },
}

impl Layer {
    /// A dense layer of `units` features with an activation, no norm and no dropout.
    pub fn dense(units: usize, activation: Activation) -> Self {
        Self::Dense { units, activation, norm: Norm::None, dropout: 0.0 }
    }

    /// A convolution with an activation, no norm and no dropout.
    pub fn conv(channels: usize, kernel: usize, stride: usize, padding: usize, activation: Activation) -> Self {
        Self::Conv { channels, kernel, stride, padding, activation, norm: Norm::None, dropout: 0.0 }
    }

    /// The norm, activation and dropout after the layer's weights; `None` for a reshape and a residual block, which
    /// have no weights of their own.
    pub fn follow(&self) -> Option<Follow> {
        match *self {
            Self::Dense { activation, norm, dropout, .. }
            | Self::Conv { activation, norm, dropout, .. }
            | Self::ConvTranspose { activation, norm, dropout, .. } => Some(Follow { activation, norm, dropout }),
            Self::Reshape { .. } | Self::Residual { .. } => None,
        }
    }

    /// The layer's kind, in the words of the form and of error messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Dense { .. } => "dense",
            Self::Conv { .. } => "convolution",
            Self::ConvTranspose { .. } => "transposed convolution",
            Self::Reshape { .. } => "reshape",
            Self::Residual { .. } => "residual block",
        }
    }
}

/// The operations that follow a layer's weights, in this order: norm → activation → dropout.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Follow {
    /// Normalisation of the weights' outputs.
    pub norm: Norm,
    /// Pointwise non-linearity.
    pub activation: Activation,
    /// Probability that a feature is set to 0 in training, 0 to 1.
    pub dropout: f64,
}

fn one() -> usize {
    1
}

fn three() -> usize {
    3
}

/// Pointwise non-linearity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Activation {
    /// The identity.
    #[default]
    Linear,
    /// (eˣ − e⁻ˣ)/(eˣ + e⁻ˣ).
    Tanh,
    /// max(x, 0).
    Relu,
    /// x for x > 0, else 0.01·x.
    LeakyRelu,
    /// x·sigmoid(x), also called swish.
    Silu,
    /// x·Φ(x), with Φ the standard normal distribution function (the exact form with erf, not the tanh approximation).
    Gelu,
    /// log(1 + eˣ).
    Softplus,
    /// x for x > 0, else eˣ − 1.
    Elu,
}

impl Activation {
    /// All activations, in the order the form lists them.
    pub const ALL: [Self; 8] =
        [Self::Linear, Self::Tanh, Self::Relu, Self::LeakyRelu, Self::Silu, Self::Gelu, Self::Softplus, Self::Elu];
}

/// Normalisation between a layer's weights and its activation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Norm {
    /// No normalisation.
    #[default]
    None,
    /// Layer normalisation: over all features of an image (Ba, Kiros & Hinton 2016).
    Layer,
    /// Group normalisation: over groups of channels of an image (Wu & He 2018).
    Group {
        /// Number of groups; it must divide the number of channels.
        #[serde(default = "eight")]
        groups: usize,
    },
    /// Batch normalisation: over the images of the batch, in each shard by itself where training divides the batch into
    /// several; with running averages outside training (Ioffe & Szegedy 2015).
    Batch,
}

fn eight() -> usize {
    8
}

/// The decoder p(x|z): its layers and its likelihood.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decoder {
    /// The decoder's hidden layers.
    #[serde(default)]
    pub layers: DecoderLayers,
    /// The likelihood: the distribution of an image given the decoder's output.
    #[serde(default)]
    pub likelihood: Likelihood,
}

/// The decoder's hidden layers. The output layer is added automatically; for a mirrored decoder it is the mirror image
/// of the encoder's first layer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum DecoderLayers {
    /// The encoder's layers in reverse order, with transposed convolutions in place of convolutions.
    #[default]
    Mirror,
    /// A list of layers given explicitly. A dense layer to all pixels is added behind it, or, where the list ends in a
    /// map of the image's height and width, a 1×1 convolution to the channels that the likelihood needs. If the list
    /// already ends in a linear (transposed) convolution with exactly that output, nothing is added.
    Layers(Vec<Layer>),
}
