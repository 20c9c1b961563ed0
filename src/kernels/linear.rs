//! The affine layer.

use super::activate;
use crate::experiment::Activation;
use burn::tensor::Tensor;

/// f(x·W + b) for x `rows × inputs`, W `inputs × outputs`, b `outputs`.
pub fn linear(x: Tensor<2>, weight: Tensor<2>, bias: Tensor<1>, activation: Activation) -> Tensor<2> {
    activate(x.matmul(weight) + bias.unsqueeze(), activation)
}
