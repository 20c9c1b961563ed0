//! Grey levels and colours under a mixture of discretised logistics.

use super::components::Components;
use super::operations::Kernels;
use burn::backend::Dispatch;
use burn::tensor::Tensor;

/// log p(x|z) in nats of images x, `B × pixels`, from the decoder's output, `K·B × planes·places`: at each place log
/// Σ_m w_m Π_c P_m(x_c), with the levels of [`discretised_logistic`](super::discretised_logistic) (Salimans et al.
/// 2017, equations 2 and 3), summed over places. `K·B` entries; row k·B + b of the output belongs to image b. No
/// gradient flows to the images.
pub fn logistic_mixture_log_prob(images: Tensor<2>, output: Tensor<2>, components: Components) -> Tensor<1> {
    let (images, output) = (images.into_dispatch(), output.into_dispatch());
    Tensor::from_dispatch(<Dispatch as Kernels>::logistic_mixture(images, output, components))
}
