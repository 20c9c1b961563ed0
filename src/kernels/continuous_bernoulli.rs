//! The continuous Bernoulli log-likelihood from logits.

use super::operations::Kernels;
use burn::backend::Dispatch;
use burn::tensor::Tensor;

/// log p(x|z) of continuous Bernoulli pixels in nats (Loaiza-Ganem & Cunningham 2019), Σ over pixels of (x − ½)·ℓ −
/// log(sinh(ℓ/2)/(ℓ/2)), `K·B` entries. Images x are `B × pixels`, logits ℓ `K·B × pixels`; row k·B + b of the logits
/// belongs to image b. No gradient flows to the images.
pub fn continuous_bernoulli_log_prob(images: Tensor<2>, logits: Tensor<2>) -> Tensor<1> {
    let (images, logits) = (images.into_dispatch(), logits.into_dispatch());
    Tensor::from_dispatch(<Dispatch as Kernels>::continuous_bernoulli(images, logits))
}
