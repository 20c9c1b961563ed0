//! The surrogate that an objective returns: a tensor to differentiate, and the terms to report.

use super::terms::Terms;
use burn::tensor::{Gradients, Tensor};

/// A tensor whose gradient estimates the bound's, with the terms to report.
pub struct Surrogate {
    /// The tensor to differentiate, `B`. Its gradient estimates that of the bound; its value need not be the bound.
    pub objective: Tensor<1>,
    /// A separate backward pass from the samples to the encoder, if the estimator weights that path differently.
    pub second_path: Option<SecondPath>,
    /// The terms of the bound, for reports.
    pub terms: Terms,
}

/// A backward pass from the samples to the encoder, with the gradient at the samples multiplied by weights.
pub struct SecondPath {
    /// The samples as a function of the encoder's parameters, `K·B × latent`.
    pub z: Tensor<2>,
    /// The values of `z` as a leaf of the graph, from which the objective was computed.
    pub leaf: Tensor<2>,
    /// The weights, constants, `K·B × 1`.
    pub weights: Tensor<2>,
}

impl Surrogate {
    /// A surrogate without a second path.
    pub fn new(objective: Tensor<1>, terms: Terms) -> Self {
        Self { objective, second_path: None, terms }
    }
}

impl SecondPath {
    /// The gradients with respect to the encoder's parameters. Takes the gradient at the leaf out of `gradients`;
    /// `None` if there is none.
    pub fn backward(self, gradients: &mut Gradients) -> Option<Gradients> {
        let at_leaf = self.leaf.grad_remove(gradients)?;
        Some((self.z * (at_leaf * self.weights)).sum().backward())
    }
}
