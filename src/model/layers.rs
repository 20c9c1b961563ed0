//! Layers: weights → norm → activation → dropout, on `rows × features`. Maps are `channels × height × width`,
//! flattened.

use super::dense::{Affine, Dense};
use super::parameters::{Initial, Pass, Specs, Statistics, TrainingPass};
use crate::experiment::{Activation, FeatureShape, Layer, Norm, PlannedLayer};
use crate::kernels::{self, Direction, Geometry, Map};
use burn::tensor::{Tensor, TensorData};

/// ε, added to variances under a square root (PyTorch's default).
const NORM_EPSILON: f64 = 1e-5;

/// One layer, with the indices of its parameters.
pub(super) enum NetworkLayer {
    Weights {
        weights: Weights,
        norm: Option<NormLayer>,
        activation: Activation,
        dropout: Option<Dropout>,
    },
    Residual(Vec<NetworkLayer>),
    /// A reshape or flatten, which does nothing: rows stay flat, and only the plan knows their shape.
    Reshape,
}

/// The affine part of a layer.
pub(super) enum Weights {
    Dense(Dense),
    Convolution { geometry: Geometry, direction: Direction, weight: usize, bias: usize },
}

/// A dense layer with an activation, no norm and no dropout.
pub(super) fn dense(
    name: &str,
    (inputs, outputs): (usize, usize),
    fans: (usize, usize),
    activation: Activation,
    specs: &mut Specs,
) -> NetworkLayer {
    let spread = specs.spread(fans, activation);
    let weights = Weights::Dense(Dense::new(specs, name, [inputs, outputs], spread));
    NetworkLayer::Weights { weights, norm: None, activation, dropout: None }
}

impl NetworkLayer {
    /// Lay out a planned layer.
    pub fn new(planned: &PlannedLayer, specs: &mut Specs) -> Self {
        let name = &planned.name;
        match &planned.layer {
            Layer::Reshape { .. } => Self::Reshape,
            Layer::Residual { .. } => {
                Self::Residual(planned.children.iter().map(|child| Self::new(child, specs)).collect())
            }
            Layer::Dense { activation, norm, dropout, .. }
            | Layer::Conv { activation, norm, dropout, .. }
            | Layer::ConvTranspose { activation, norm, dropout, .. } => {
                let weights = Weights::new(planned, *activation, specs);
                let norm = NormLayer::new(name, *norm, planned.output, specs);
                Self::Weights { weights, norm, activation: *activation, dropout: Dropout::new(name, *dropout) }
            }
        }
    }

    /// The index of the layer's bias, if it has one.
    pub fn bias(&self) -> Option<usize> {
        match self {
            Self::Weights { weights, .. } => Some(weights.bias()),
            _ => None,
        }
    }

    /// The layer's weight and bias if it is affine and nothing else; `None` otherwise.
    pub fn affine(&self, pass: &Pass) -> Option<Affine> {
        match self {
            Self::Weights {
                weights: Weights::Dense(dense),
                norm: None,
                activation: Activation::Linear,
                dropout: None,
            } => Some(dense.at(pass)),
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
        let is_torch = specs.is_torch();
        let mut tensors = |shape: Vec<usize>, fans, outputs: usize| {
            let initial = specs.spread(fans, activation);
            let bias = specs.bias(&initial);
            let weight = specs.parameter(format!("{name}.weight"), shape, initial);
            let bias = specs.parameter(format!("{name}.bias"), vec![outputs], bias);
            (weight, bias)
        };
        let area = |kernel: usize| kernel * kernel;
        match (&planned.layer, planned.input, planned.output) {
            (&Layer::Conv { kernel, stride, padding, .. }, FeatureShape::Map { .. }, _) => {
                let (large, small) = (map(planned.input), map(planned.output));
                let shape = vec![small.channels, large.channels, kernel, kernel];
                let fans = (large.channels * area(kernel), small.channels * area(kernel));
                let (weight, bias) = tensors(shape, fans, small.channels);
                let geometry = Geometry { large, small, kernel, stride, padding };
                Self::Convolution { geometry, direction: Direction::Down, weight, bias }
            }
            (&Layer::ConvTranspose { kernel, stride, padding, .. }, FeatureShape::Map { .. }, _) => {
                let (large, small) = (map(planned.output), map(planned.input));
                let shape = vec![small.channels, large.channels, kernel, kernel];
                // Each output sees kernel²/stride² inputs a channel.
                let seen = (small.channels * area(kernel) / area(stride)).max(1);
                // PyTorch counts the second side of the weight, whichever way it is used.
                let fan_in = if is_torch { large.channels * area(kernel) } else { seen };
                let (weight, bias) = tensors(shape, (fan_in, large.channels * area(kernel)), large.channels);
                let geometry = Geometry { large, small, kernel, stride, padding };
                Self::Convolution { geometry, direction: Direction::Up, weight, bias }
            }
            (_, input, output) => {
                let (inputs, outputs) = (input.len(), output.len());
                let weights = specs.spread((inputs, outputs), activation);
                Self::Dense(Dense::new(specs, name, [inputs, outputs], weights))
            }
        }
    }

    fn bias(&self) -> usize {
        match self {
            Self::Dense(dense) => dense.bias,
            Self::Convolution { bias, .. } => *bias,
        }
    }

    fn forward(&self, pass: &Pass, x: Tensor<2>, activation: Activation) -> Tensor<2> {
        match self {
            Self::Dense(dense) => dense.at(pass).forward(x, activation),
            Self::Convolution { geometry, direction, weight, bias } => {
                let weight = pass.shaped(*weight, [geometry.small.channels, geometry.weights_per_channel()]);
                kernels::convolve(x, weight, pass.parameter(*bias), *geometry, *direction, activation)
            }
        }
    }
}

/// A feature shape as a map; a vector is a map of one pixel.
fn map(shape: FeatureShape) -> Map {
    match shape {
        FeatureShape::Flat(channels) => Map { channels, height: 1, width: 1 },
        FeatureShape::Map { channels, height, width } => Map { channels, height, width },
    }
}

/// Normalisation (x − mean)/√(variance + ε)·scale + shift, with one scale and shift per channel (or feature).
pub(super) struct NormLayer {
    channels: usize,
    /// Number of values per channel: height·width, or 1 for a vector.
    size: usize,
    scale: usize,
    shift: usize,
    over: NormOver,
}

enum NormOver {
    /// Number of groups of an image's channels; one group is layer normalisation.
    Groups(usize),
    /// Batch normalisation; the running mean has index `state` in the model's state, the running variance the next
    /// index.
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

/// Normalise by the mean and variance of the batch, or of the shard of it that is computed here, and record them for
/// the running averages.
fn batch_normalise(x: Tensor<3>, state: usize, training: &TrainingPass) -> Tensor<3> {
    let [rows, channels, size] = x.dims();
    let mean = x.clone().mean_dim(0).mean_dim(2);
    let centred = x - mean.clone();
    let variance = centred.clone().square().mean_dim(0).mean_dim(2);
    let count = (rows * size) as f64;
    let unbiased = variance.clone().without_autodiff().reshape([channels]) * (count / (count - 1.0).max(1.0));
    let mut statistics = training.statistics.borrow_mut();
    statistics.push(Statistics { state, value: mean.without_autodiff().reshape([channels]) });
    statistics.push(Statistics { state: state + 1, value: unbiased });
    centred / (variance + NORM_EPSILON).sqrt()
}

/// Zero each feature with probability `rate` while training, scaling the others up (Srivastava et al. 2014).
pub(super) struct Dropout {
    rate: f64,
    /// Distinguishes this layer's masks from those of other dropout layers.
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
