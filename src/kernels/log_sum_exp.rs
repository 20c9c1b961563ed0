//! The logarithm of a sum of exponentials, and the shares of its terms.

use super::operations::Kernels;
use burn::backend::Dispatch;
use burn::tensor::{Shape, Tensor};

/// log Σ exp of x over dimension `dim`, which has length 1 in the result; of any size of x. Its derivative is each
/// entry's share in the sum, as [`shares`] gives it.
pub fn log_sum_exp<const D: usize>(x: Tensor<D>, dim: usize) -> Tensor<D> {
    let mut shape = x.dims();
    let x = grouped(x, dim).into_dispatch();
    shape[dim] = 1;
    Tensor::<3>::from_dispatch(<Dispatch as Kernels>::log_sum_exp(x)).reshape(Shape::new(shape))
}

/// The softmax of x over dimension `dim`: each entry's share in Σ exp. A share below about 10⁻³⁰ may be 0. No gradient
/// flows through it.
pub fn shares<const D: usize>(x: Tensor<D>, dim: usize) -> Tensor<D> {
    log_sum_exp_and_shares(x, dim).1
}

/// [`log_sum_exp`] and [`shares`] in one; no gradient flows through either.
pub fn log_sum_exp_and_shares<const D: usize>(x: Tensor<D>, dim: usize) -> (Tensor<D>, Tensor<D>) {
    let shape = x.dims();
    let mut of_sums = shape;
    of_sums[dim] = 1;
    let x = grouped(x.without_autodiff(), dim).into_dispatch();
    let (logs, shares) = <Dispatch as Kernels>::log_sum_exp_and_shares(x);
    let shaped = |values, shape| Tensor::<3>::from_dispatch(values).reshape(Shape::new(shape));
    (shaped(logs, of_sums), shaped(shares, shape))
}

/// x with what comes before and after the dimension as one dimension each.
fn grouped<const D: usize>(x: Tensor<D>, dim: usize) -> Tensor<3> {
    let shape = x.dims();
    let count = |sides: &[usize]| sides.iter().product::<usize>();
    x.reshape([count(&shape[..dim]), shape[dim], count(&shape[dim + 1..])])
}
