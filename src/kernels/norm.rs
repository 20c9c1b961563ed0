//! Normalisation over parts of a map or over rows, with the scale, the shift and the activation that follow.

use super::grouping::Grouping;
use super::operations::Kernels;
use crate::experiment::Activation;
use burn::backend::Dispatch;
use burn::tensor::Tensor;

/// f(x̂·γ + β) for x̂ = (x − mean)/√(variance + 10⁻⁵), and the means and variances, which no gradient flows to: one a
/// group of a row, or one a channel. x is `rows × (channels · area)`; γ and β have one entry per channel. (Ba, Kiros &
/// Hinton 2016; Wu & He 2018; Ioffe & Szegedy 2015.)
pub fn normalise(
    x: Tensor<2>,
    scale: Tensor<1>,
    shift: Tensor<1>,
    grouping: Grouping,
    activation: Activation,
) -> (Tensor<2>, [Tensor<1>; 2]) {
    let (x, scale, shift) = (x.into_dispatch(), scale.into_dispatch(), shift.into_dispatch());
    let (y, _, mean, variance) = <Dispatch as Kernels>::normalise(x, scale, shift, grouping, activation);
    (Tensor::from_dispatch(y), [mean, variance].map(Tensor::from_dispatch))
}
