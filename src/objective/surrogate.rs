//! What an objective gives: a surrogate to differentiate, and the terms to report.

use super::terms::Terms;
use burn::tensor::{Gradients, Tensor};

/// What to differentiate, and what to report.
pub struct Surrogate {
    /// Its gradient estimates that of the bound, its value need not be one; `B`.
    pub objective: Tensor<1>,
    /// A second way from the samples to the encoder.
    pub second_path: Option<SecondPath>,
    /// The terms of the bound, reported.
    pub terms: Terms,
}

/// Samples whose gradient goes on to the encoder under other weights than it came with.
pub struct SecondPath {
    /// The samples as q(z|x) gives them, `K·B × latent`.
    pub z: Tensor<2>,
    /// The values of `z` as a leaf, from which the objective was computed.
    pub leaf: Tensor<2>,
    /// Constants, `K·B × 1`.
    pub weights: Tensor<2>,
}

impl Surrogate {
    /// Differentiated as it stands.
    pub fn new(objective: Tensor<1>, terms: Terms) -> Self {
        Self { objective, second_path: None, terms }
    }
}

impl SecondPath {
    /// Given the gradients at the leaf, those of what lies before it.
    pub fn backward(self, gradients: &mut Gradients) -> Option<Gradients> {
        let at_leaf = self.leaf.grad_remove(gradients)?;
        Some((self.z * (at_leaf * self.weights)).sum().backward())
    }
}
