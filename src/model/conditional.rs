//! One layer of latent variables given another: N(μ(h), diag σ²(h)), μ and log σ² by a network of tanh layers (Burda,
//! Grosse & Salakhutdinov 2015, section 5).

use super::posterior::Normal;
use super::{Initial, Layout, Pass};
use crate::experiment::Activation;
use crate::kernels;
use burn::tensor::Tensor;

/// The network.
pub(super) struct Conditional {
    layers: Vec<Indices>,
}

/// A layer's width, and where its tensors are among the parameters.
struct Indices {
    inputs: usize,
    outputs: usize,
    weight: usize,
    bias: usize,
}

impl Conditional {
    /// From `inputs` numbers through `depth` layers of `hidden` units to the mean and log variance of `outputs`. `name`
    /// prefixes the parameters' names.
    pub fn new(layout: &mut Layout, name: &str, [inputs, outputs]: [usize; 2], hidden: usize, depth: usize) -> Self {
        let mut layer = |number: usize, inputs: usize, outputs: usize, fan_out: usize, activation: Activation| {
            let part = if number == depth { "heads".into() } else { number.to_string() };
            let fans = (inputs, fan_out);
            let weight = layout.specs.weight(format!("{name}.{part}.weight"), vec![inputs, outputs], fans, activation);
            let bias = layout.specs.parameter(format!("{name}.{part}.bias"), vec![outputs], Initial::Constant(0.0));
            Indices { inputs, outputs, weight, bias }
        };
        let width = |number: usize| if number == 0 { inputs } else { hidden };
        let mut layers: Vec<Indices> =
            (0..depth).map(|number| layer(number, width(number), hidden, hidden, Activation::Tanh)).collect();
        // Each head is initialised as a layer of its own.
        layers.push(layer(depth, width(depth), 2 * outputs, outputs, Activation::Linear));
        Self { layers }
    }

    /// With the parameters of a pass.
    pub fn at(&self, pass: &Pass) -> Given {
        let layer = |l: &Indices| (pass.shaped(l.weight, [l.inputs, l.outputs]), pass.parameter(l.bias));
        Given { layers: self.layers.iter().map(layer).collect() }
    }
}

/// The network with its numbers: weights and bias of each layer.
pub(super) struct Given {
    layers: Vec<(Tensor<2>, Tensor<1>)>,
}

impl Given {
    /// The distribution of one layer given each row of the other.
    pub fn of(&self, h: Tensor<2>) -> Normal {
        let last = self.layers.len() - 1;
        let output = self.layers.iter().enumerate().fold(h, |h, (number, (weight, bias))| {
            let activation = if number == last { Activation::Linear } else { Activation::Tanh };
            kernels::linear(h, weight.clone(), bias.clone(), activation)
        });
        let outputs = output.dims()[1] / 2;
        let [mean, log_variance] = output.split(outputs, 1).try_into().expect("two halves, one a head");
        Normal { mean, log_variance }
    }

    /// The same with the gradient stopped at its numbers.
    pub fn detached(&self) -> Self {
        Self { layers: self.layers.iter().map(|(w, b)| (w.clone().detach(), b.clone().detach())).collect() }
    }
}

/// h₁ and h₂ of z = (h₁, h₂), `rows × lower` and `rows × the rest`.
pub(super) fn layers(z: Tensor<2>, lower: usize) -> [Tensor<2>; 2] {
    let [rows, latent] = z.dims();
    [z.clone().slice([0..rows, 0..lower]), z.slice([0..rows, lower..latent])]
}
