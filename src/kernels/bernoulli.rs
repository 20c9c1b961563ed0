//! The Bernoulli log-likelihood from logits.

use super::operations::Kernels;
use burn::backend::Dispatch;
use burn::tensor::Tensor;

/// Σ over pixels of x·ℓ − softplus(ℓ): images x `B × pixels`, logits ℓ `K·B × pixels` (row k·B + b belongs to image b);
/// `K·B` entries, nats. No gradient reaches the images.
pub fn bernoulli_log_prob(images: Tensor<2>, logits: Tensor<2>) -> Tensor<1> {
    Tensor::from_dispatch(<Dispatch as Kernels>::bernoulli(images.into_dispatch(), logits.into_dispatch()))
}

/// [`bernoulli_log_prob`] of the logits h·W + b of a layer, `K·B` entries, nats: h `K·B × inputs`, W `inputs × pixels`,
/// b `pixels`.
pub fn bernoulli_log_prob_of_layer(images: Tensor<2>, h: Tensor<2>, weight: Tensor<2>, bias: Tensor<1>) -> Tensor<1> {
    let (images, h) = (images.into_dispatch(), h.into_dispatch());
    let (weight, bias) = (weight.into_dispatch(), bias.into_dispatch());
    Tensor::from_dispatch(<Dispatch as Kernels>::bernoulli_of_layer(images, h, weight, bias))
}
