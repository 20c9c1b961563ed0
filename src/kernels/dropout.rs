//! Dropout.

use super::operations::Kernels;
use crate::random::Stream;
use burn::backend::Dispatch;
use burn::tensor::Tensor;

/// Each entry of x divided by `keep` with probability `keep`, else 0 (Srivastava et al. 2014): the entries whose
/// uniform random number of this stream and counter is below `keep` stay.
pub fn drop_out(x: Tensor<2>, stream: Stream, counter: u64, keep: f32) -> Tensor<2> {
    Tensor::from_dispatch(<Dispatch as Kernels>::drop_out(x.into_dispatch(), stream, counter, keep).0)
}
