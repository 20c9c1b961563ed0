//! The affine layer.

use super::activate;
use super::activation::FusedActivation;
use super::operations::Kernels;
use crate::experiment::Activation;
use burn::backend::Dispatch;
use burn::tensor::Tensor;

/// f(x·W + b), for x `rows × inputs`, W `inputs × outputs` and b `outputs`; the result is `rows × outputs`.
pub fn linear(x: Tensor<2>, weight: Tensor<2>, bias: Tensor<1>, activation: Activation) -> Tensor<2> {
    let fused = match FusedActivation::of(activation) {
        Some(fused) => fused,
        None => return activate(linear(x, weight, bias, Activation::Linear), activation),
    };
    let output = <Dispatch as Kernels>::affine(x.into_dispatch(), weight.into_dispatch(), bias.into_dispatch(), fused);
    Tensor::from_dispatch(output)
}
