//! Layers: weights → norm → activation → dropout, on `rows × features`. Maps are `channels × height × width`, flattened.

use super::parameters::{Initial, Pass, Specs, Statistics, TrainingPass};
use crate::experiment::{Activation, FeatureShape, Layer as LayerSpec, Norm, PlannedLayer};
use crate::kernels;
use burn::tensor::module::{conv_transpose2d, conv2d};
use burn::tensor::ops::{ConvOptions, ConvTransposeOptions};
use burn::tensor::{Tensor, TensorData};

/// Added to variances under a square root (PyTorch's default).
const NORM_EPSILON: f64 = 1e-5;

/// One layer with the indices of its parameters.
pub(super) enum Layer {
    Weights {
        weights: Weights,
        norm: Option<NormLayer>,
        activation: Activation,
        dropout: Option<Dropout>,
    },
    Residual(Vec<Layer>),
    /// Shapes are bookkeeping: rows stay flat.
    Reshape,
}

/// The affine part.
pub(super) enum Weights {
    Dense {
        inputs: usize,
        outputs: usize,
        weight: usize,
        bias: usize,
    },
    Conv {
        from: Map,
        channels: usize,
        options: ConvOptions<2>,
        kernel: usize,
        weight: usize,
        bias: usize,
    },
    ConvTranspose {
        from: Map,
        channels: usize,
        options: ConvTransposeOptions<2>,
        kernel: usize,
        weight: usize,
        bias: usize,
    },
}

/// A map's shape.
#[derive(Clone, Copy)]
pub(super) struct Map {
    channels: usize,
    height: usize,
    width: usize,
}

/// A dense layer with an activation and nothing else.
pub(super) fn dense(
    name: &str,
    (inputs, outputs): (usize, usize),
    fans: (usize, usize),
    activation: Activation,
    specs: &mut Specs,
) -> Layer {
    let weight = specs.weight(format!("{name}.weight"), vec![inputs, outputs], fans, activation);
    let bias = specs.parameter(format!("{name}.bias"), vec![outputs], Initial::Constant(0.0));
    Layer::Weights { weights: Weights::Dense { inputs, outputs, weight, bias }, norm: None, activation, dropout: None }
}

impl Layer {
    /// Lay out a planned layer.
    pub fn new(planned: &PlannedLayer, specs: &mut Specs) -> Self {
        let name = &planned.name;
        match &planned.layer {
            LayerSpec::Reshape { .. } => Self::Reshape,
            LayerSpec::Residual { .. } => {
                Self::Residual(planned.children.iter().map(|child| Self::new(child, specs)).collect())
            }
            LayerSpec::Dense { activation, norm, dropout, .. }
            | LayerSpec::Conv { activation, norm, dropout, .. }
            | LayerSpec::ConvTranspose { activation, norm, dropout, .. } => {
                let weights = Weights::new(planned, *activation, specs);
                let norm = NormLayer::new(name, *norm, planned.output, specs);
                Self::Weights { weights, norm, activation: *activation, dropout: Dropout::new(name, *dropout) }
            }
        }
    }

    /// The index of its bias, if it has one.
    pub fn bias(&self) -> Option<usize> {
        match self {
            Self::Weights { weights, .. } => Some(weights.bias()),
            _ => None,
        }
    }

    pub fn forward(&self, pass: &Pass, x: Tensor<2>) -> Tensor<2> {
        match self {
            Self::Reshape => x,
            Self::Residual(layers) => {
                let skip = x.clone();
                layers.iter().fold(x, |x, layer| layer.forward(pass, x)) + skip
            }
            Self::Weights { weights, norm: None, activation, dropout } => {
                drop_out(dropout, pass, weights.forward(pass, x, *activation))
            }
            Self::Weights { weights, norm: Some(norm), activation, dropout } => {
                let x = norm.forward(pass, weights.forward(pass, x, Activation::Linear));
                drop_out(dropout, pass, kernels::activate(x, *activation))
            }
        }
    }
}

