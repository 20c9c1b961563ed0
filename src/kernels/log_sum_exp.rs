//! The logarithm of a sum of exponentials.

use super::operations::Kernels;
use burn::backend::Dispatch;
use burn::tensor::{Shape, Tensor};

/// log Σ exp of x over dimension `dim`, which has length 1 in the result; of any size of x. Its derivative is the
/// softmax, each entry's share in the sum.
pub fn log_sum_exp<const D: usize>(x: Tensor<D>, dim: usize) -> Tensor<D> {
    let mut shape = x.dims();
    let count = |sides: &[usize]| sides.iter().product::<usize>();
    let grouped: Tensor<3> = x.reshape([count(&shape[..dim]), shape[dim], count(&shape[dim + 1..])]);
    shape[dim] = 1;
    let logs: Tensor<3> = Tensor::from_dispatch(<Dispatch as Kernels>::log_sum_exp(grouped.into_dispatch()));
    logs.reshape(Shape::new(shape))
}
