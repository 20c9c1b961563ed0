//! Leaves of a graph.

use burn::tensor::Tensor;

/// Tensors as leaves of a graph, with respect to which gradients are taken.
pub fn track(tensors: &[Tensor<1>]) -> Vec<Tensor<1>> {
    tensors.iter().map(|tensor| tensor.clone().autodiff().require_grad()).collect()
}