impl Weights {
    fn new(planned: &PlannedLayer, activation: Activation, specs: &mut Specs) -> Self {
        let name = &planned.name;
        let mut tensors = |shape: Vec<usize>, fans, outputs: usize| {
            let weight = specs.weight(format!("{name}.weight"), shape, fans, activation);
            let bias = specs.parameter(format!("{name}.bias"), vec![outputs], Initial::Constant(0.0));
            (weight, bias)
        };
        match (&planned.layer, planned.input, planned.output) {
            (
                &LayerSpec::Conv { channels, kernel, stride, padding, .. },
                FeatureShape::Map { channels: inputs, height, width },
                _,
            ) => {
                let area = kernel * kernel;
                let (weight, bias) =
                    tensors(vec![channels, inputs, kernel, kernel], (inputs * area, channels * area), channels);
                let options = ConvOptions::new([stride; 2], [padding; 2], [1, 1], 1);
                Self::Conv { from: Map { channels: inputs, height, width }, channels, options, kernel, weight, bias }
            }
            (
                &LayerSpec::ConvTranspose { channels, kernel, stride, padding, output_padding, .. },
                FeatureShape::Map { channels: inputs, height, width },
                _,
            ) => {
                let area = kernel * kernel;
                // Each output sees kernel²/stride² inputs a channel.
                let fan_in = (inputs * area / (stride * stride)).max(1);
                let (weight, bias) =
                    tensors(vec![inputs, channels, kernel, kernel], (fan_in, channels * area), channels);
                let options = ConvTransposeOptions::new([stride; 2], [padding; 2], [output_padding; 2], [1, 1], 1);
                Self::ConvTranspose {
                    from: Map { channels: inputs, height, width },
                    channels,
                    options,
                    kernel,
                    weight,
                    bias,
                }
            }
            (_, input, output) => {
                let (inputs, outputs) = (input.len(), output.len());
                let (weight, bias) = tensors(vec![inputs, outputs], (inputs, outputs), outputs);
                Self::Dense { inputs, outputs, weight, bias }
            }
        }
    }

    fn bias(&self) -> usize {
        match self {
            Self::Dense { bias, .. } | Self::Conv { bias, .. } | Self::ConvTranspose { bias, .. } => *bias,
        }
    }

    fn forward(&self, pass: &Pass, x: Tensor<2>, activation: Activation) -> Tensor<2> {
        match self {
            Self::Dense { inputs, outputs, weight, bias } => {
                kernels::linear(x, pass.shaped(*weight, [*inputs, *outputs]), pass.parameter(*bias), activation)
            }
            Self::Conv { from, channels, options, kernel, weight, bias } => {
                let weight = pass.shaped(*weight, [*channels, from.channels, *kernel, *kernel]);
                let y = conv2d(from.unflatten(x), weight, Some(pass.parameter(*bias)), options.clone());
                kernels::activate(flatten(y), activation)
            }
            Self::ConvTranspose { from, channels, options, kernel, weight, bias } => {
                let weight = pass.shaped(*weight, [from.channels, *channels, *kernel, *kernel]);
                let y = conv_transpose2d(from.unflatten(x), weight, Some(pass.parameter(*bias)), options.clone());
                kernels::activate(flatten(y), activation)
            }
        }
    }
}

impl Map {
    fn unflatten(self, x: Tensor<2>) -> Tensor<4> {
        let rows = x.dims()[0];
        x.reshape([rows, self.channels, self.height, self.width])
    }
}

fn flatten(x: Tensor<4>) -> Tensor<2> {
    let [rows, channels, height, width] = x.dims();
    x.reshape([rows, channels * height * width])
}

/// (x − mean)/√(variance + ε)·scale + shift, scale and shift one a channel (or feature).
pub(super) struct NormLayer {
    channels: usize,
    /// Numbers per channel: height·width, or 1.
    size: usize,
    scale: usize,
    shift: usize,
    over: NormOver,
}

enum NormOver {
    /// Groups of an image's channels; one group is layer normalisation.
    Groups(usize),
    /// The batch; the running mean is at this index of the state, the running variance behind it.
    Batch { state: usize },
}

