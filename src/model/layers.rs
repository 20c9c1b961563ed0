//! Layers: weights → norm → activation → dropout, on `rows × features`. Maps are `channels × height × width`,
//! flattened.

use super::dense::{Affine, Dense};
use super::parameters::{Initial, Pass, Specs, Statistics};
use crate::experiment::{Activation, FeatureShape, Layer, Norm, PlannedLayer};
use crate::kernels::{self, Direction, EPSILON, Geometry, Grouping, Map, Over};
use burn::tensor::Tensor;

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
                let x = weights.forward(pass, x, Activation::Linear);
                drop_out(dropout, pass, norm.forward(pass, x, *activation))
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
    grouping: Grouping,
    scale: usize,
    shift: usize,
    /// Of a batch normalisation, the index of the running mean in the model's state; the running variance has the next
    /// index.
    state: Option<usize>,
}

impl NormLayer {
    fn new(name: &str, norm: Norm, output: FeatureShape, specs: &mut Specs) -> Option<Self> {
        let Map { channels, height, width } = map(output);
        let area = height * width;
        let over = match norm {
            Norm::None => return None,
            Norm::Layer => Over::Groups(1),
            Norm::Group { groups } => Over::Groups(groups),
            Norm::Batch => Over::Rows,
        };
        let state = (over == Over::Rows).then(|| {
            let state = specs.state(format!("{name}.running_mean"), vec![channels], Initial::Constant(0.0));
            specs.state(format!("{name}.running_variance"), vec![channels], Initial::Constant(1.0));
            state
        });
        let scale = specs.parameter(format!("{name}.scale"), vec![channels], Initial::Constant(1.0));
        let shift = specs.parameter(format!("{name}.shift"), vec![channels], Initial::Constant(0.0));
        Some(Self { grouping: Grouping { channels, area, over }, scale, shift, state })
    }

    fn forward(&self, pass: &Pass, x: Tensor<2>, activation: Activation) -> Tensor<2> {
        if let (Some(state), None) = (self.state, &pass.training) {
            return kernels::activate(self.by_running_averages(pass, x, state), activation);
        }
        let rows = x.dims()[0];
        let (scale, shift) = (pass.parameter(self.scale), pass.parameter(self.shift));
        let (y, [mean, variance]) = kernels::normalise(x, scale, shift, self.grouping, activation);
        if let (Some(state), Some(training)) = (self.state, &pass.training) {
            // Those of the batch, or of the shard of it that is computed here.
            let count = (rows * self.grouping.area) as f64;
            let unbiased = variance.without_autodiff() * (count / (count - 1.0).max(1.0));
            let mut statistics = training.statistics.borrow_mut();
            statistics.push(Statistics { state, value: mean.without_autodiff() });
            statistics.push(Statistics { state: state + 1, value: unbiased });
        }
        y
    }

    /// Batch normalisation outside of training.
    fn by_running_averages(&self, pass: &Pass, x: Tensor<2>, state: usize) -> Tensor<2> {
        let [rows, _] = x.dims();
        let Grouping { channels, area, .. } = self.grouping;
        let x: Tensor<3> = x.reshape([rows, channels, area]);
        let per_channel = |t: Tensor<1>| t.reshape([1, channels, 1]);
        let deviation = (per_channel(pass.state[state + 1].clone()) + f64::from(EPSILON)).sqrt();
        let normal = (x - per_channel(pass.state[state].clone())) / deviation;
        let (scale, shift) = (per_channel(pass.parameter(self.scale)), per_channel(pass.parameter(self.shift)));
        (normal * scale + shift).reshape([rows, channels * area])
    }
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
    kernels::drop_out(x, training.dropout, training.counter ^ dropout.salt, (1.0 - dropout.rate) as f32)
}
