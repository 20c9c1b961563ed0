//! The distribution of one layer of latent variables given another: N(μ(h), diag σ²(h)), with μ and log σ² by a network
//! of tanh layers (Burda, Grosse & Salakhutdinov 2015, section 5).

use super::dense::{Dense, Mlp, MlpAt};
use super::posterior::Normal;
use super::{Layout, Pass};
use crate::experiment::Activation;
use burn::tensor::Tensor;

/// The network of N(μ(h), diag σ²(h)), without parameter values.
pub(super) struct ConditionalGaussian(Mlp);

impl ConditionalGaussian {
    /// Lay out a network from `inputs` features through `depth` layers of `hidden` units to the mean and log variance
    /// of `outputs` dimensions. `name` prefixes the parameters' names.
    pub fn new(layout: &mut Layout, name: &str, [inputs, outputs]: [usize; 2], hidden: usize, depth: usize) -> Self {
        let specs = &mut *layout.specs;
        let width = |number: usize| if number == 0 { inputs } else { hidden };
        let mut layers: Vec<Dense> = Vec::new();
        for number in 0..depth {
            let weights = specs.spread((width(number), hidden), Activation::Tanh);
            layers.push(Dense::new(specs, &format!("{name}.{number}"), [width(number), hidden], weights));
        }
        // Each head is initialised as a layer of its own.
        let weights = specs.spread((width(depth), outputs), Activation::Linear);
        layers.push(Dense::new(specs, &format!("{name}.heads"), [width(depth), 2 * outputs], weights));
        Self(Mlp::new(layers, Activation::Tanh))
    }

    /// The network with the parameter values of a pass.
    pub fn at(&self, pass: &Pass) -> ConditionalGaussianAt {
        ConditionalGaussianAt(self.0.at(pass))
    }
}

/// N(μ(h), diag σ²(h)), with the network's parameter values.
pub(super) struct ConditionalGaussianAt(MlpAt);

impl ConditionalGaussianAt {
    /// The distribution of one layer given each row h of the other.
    pub fn of(&self, h: Tensor<2>) -> Normal {
        let output = self.0.forward(h);
        let outputs = output.dims()[1] / 2;
        let [mean, log_variance] = output.split(outputs, 1).try_into().expect("two halves, one a head");
        Normal { mean, log_variance }
    }

    /// This distribution with the gradient stopped at the network's parameters.
    pub fn detached(&self) -> Self {
        Self(self.0.detached())
    }
}

/// h₁ and h₂ of z = (h₁, h₂), `rows × lower` and `rows × (latent − lower)`.
pub(super) fn layers(z: Tensor<2>, lower: usize) -> [Tensor<2>; 2] {
    let [rows, latent] = z.dims();
    [z.clone().slice([0..rows, 0..lower]), z.slice([0..rows, lower..latent])]
}
