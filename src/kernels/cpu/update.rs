//! What happens to gradients and parameters once a step: one pass over host memory each, a block of numbers at a time,
//! shared out among a pool.

use crate::kernels::ThreadPool;
use crate::kernels::vector::vectorised;
use burn::backend::Flex;
use burn::backend::tensor::FloatTensor;
use burn::tensor::{Device, Tensor};

/// Numbers in a block. Sums are taken block by block, so that they do not depend on the pool.
const BLOCK: usize = 1 << 14;

type HostTensor = FloatTensor<Flex>;

fn host(tensor: Tensor<1>) -> HostTensor {
    super::contiguous(tensor.try_into_primitive::<Flex>().expect("its device is the CPU"))
}

fn device(tensor: HostTensor) -> Tensor<1> {
    Tensor::from_primitive::<Flex>(tensor)
}

/// The blocks of tensors that are about to change, one tensor after another.
fn blocks_mut(tensors: &mut [HostTensor]) -> impl Iterator<Item = &mut [f32]> {
    tensors.iter_mut().flat_map(|tensor| tensor.storage_mut::<f32>().chunks_mut(BLOCK))
}

fn blocks(tensors: &[HostTensor]) -> impl Iterator<Item = &[f32]> {
    tensors.iter().flat_map(|tensor| super::values(tensor).chunks(BLOCK))
}

/// Σ over shards of each parameter's gradient, in order, and the norm √Σ g² over all parameters, one number.
///
/// # Panics
/// Without shards.
pub fn sum_gradients(pool: &ThreadPool, shards: Vec<Vec<Tensor<1>>>) -> (Vec<Tensor<1>>, Tensor<1>) {
    let mut shards = shards.into_iter();
    let first = shards.next().expect("a batch has at least one shard");
    let hosts = |shard: Vec<Tensor<1>>| shard.into_iter().map(host).collect::<Vec<_>>();
    let (mut sum, others): (_, Vec<_>) = (hosts(first), shards.map(hosts).collect());
    let mut work: Vec<(&mut [f32], Vec<&[f32]>)> = blocks_mut(&mut sum).map(|block| (block, Vec::new())).collect();
    for shard in &others {
        work.iter_mut().zip(blocks(shard)).for_each(|((_, parts), block)| parts.push(block));
    }
    let squares = pool.map(work, |(sum, parts)| {
        parts.into_iter().for_each(|part| add_pass(sum, part));
        let mut squares = 0.0;
        squares_pass(&mut squares, sum);
        squares
    });
    let norm = squares.iter().sum::<f64>().sqrt() as f32;
    (sum.into_iter().map(device).collect(), Tensor::from_floats([norm], &Device::flex()))
}

/// Adam's step with bias correction (Kingma & Ba 2015, algorithm 1), in the memory of θ, m and v.
#[derive(Clone, Copy, Debug)]
pub struct Adam {
    /// Decay β₁ of the mean gradient m.
    pub beta1: f32,
    /// Decay β₂ of the mean squared gradient v.
    pub beta2: f32,
    /// Added to the root of v.
    pub epsilon: f32,
    /// η/(1 − β₁ᵗ).
    pub rate: f32,
    /// 1/(1 − β₂ᵗ).
    pub correct2: f32,
    /// What is left of θ after weight decay; 1 without.
    pub keep: f32,
    /// A factor on the gradient, for clipping.
    pub scale: f32,
}

/// Apply [`Adam`] to all θ, m and v, given their gradients; all are on the CPU.
pub fn adam_update(
    pool: &ThreadPool,
    adam: Adam,
    state: [Vec<Tensor<1>>; 3],
    gradients: &[Tensor<1>],
) -> [Vec<Tensor<1>>; 3] {
    let mut state = state.map(|tensors| tensors.into_iter().map(host).collect::<Vec<_>>());
    let gradients: Vec<HostTensor> = gradients.iter().cloned().map(host).collect();
    let [parameters, first, second] = &mut state;
    let state_blocks = blocks_mut(parameters).zip(blocks_mut(first)).zip(blocks_mut(second));
    let work = state_blocks.zip(blocks(&gradients)).collect();
    pool.map(work, |(((parameter, first), second), gradient)| adam_pass(adam, parameter, first, second, gradient));
    state.map(|tensors| tensors.into_iter().map(device).collect())
}

vectorised! {
    fn squares_pass(sum: &mut f64, values: &[f32]) {
        let mut lanes = [0.0_f64; 8];
        let mut chunks = values.chunks_exact(8);
        for chunk in chunks.by_ref() {
            for (lane, v) in lanes.iter_mut().zip(chunk) {
                *lane += f64::from(*v) * f64::from(*v);
            }
        }
        let rest: f64 = chunks.remainder().iter().map(|v| f64::from(*v) * f64::from(*v)).sum();
        *sum = lanes.iter().sum::<f64>() + rest;
    }
}

vectorised! {
    fn add_pass(a: &mut [f32], b: &[f32]) {
        for (a, b) in a.iter_mut().zip(b) {
            *a += b;
        }
    }
}

vectorised! {
    fn adam_pass(adam: Adam, parameter: &mut [f32], first: &mut [f32], second: &mut [f32], gradient: &[f32]) {
        let all = parameter.iter_mut().zip(first.iter_mut()).zip(second.iter_mut()).zip(gradient);
        for (((p, m), v), g) in all {
            let g = g * adam.scale;
            *m = *m * adam.beta1 + g * (1.0 - adam.beta1);
            *v = *v * adam.beta2 + g * g * (1.0 - adam.beta2);
            *p = *p * adam.keep - adam.rate * (*m / ((*v * adam.correct2).sqrt() + adam.epsilon));
        }
    }
}
