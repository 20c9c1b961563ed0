//! The affine layer.

use super::operations::Kernels;
use crate::experiment::Activation;
use burn::backend::Dispatch;
use burn::tensor::Tensor;

/// f(x·W + b), for x `rows × inputs`, W `inputs × outputs` and b `outputs`; the result is `rows × outputs`.
pub fn linear(x: Tensor<2>, weight: Tensor<2>, bias: Tensor<1>, activation: Activation) -> Tensor<2> {
    let output =
        <Dispatch as Kernels>::affine(x.into_dispatch(), weight.into_dispatch(), bias.into_dispatch(), activation);
    Tensor::from_dispatch(output)
}
