//! The logistic distribution, discretised to the 256 grey levels k/255.

use super::operations::Kernels;
use burn::backend::Dispatch;
use burn::tensor::Tensor;

/// log P(x) in nats of levels x under discretised logistics with mean m and scale s: each level has the probability of
/// the interval of width 1/255 around it; black and white also have everything beyond (Salimans et al. 2017, section
/// 2.1). The shapes broadcast to that of the mean; x has no gradient.
///
/// With a, b = (x ± 1/510 − m)/s, the probability is sigmoid(a) − sigmoid(b) = sigmoid(a)·sigmoid(−b)·(1 − e^(b−a)): a
/// sum of logarithms, each accurate however far x is from m. For black only the first factor counts, for white only the
/// second.
pub fn discretised_logistic<const D: usize>(x: Tensor<D>, mean: Tensor<D>, log_scale: Tensor<D>) -> Tensor<D> {
    let shape = mean.dims();
    let [x, log_scale] = [x, log_scale].map(|tensor| tensor.expand(shape));
    let value = <Dispatch as Kernels>::logistic(x.into_dispatch(), mean.into_dispatch(), log_scale.into_dispatch());
    Tensor::from_dispatch(value)
}
