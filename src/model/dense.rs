//! Dense layers, and networks made only of dense layers, which some methods have beside encoder and decoder.

use super::parameters::{Initial, Pass, Specs, TensorSpec};
use crate::experiment::{Activation, Initialisation};
use crate::kernels;
use burn::tensor::Tensor;

/// A dense layer: its widths, and the indices of its parameters.
#[derive(Clone, Copy)]
pub(super) struct Dense {
    inputs: usize,
    outputs: usize,
    weight: usize,
    pub bias: usize,
}

impl Dense {
    /// Declare the parameters `name.weight`, `inputs × outputs`, and `name.bias`.
    pub fn new(specs: &mut Specs, name: &str, [inputs, outputs]: [usize; 2], weights: Initial) -> Self {
        let bias = specs.bias(&weights);
        let weight = specs.parameter(format!("{name}.weight"), vec![inputs, outputs], weights);
        let bias = specs.parameter(format!("{name}.bias"), vec![outputs], bias);
        Self { inputs, outputs, weight, bias }
    }

    /// The layer with the parameter values of a pass.
    pub fn at(&self, pass: &Pass) -> Affine {
        Affine { weight: pass.shaped(self.weight, [self.inputs, self.outputs]), bias: pass.parameter(self.bias) }
    }
}

/// An affine map x ↦ x·W + b, with parameter values.
#[derive(Clone)]
pub struct Affine {
    /// The weight W, `inputs × outputs`.
    pub weight: Tensor<2>,
    /// The bias b, `outputs`.
    pub bias: Tensor<1>,
}

impl Affine {
    /// f(x·W + b), for x `rows × inputs`; the result is `rows × outputs`.
    pub fn forward(self, x: Tensor<2>, activation: Activation) -> Tensor<2> {
        kernels::linear(x, self.weight, self.bias, activation)
    }

    /// x·W + b by burn's own operations, which round differently from the kernel in [`Self::forward`].
    fn product(self, x: Tensor<2>) -> Tensor<2> {
        x.matmul(self.weight) + self.bias.unsqueeze()
    }
}

/// A multilayer perceptron: dense layers one after the other, with the same activation between them.
pub(crate) struct Mlp {
    layers: Vec<Dense>,
    hidden: Activation,
}

impl Mlp {
    pub(super) fn new(layers: Vec<Dense>, hidden: Activation) -> Self {
        Self { layers, hidden }
    }

    /// A network that stands beside the model, with the specs of its parameters `name.0.weight`, `name.0.bias`,
    /// `name.1.weight`, … `widths` lists the widths of its input, its hidden layers and its output.
    pub(crate) fn alone(
        name: &str,
        widths: &[usize],
        hidden: Activation,
        initialisation: Initialisation,
    ) -> (Self, Vec<TensorSpec>) {
        let mut specs = Specs::new(initialisation);
        let last = widths.len() - 2;
        let layer = |(number, ends): (usize, &[usize])| {
            let next = if number == last { Activation::Linear } else { hidden };
            let weights = specs.spread((ends[0], ends[1]), next);
            Dense::new(&mut specs, &format!("{name}.{number}"), [ends[0], ends[1]], weights)
        };
        let layers = widths.windows(2).enumerate().map(layer).collect();
        (Self { layers, hidden }, specs.finish().0)
    }

    /// The network with the parameter values of a pass.
    pub(crate) fn at(&self, pass: &Pass) -> MlpAt {
        MlpAt { layers: self.layers.iter().map(|layer| layer.at(pass)).collect(), hidden: self.hidden }
    }
}

/// A multilayer perceptron with parameter values.
pub(crate) struct MlpAt {
    layers: Vec<Affine>,
    hidden: Activation,
}

impl MlpAt {
    /// The output `rows × outputs` for x `rows × inputs`.
    pub(crate) fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        let last = self.layers.len() - 1;
        self.layers.iter().cloned().enumerate().fold(x, |x, (number, layer)| {
            layer.forward(x, if number == last { Activation::Linear } else { self.hidden })
        })
    }

    /// The output for x `rows × inputs`, with `context` (`rows × hidden`) added before the first activation; by burn's
    /// own operations.
    pub(super) fn forward_given(&self, x: Tensor<2>, context: Option<Tensor<2>>) -> Tensor<2> {
        let (first, rest) = self.layers.split_first().expect("a network has layers");
        let h = first.clone().product(x);
        let h = context.into_iter().fold(h, |h, context| h + context);
        rest.iter().cloned().fold(h, |h, layer| layer.product(kernels::activate(h, self.hidden)))
    }

    /// This network with each layer's weights multiplied by a mask of the same shape.
    pub(super) fn masked(self, masks: impl IntoIterator<Item = Tensor<2>>) -> Self {
        let mask = |(layer, mask): (Affine, Tensor<2>)| Affine { weight: layer.weight * mask, ..layer };
        Self { layers: self.layers.into_iter().zip(masks).map(mask).collect(), ..self }
    }

    /// This network with the gradient stopped at its parameters.
    pub(super) fn detached(&self) -> Self {
        let detached =
            |layer: &Affine| Affine { weight: layer.weight.clone().detach(), bias: layer.bias.clone().detach() };
        Self { layers: self.layers.iter().map(detached).collect(), hidden: self.hidden }
    }
}
