//! Encoder and decoder, layer by layer.

use super::Likelihood;
use serde::{Deserialize, Serialize};

/// One layer. A weight layer carries what follows it: weights → norm → activation → dropout.
///
/// Flattening before a dense layer and reshaping before a convolution are inferred.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Layer {
    /// Affine map to `units` features.
    Dense {
        /// Features that come out.
        units: usize,
        /// Pointwise non-linearity, after the norm.
        #[serde(default)]
        activation: Activation,
        /// Normalisation of what the weights give.
        #[serde(default)]
        norm: Norm,
        /// Probability that a feature is set to 0 in training, 0 to 1.
        #[serde(default)]
        dropout: f64,
    },
    /// 2-D convolution with square kernel.
    Conv {
        /// Channels that come out.
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
        /// Normalisation of what the weights give.
        #[serde(default)]
        norm: Norm,
        /// Probability that a feature is set to 0 in training, 0 to 1.
        #[serde(default)]
        dropout: f64,
    },
    /// 2-D transposed convolution with square kernel; side out = (side − 1)·stride − 2·padding +
    /// kernel + output_padding.
    ConvTranspose {
        /// Channels that come out.
        channels: usize,
        /// Side of the square kernel, pixels.
        #[serde(default = "three")]
        kernel: usize,
        /// Distance of the kernel's copies in the output, pixels.
        #[serde(default = "one")]
        stride: usize,
        /// Pixels taken off each border of the output.
        #[serde(default)]
        padding: usize,
        /// Rows and columns added to the output, below the stride.
        #[serde(default)]
        output_padding: usize,
        /// Pointwise non-linearity, after the norm.
        #[serde(default)]
        activation: Activation,
        /// Normalisation of what the weights give.
        #[serde(default)]
        norm: Norm,
        /// Probability that a feature is set to 0 in training, 0 to 1.
        #[serde(default)]
        dropout: f64,
    },
    /// View the features as a map of `channels × height × width` (needed only where it cannot be inferred).
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
        /// f, from the block's input to its output.
        layers: Vec<Layer>,
    },
}

impl Layer {
    /// A dense layer with an activation and nothing else.
    pub fn dense(units: usize, activation: Activation) -> Self {
        Self::Dense { units, activation, norm: Norm::None, dropout: 0.0 }
    }

    /// A convolution with an activation and nothing else.
    pub fn conv(channels: usize, kernel: usize, stride: usize, padding: usize, activation: Activation) -> Self {
        Self::Conv { channels, kernel, stride, padding, activation, norm: Norm::None, dropout: 0.0 }
    }

    /// What follows the layer's weights; `None` for a reshape and a residual block, which have none of their own.
    pub fn follow(&self) -> Option<Follow> {
        match *self {
            Self::Dense { activation, norm, dropout, .. }
            | Self::Conv { activation, norm, dropout, .. }
            | Self::ConvTranspose { activation, norm, dropout, .. } => Some(Follow { activation, norm, dropout }),
            Self::Reshape { .. } | Self::Residual { .. } => None,
        }
    }

    /// The layer's kind, as the form and error messages name it.
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

/// What follows a layer's weights, in this order: norm → activation → dropout.
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Activation {
    /// None: the identity.
    #[default]
    Linear,
    /// (eˣ − e⁻ˣ)/(eˣ + e⁻ˣ).
    Tanh,
    /// max(x, 0).
    Relu,
    /// x for x > 0, else 0.01·x.
    LeakyRelu,
    /// x·sigmoid(x).
    Silu,
    /// x·Φ(x), exact (erf) form.
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
    /// Over all features of an image (Ba et al. 2016).
    Layer,
    /// Over groups of channels of an image (Wu & He 2018).
    Group {
        /// Groups, which divide the channels.
        #[serde(default = "eight")]
        groups: usize,
    },
    /// Over the batch (of each shard of it, where there are several), with running averages for evaluation (Ioffe &
    /// Szegedy 2015).
    Batch,
}

fn eight() -> usize {
    8
}

/// p(x|z): its layers and its likelihood.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decoder {
    /// Its hidden layers.
    #[serde(default)]
    pub layers: DecoderLayers,
    /// The distribution of an image given the decoder's output.
    #[serde(default)]
    pub likelihood: Likelihood,
}

/// The decoder's hidden layers. The output layer to pixels is added by itself; for a mirrored decoder it is the mirror
/// of the encoder's first layer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum DecoderLayers {
    /// The encoder's layers in reverse, convolutions transposed.
    #[default]
    Mirror,
    /// Its own list. After it a dense layer to all pixels is added, or, where the list ends in a map of the image's
    /// height and width, a 1×1 convolution to the image's channels. A list that already ends in a linear
    /// (transposed) convolution of the image's shape is left as it is.
    Layers(Vec<Layer>),
}
