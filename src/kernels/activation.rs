//! Pointwise non-linearities.

use super::operations::Kernels;
use crate::experiment::Activation;
use burn::backend::Dispatch;
use burn::tensor::Tensor;

/// f(x), element by element.
pub fn activate<const D: usize>(x: Tensor<D>, activation: Activation) -> Tensor<D> {
    match activation {
        Activation::Linear => x,
        _ => Tensor::from_dispatch(<Dispatch as Kernels>::activate(x.into_dispatch(), activation)),
    }
}

/// log(1 + eˣ) without overflow.
pub fn softplus<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    activate(x, Activation::Softplus)
}
