//! The specs of trainable tensors (names, shapes and initial values), and the pass that hands their values to the
//! layers.

use crate::experiment::{Activation, Initialisation};
use crate::random::{Purpose, Stream};
use burn::tensor::Tensor;
use std::cell::RefCell;

/// The distribution of a tensor's initial values.
#[derive(Clone, Debug, PartialEq)]
pub enum Initial {
    /// Uniform on [−bound, bound].
    Uniform {
        /// The largest absolute value.
        bound: f64,
    },
    /// Normal with mean 0.
    Normal {
        /// Standard deviation.
        sigma: f64,
    },
    /// One value in every entry.
    Constant(f32),
    /// The given values.
    Values(Vec<f32>),
    /// Normal around given means, which repeat along the tensor; around 0 if there are none.
    Around {
        /// The means.
        centre: Vec<f32>,
        /// Standard deviation.
        sigma: f64,
    },
}

/// The spec of one named tensor of the model.
#[derive(Clone, Debug, PartialEq)]
pub struct TensorSpec {
    /// The tensor's name, for example `decoder.output.weight`.
    pub name: String,
    /// The tensor's dimensions.
    pub shape: Vec<usize>,
    /// The tensor's values before training.
    pub initial: Initial,
}

impl TensorSpec {
    /// Number of entries of the tensor.
    pub fn count(&self) -> usize {
        self.shape.iter().product()
    }

    /// The tensor's initial values under a seed; `index` is its position in the list of specs.
    pub fn initial_values(&self, seed: u64, index: usize) -> Vec<f32> {
        let stream = Stream::new(seed, Purpose::Initialise);
        let mut values = vec![0.0; self.count()];
        match &self.initial {
            Initial::Uniform { bound } => {
                stream.fill_uniform(index as u64, &mut values);
                values.iter_mut().for_each(|v| *v = (2.0 * *v - 1.0) * *bound as f32);
            }
            Initial::Normal { sigma } => {
                stream.fill_normal(index as u64, &mut values);
                values.iter_mut().for_each(|v| *v *= *sigma as f32);
            }
            Initial::Constant(value) => values.fill(*value),
            Initial::Values(given) => values.copy_from_slice(given),
            Initial::Around { centre, sigma } => {
                stream.fill_normal(index as u64, &mut values);
                values.iter_mut().for_each(|v| *v *= *sigma as f32);
                values.iter_mut().zip(centre.iter().cycle()).for_each(|(v, centre)| *v += centre);
            }
        }
        values
    }
}

/// Collects the specs of tensors while the networks are laid out.
pub(super) struct Specs {
    initialisation: Initialisation,
    parameters: Vec<TensorSpec>,
    state: Vec<TensorSpec>,
}

impl Specs {
    pub fn new(initialisation: Initialisation) -> Self {
        Self { initialisation, parameters: Vec::new(), state: Vec::new() }
    }

    /// The initial distribution of weights by the experiment's rule; `next` is the activation after them.
    pub fn spread(&self, (fan_in, fan_out): (usize, usize), next: Activation) -> Initial {
        let rectifies = matches!(
            next,
            Activation::Relu | Activation::LeakyRelu | Activation::Silu | Activation::Gelu | Activation::Elu
        );
        let glorot = Initial::Uniform { bound: (6.0 / (fan_in + fan_out) as f64).sqrt() };
        let he = Initial::Uniform { bound: (6.0 / fan_in as f64).sqrt() };
        match self.initialisation {
            Initialisation::Auto if rectifies => he,
            Initialisation::Auto | Initialisation::Glorot => glorot,
            Initialisation::He => he,
            Initialisation::Normal { sigma } => Initial::Normal { sigma },
            Initialisation::Torch => Initial::Uniform { bound: 1.0 / (fan_in as f64).sqrt() },
        }
    }

    /// Whether weights and biases start as PyTorch's layers do.
    pub fn is_torch(&self) -> bool {
        self.initialisation == Initialisation::Torch
    }

    /// The initial distribution of the bias beside weights that start as `weights`.
    pub fn bias(&self, weights: &Initial) -> Initial {
        match weights {
            Initial::Uniform { .. } if self.is_torch() => weights.clone(),
            _ => Initial::Constant(0.0),
        }
    }

    /// Any trainable tensor; returns its index.
    pub fn parameter(&mut self, name: String, shape: Vec<usize>, initial: Initial) -> usize {
        self.parameters.push(TensorSpec { name, shape, initial });
        self.parameters.len() - 1
    }

    /// Declare a tensor that training updates without a gradient; returns its index in the state.
    pub fn state(&mut self, name: String, shape: Vec<usize>, initial: Initial) -> usize {
        self.state.push(TensorSpec { name, shape, initial });
        self.state.len() - 1
    }

    /// A parameter that has been listed.
    pub fn parameter_mut(&mut self, index: usize) -> &mut TensorSpec {
        &mut self.parameters[index]
    }

    pub fn finish(self) -> (Vec<TensorSpec>, Vec<TensorSpec>) {
        (self.parameters, self.state)
    }
}

/// The parameter values of one forward pass: flattened tensors in the order of the model's specs.
pub struct Pass<'a> {
    /// The trainable tensors, in the order of [`Model::parameters`](super::Model::parameters).
    pub parameters: &'a [Tensor<1>],
    /// Running averages, in the order of [`Model::state`](super::Model::state).
    pub state: &'a [Tensor<1>],
    /// Set only in training, where dropout drops and batch normalisation uses the batch's own moments.
    pub training: Option<TrainingPass>,
}

/// Additional data of a training pass.
pub struct TrainingPass {
    /// The stream that dropout masks are drawn from.
    pub dropout: Stream,
    /// Distinguishes step and shard; each dropout layer adds a number of its own.
    pub counter: u64,
    /// The batch's statistics, recorded for the running averages.
    pub statistics: RefCell<Vec<Statistics>>,
    /// The encoder's output for the images that the prior is made of, `images × heads`, as
    /// [`Model::prior_output`](super::Model::prior_output) gives it; `None` to compute it where it is needed.
    pub prior_output: Option<Tensor<2>>,
}

/// A statistic of a batch, of which the model keeps a running average.
pub struct Statistics {
    /// Index of the running average in the state.
    pub state: usize,
    /// The statistic's value in this batch.
    pub value: Tensor<1>,
}

impl<'a> Pass<'a> {
    /// A pass for evaluation: no dropout, and running averages in place of the batch's statistics.
    pub fn evaluation(parameters: &'a [Tensor<1>], state: &'a [Tensor<1>]) -> Self {
        Self { parameters, state, training: None }
    }

    /// Parameter `index`.
    pub fn parameter(&self, index: usize) -> Tensor<1> {
        self.parameters[index].clone()
    }

    /// Parameter `index` in the given shape.
    pub fn shaped<const D: usize>(&self, index: usize, shape: [usize; D]) -> Tensor<D> {
        self.parameter(index).reshape(shape)
    }
}
