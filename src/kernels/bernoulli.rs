//! The Bernoulli log-likelihood from logits.

use super::operations::Kernels;
use burn::backend::Dispatch;
use burn::tensor::Tensor;

/// log p(x|z) of Bernoulli pixels in nats, Σ over pixels of x·ℓ − softplus(ℓ), `K·B` entries. Images x are `B ×
/// pixels`, logits ℓ `K·B × pixels`; row k·B + b of the logits belongs to image b. No gradient flows to the images.
pub fn bernoulli_log_prob(images: Tensor<2>, logits: Tensor<2>) -> Tensor<1> {
    Tensor::from_dispatch(<Dispatch as Kernels>::bernoulli(images.into_dispatch(), logits.into_dispatch()))
}

/// [`bernoulli_log_prob`] with the logits h·W + b of an affine layer: h is `K·B × inputs`, W `inputs × pixels`, b
/// `pixels`. `K·B` entries, in nats.
pub fn bernoulli_log_prob_of_layer(images: Tensor<2>, h: Tensor<2>, weight: Tensor<2>, bias: Tensor<1>) -> Tensor<1> {
    let (images, h) = (images.into_dispatch(), h.into_dispatch());
    let (weight, bias) = (weight.into_dispatch(), bias.into_dispatch());
    Tensor::from_dispatch(<Dispatch as Kernels>::bernoulli_of_layer(images, h, weight, bias))
}
