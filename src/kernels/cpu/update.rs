//! Operations on gradients and parameters once per step: each in one pass over host memory, a block of values at a
//! time, divided among the threads of a pool.

use crate::kernels::optimiser::{self, Constants, Rule, Step};
use crate::kernels::thread_pool::ThreadPool;
use crate::kernels::vector::vectorised;
use burn::backend::Flex;
use burn::backend::tensor::FloatTensor;
use burn::tensor::{Device, Tensor};

/// Number of values in a block. Sums are taken block by block, so that they do not depend on the number of threads.
const BLOCK: usize = 1 << 14;

/// Number of values that stay in a core's first cache between two passes over them.
const CACHED: usize = 1 << 11;

type HostTensor = FloatTensor<Flex>;

fn host(tensor: Tensor<1>) -> HostTensor {
    super::changeable(tensor.try_into_primitive::<Flex>().expect("its device is the CPU"))
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

/// Σ over shards of each parameter's gradient, in the order of the shards, and the norm √Σ g² over all parameters as a
/// tensor with one entry.
///
/// # Panics
/// If there are no shards.
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
        let mut squares = 0.0;
        for (i, sum) in sum.chunks_mut(CACHED).enumerate() {
            parts.iter().for_each(|part| add_pass(sum, &part[i * CACHED..][..sum.len()]));
            squares_pass(&mut squares, sum);
        }
        squares
    });
    let norm = squares.iter().sum::<f64>().sqrt() as f32;
    (sum.into_iter().map(device).collect(), Tensor::from_floats([norm], &Device::flex()))
}

/// A stretch of a parameter with its moments and its gradient.
struct Stretch<'a> {
    parameter: &'a mut [f32],
    moments: Vec<&'a mut [f32]>,
    gradient: &'a [f32],
}

/// One step of an optimiser, in the memory of the parameters and of their moments (indexed by moment, then by
/// parameter). The gradients are multiplied by `scale` first.
pub fn update(
    pool: &ThreadPool,
    step: Step,
    scale: f32,
    parameters: Vec<Tensor<1>>,
    moments: Vec<Vec<Tensor<1>>>,
    gradients: Vec<Tensor<1>>,
) -> (Vec<Tensor<1>>, Vec<Vec<Tensor<1>>>) {
    let hosts = |tensors: Vec<Tensor<1>>| tensors.into_iter().map(host).collect::<Vec<_>>();
    let (mut parameters, gradients) = (hosts(parameters), hosts(gradients));
    let mut moments: Vec<Vec<HostTensor>> = moments.into_iter().map(hosts).collect();
    let stretch = |(parameter, gradient)| Stretch { parameter, moments: Vec::with_capacity(2), gradient };
    let mut work: Vec<_> = blocks_mut(&mut parameters).zip(blocks(&gradients)).map(stretch).collect();
    for moment in &mut moments {
        work.iter_mut().zip(blocks_mut(moment)).for_each(|(stretch, block)| stretch.moments.push(block));
    }
    let Step { rule, constants } = step;
    pool.map(work, |Stretch { parameter, moments, gradient }| {
        let mut moments = moments.into_iter();
        let [first, second] = std::array::from_fn(|_| moments.next().unwrap_or_default());
        step_pass(rule, constants, scale, parameter, first, second, gradient);
    });
    let devices = |tensors: Vec<HostTensor>| tensors.into_iter().map(device).collect::<Vec<_>>();
    (devices(parameters), moments.into_iter().map(devices).collect())
}

vectorised! {
    /// Add the squares of the values to a sum.
    fn squares_pass(sum: &mut f64, values: &[f32]) {
        // Many running sums, since each addition waits for the one before it in its lane.
        let mut lanes = [0.0_f64; 32];
        let mut chunks = values.chunks_exact(32);
        for chunk in chunks.by_ref() {
            for (lane, v) in lanes.iter_mut().zip(chunk) {
                *lane += f64::from(*v) * f64::from(*v);
            }
        }
        let rest: f64 = chunks.remainder().iter().map(|v| f64::from(*v) * f64::from(*v)).sum();
        *sum += lanes.iter().sum::<f64>() + rest;
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
    fn step_pass(
        rule: Rule,
        constants: Constants,
        scale: f32,
        parameter: &mut [f32],
        first: &mut [f32],
        second: &mut [f32],
        gradient: &[f32],
    ) {
        // A loop for each rule, in which the rule is a constant.
        match rule {
            Rule::Sgd => with_one_moment(Rule::Sgd, constants, scale, parameter, first, gradient),
            Rule::Adam => with_two_moments(Rule::Adam, constants, scale, parameter, first, second, gradient),
            Rule::Adagrad => with_one_moment(Rule::Adagrad, constants, scale, parameter, first, gradient),
            Rule::RmsProp => with_two_moments(Rule::RmsProp, constants, scale, parameter, first, second, gradient),
        }
    }
}

/// A moment, or 0 if it is next to nothing: 2⁻¹⁰⁰ = 8·10⁻³¹. The gradient of a weight at a pixel that is hardly ever
/// on is 0 in most steps, and its moments decay to subnormal numbers. These would stay, since 0.9 times the smallest of
/// them rounds to itself, and processors multiply them ten times more slowly than others.
#[inline(always)]
fn settled(moment: f32) -> f32 {
    const NOTHING: f32 = f32::from_bits((127 - 100) << 23);
    if moment.abs() < NOTHING { 0.0 } else { moment }
}

#[inline(always)]
fn with_one_moment(
    rule: Rule,
    constants: Constants,
    scale: f32,
    parameter: &mut [f32],
    moment: &mut [f32],
    gradient: &[f32],
) {
    for ((p, m), g) in parameter.iter_mut().zip(moment).zip(gradient) {
        let moved = optimiser::step(rule, *p, *m, 0.0, g * scale, &constants);
        (*p, *m) = (moved.parameter, settled(moved.first));
    }
}

#[inline(always)]
fn with_two_moments(
    rule: Rule,
    constants: Constants,
    scale: f32,
    parameter: &mut [f32],
    first: &mut [f32],
    second: &mut [f32],
    gradient: &[f32],
) {
    for (((p, m), v), g) in parameter.iter_mut().zip(first).zip(second).zip(gradient) {
        let moved = optimiser::step(rule, *p, *m, *v, g * scale, &constants);
        (*p, *m, *v) = (moved.parameter, settled(moved.first), settled(moved.second));
    }
}
