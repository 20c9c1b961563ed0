//! What is done in one way on the CPU and in another on a GPU, for reasons of speed.

use super::{ThreadPool, cpu, gpu};
use burn::tensor::{Device, Tensor};

/// Whether a tensor (no part of a graph) is in the CPU's memory.
pub fn is_on_host<const D: usize>(tensor: &Tensor<D>) -> bool {
    tensor.device() == Device::flex()
}

/// Σ over shards of each parameter's gradient, in order; and numbers, the root of whose sum of squares is the norm
/// √Σ g² over all parameters.
///
/// # Panics
/// Without shards.
pub fn sum_gradients(pool: &ThreadPool, shards: Vec<Vec<Tensor<1>>>) -> (Vec<Tensor<1>>, Tensor<1>) {
    if shards.iter().flatten().all(is_on_host) {
        return cpu::update::sum_gradients(pool, shards);
    }
    let add = |sum: Vec<Tensor<1>>, shard| sum.into_iter().zip(shard).map(|(a, b): (_, Tensor<1>)| a + b).collect();
    let sum = shards.into_iter().reduce(add).expect("a batch has at least one shard");
    let norms = gpu::update::norms(&sum);
    (sum, norms)
}
