//! The categorical log-likelihood of grey levels from logits.

use super::operations::Kernels;
use burn::backend::Dispatch;
use burn::tensor::Tensor;

/// log p(x|z) of pixels that have one of L grey levels each, in nats: Σ over pixels of (ℓ at the pixel's level − log Σ
/// e^ℓ over levels), `K·B` entries. A pixel x, of images `B × pixels`, has the level nearest to x·(L − 1); the logits ℓ
/// are `K·B × (L·pixels)`, level by level, and row k·B + b belongs to image b. No gradient flows to the images.
pub fn categorical_log_prob(images: Tensor<2>, logits: Tensor<2>) -> Tensor<1> {
    let (images, logits) = (images.into_dispatch(), logits.into_dispatch());
    Tensor::from_dispatch(<Dispatch as Kernels>::categorical(images, logits))
}