impl NormLayer {
    fn new(name: &str, norm: Norm, output: FeatureShape, specs: &mut Specs) -> Option<Self> {
        let (channels, size) = match output {
            FeatureShape::Flat(features) => (features, 1),
            FeatureShape::Map { channels, height, width } => (channels, height * width),
        };
        let over = match norm {
            Norm::None => return None,
            Norm::Layer => NormOver::Groups(1),
            Norm::Group { groups } => NormOver::Groups(groups),
            Norm::Batch => {
                let state = specs.state(format!("{name}.running_mean"), vec![channels], Initial::Constant(0.0));
                specs.state(format!("{name}.running_variance"), vec![channels], Initial::Constant(1.0));
                NormOver::Batch { state }
            }
        };
        let scale = specs.parameter(format!("{name}.scale"), vec![channels], Initial::Constant(1.0));
        let shift = specs.parameter(format!("{name}.shift"), vec![channels], Initial::Constant(0.0));
        Some(Self { channels, size, scale, shift, over })
    }

    fn forward(&self, pass: &Pass, x: Tensor<2>) -> Tensor<2> {
        let rows = x.dims()[0];
        let (channels, size) = (self.channels, self.size);
        let normal: Tensor<3> = match self.over {
            NormOver::Groups(groups) => {
                let x = x.reshape([rows, groups, channels * size / groups]);
                let centred = x.clone() - x.mean_dim(2);
                let variance = centred.clone().square().mean_dim(2);
                (centred / (variance + NORM_EPSILON).sqrt()).reshape([rows, channels, size])
            }
            NormOver::Batch { state } => {
                let x: Tensor<3> = x.reshape([rows, channels, size]);
                let per_channel = |t: Tensor<1>| t.reshape([1, channels, 1]);
                match &pass.training {
                    Some(training) => batch_normalise(x, state, training),
                    None => {
                        let deviation = (per_channel(pass.state[state + 1].clone()) + NORM_EPSILON).sqrt();
                        (x - per_channel(pass.state[state].clone())) / deviation
                    }
                }
            }
        };
        let scale = pass.shaped(self.scale, [1, channels, 1]);
        let shift = pass.shaped(self.shift, [1, channels, 1]);
        (normal * scale + shift).reshape([rows, channels * size])
    }
}

/// Normalise by the batch's own moments, and note them for the running averages.
fn batch_normalise(x: Tensor<3>, state: usize, training: &TrainingPass) -> Tensor<3> {
    let [rows, channels, size] = x.dims();
    let mean = x.clone().mean_dim(0).mean_dim(2);
    let centred = x - mean.clone();
    let variance = centred.clone().square().mean_dim(0).mean_dim(2);
    let count = (rows * size) as f64;
    training.statistics.borrow_mut().push(Statistics {
        state,
        mean: mean.without_autodiff().reshape([channels]),
        variance: variance.clone().without_autodiff().reshape([channels]) * (count / (count - 1.0).max(1.0)),
    });
    centred / (variance + NORM_EPSILON).sqrt()
}

/// Zero each feature with probability `rate` while training, scaling the others up (Srivastava et al. 2014).
pub(super) struct Dropout {
    rate: f64,
    /// Tells this layer's masks from another's.
    salt: u64,
}

impl Dropout {
    fn new(name: &str, rate: f64) -> Option<Self> {
        // FNV-1a: any fixed function of the layer's name will do.
        let salt =
            name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3));
        (rate > 0.0).then_some(Self { rate, salt })
    }
}

fn drop_out(dropout: &Option<Dropout>, pass: &Pass, x: Tensor<2>) -> Tensor<2> {
    let (Some(dropout), Some(training)) = (dropout, &pass.training) else { return x };
    let [rows, features] = x.dims();
    let mut mask = vec![0.0; rows * features];
    training.dropout.fill_uniform(training.counter ^ dropout.salt, &mut mask);
    let keep = (1.0 - dropout.rate) as f32;
    mask.iter_mut().for_each(|m| *m = if *m < keep { 1.0 / keep } else { 0.0 });
    let mask = Tensor::<2>::from_data(TensorData::new(mask, [rows, features]), &x.device().without_autodiff());
    x * mask
}
