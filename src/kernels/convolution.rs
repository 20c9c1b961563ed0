//! Convolutions and transposed convolutions, as a linear operation and its adjoint between a larger and a smaller map.

use super::geometry::{Direction, Geometry};
use super::operations::Kernels;
use crate::experiment::Activation;
use burn::backend::Dispatch;
use burn::tensor::Tensor;

/// f(convolution of x + bias). x is `rows × (channels · height · width)`, the weight `small channels × (large channels
/// · kernel²)`, the bias has one entry per output channel; see [`Geometry`] for the large and the small map.
pub fn convolve(
    x: Tensor<2>,
    weight: Tensor<2>,
    bias: Tensor<1>,
    geometry: Geometry,
    direction: Direction,
    activation: Activation,
) -> Tensor<2> {
    let (x, weight, bias) = (x.into_dispatch(), weight.into_dispatch(), bias.into_dispatch());
    Tensor::from_dispatch(<Dispatch as Kernels>::convolve(x, weight, bias, geometry, direction, activation))
}

/// The gradient of a convolution, in either direction, with respect to its weight, which has the shape of `weight`: for
/// the large and the small map of each row, `rows × (channels · height · width)`, of which one is the input and the
/// other the gradient with respect to the output. It has no gradient of its own.
pub fn kernel_gradient(large: Tensor<2>, small: Tensor<2>, weight: Tensor<2>, geometry: Geometry) -> Tensor<2> {
    let (large, small, weight) = (large.into_dispatch(), small.into_dispatch(), weight.into_dispatch());
    Tensor::from_dispatch(<Dispatch as Kernels>::kernel_gradient(large, small, weight, geometry))
}
