//! What is done in one way on the CPU and in another on a GPU, for reasons of speed: the only place that asks which it
//! is.

use super::optimiser::Step;
use super::thread_pool::ThreadPool;
use super::{cpu, gpu};
use burn::tensor::{Device, Gradients, Tensor};

/// Whether a device's tensors are in the CPU's memory.
pub fn is_cpu(device: &Device) -> bool {
    *device == Device::flex()
}

/// How a training step is carried out on a device: made once for a run.
pub struct Executor {
    device: Device,
    on_cpu: bool,
    shards: usize,
    pool: ThreadPool,
}

/// What is done to the gradients of a step before the optimiser's rule.
pub struct Scaling {
    /// They are multiplied by this.
    pub factor: f64,
    /// The largest norm √Σ g² over all parameters that they keep after the factor, and their norm before it in parts,
    /// as [`Executor::sum_gradients`] gives it.
    pub clip: Option<(f64, Tensor<1>)>,
}

impl Executor {
    /// On the CPU a batch is computed in `shards` parts side by side, each on a thread of its own as far as there are
    /// cores. A GPU computes it whole.
    pub fn new(device: Device, shards: usize) -> Self {
        let on_cpu = is_cpu(&device);
        let shards = if on_cpu { shards } else { 1 };
        Self { device, on_cpu, shards, pool: ThreadPool::new(shards) }
    }

    /// Where the tensors live.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// Parts of a batch that are computed side by side.
    pub fn shards(&self) -> usize {
        self.shards
    }

    /// Whether the device works through what it has been sent behind the caller's back, so that reading a number waits
    /// for all of it. Else a number is there as soon as it has been asked for.
    pub fn is_asynchronous(&self) -> bool {
        !self.on_cpu
    }

    /// `work` of every item, in order, shared out among the threads.
    ///
    /// # Panics
    /// When `work` does.
    pub fn map<T: Send, R: Send>(&self, items: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
        self.pool.map(items, work)
    }

    /// The gradients of `factor`·Σ objective, but for the part of the factor that [`Self::factor_left`] names.
    pub fn differentiate(&self, objective: Tensor<1>, factor: f64) -> Gradients {
        if self.on_cpu { (objective.sum() * factor).backward() } else { objective.backward() }
    }

    /// What the gradients of [`Self::differentiate`] are yet to be multiplied by: on a GPU the optimiser's kernel does
    /// it, as the product and the sum would cost a kernel each.
    pub fn factor_left(&self, factor: f64) -> f64 {
        if self.on_cpu { 1.0 } else { factor }
    }

    /// Σ over shards of each parameter's gradient, in order; and numbers, whose [`norm_of`] is √Σ g² over all
    /// parameters.
    ///
    /// # Panics
    /// Without shards.
    pub fn sum_gradients(&self, shards: Vec<Vec<Tensor<1>>>) -> (Vec<Tensor<1>>, Tensor<1>) {
        if self.on_cpu {
            return cpu::update::sum_gradients(&self.pool, shards);
        }
        let add = |sum: Vec<Tensor<1>>, shard| sum.into_iter().zip(shard).map(|(a, b): (_, Tensor<1>)| a + b).collect();
        let sum = shards.into_iter().reduce(add).expect("a batch has at least one shard");
        let norms = gpu::update::norms(&sum);
        (sum, norms)
    }

    /// Parameters and moments (by moment, then by parameter) after one step of an optimiser down the scaled gradients.
    pub fn update(
        &self,
        step: Step,
        parameters: Vec<Tensor<1>>,
        moments: Vec<Vec<Tensor<1>>>,
        gradients: Vec<Tensor<1>>,
        scaling: Scaling,
    ) -> (Vec<Tensor<1>>, Vec<Vec<Tensor<1>>>) {
        let Scaling { factor, clip } = scaling;
        if self.on_cpu {
            let scale = clip.map_or(factor, |(limit, norms)| {
                let norm = factor.abs() * norm_of(norms.into_data().iter::<f64>());
                factor * (limit / norm.max(limit))
            });
            return cpu::update::update(&self.pool, step, scale as f32, parameters, moments, gradients);
        }
        let clip = clip.map(|(limit, norms)| (limit as f32, norms));
        gpu::update::update(step, factor as f32, clip, parameters, &moments, gradients)
    }
}

/// The norm of a gradient from the norms of its parts.
pub fn norm_of(parts: impl Iterator<Item = f64>) -> f64 {
    parts.map(|part| part * part).sum::<f64>().sqrt()
}
