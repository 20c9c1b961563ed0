//! The executor: the work that the CPU and a GPU do differently for the sake of speed. No other code asks which of them
//! a run uses.

use super::optimiser::Step;
use super::thread_pool::ThreadPool;
use super::{cpu, gpu};
use burn::tensor::{Device, Gradients, Tensor};

/// Whether a device's tensors are in the CPU's memory.
pub fn is_cpu(device: &Device) -> bool {
    *device == Device::flex()
}

/// How training steps are carried out on a device; made once for a run.
pub struct Executor {
    device: Device,
    on_cpu: bool,
    shards: usize,
    pool: ThreadPool,
}

/// How the gradients of a step are scaled before the optimiser's rule.
pub struct Scaling {
    /// Factor on all gradients.
    pub factor: f64,
    /// To clip the gradients: the largest permitted norm √Σ g² over all parameters after multiplication by `factor`,
    /// and the norms of the parts before it, as [`Executor::sum_gradients`] gives them. `None` does not clip.
    pub clip: Option<(f64, Tensor<1>)>,
}

impl Executor {
    /// An executor for `device`. The CPU computes a batch in `shards` parts side by side, each on a thread of its own
    /// as far as there are cores; a GPU computes the batch whole.
    pub fn new(device: Device, shards: usize) -> Self {
        let on_cpu = is_cpu(&device);
        let shards = if on_cpu { shards } else { 1 };
        Self { device, on_cpu, shards, pool: ThreadPool::new(shards) }
    }

    /// The device on which the tensors live.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// Number of parts of a batch that are computed side by side; 1 on a GPU.
    pub fn shards(&self) -> usize {
        self.shards
    }

    /// Whether the device computes asynchronously, so that reading a number waits for all work sent before. On the CPU
    /// a number is computed when the operation is called.
    pub fn is_asynchronous(&self) -> bool {
        !self.on_cpu
    }

    /// Apply `work` to every item, divided among the threads; the results are in the order of the items.
    ///
    /// # Panics
    /// If `work` panics.
    pub fn map<T: Send, R: Send>(&self, items: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
        self.pool.map(items, work)
    }

    /// The gradients of `factor`·Σ objective, except for the factor [`Self::factor_left`], by which they have yet to be
    /// multiplied.
    pub fn differentiate(&self, objective: Tensor<1>, factor: f64) -> Gradients {
        if self.on_cpu { (objective.sum() * factor).backward() } else { objective.backward() }
    }

    /// The part of `factor` that [`Self::differentiate`] leaves out. On a GPU it is the whole factor, which the
    /// optimiser's kernel applies: the product and the sum would cost a kernel launch each.
    pub fn factor_left(&self, factor: f64) -> f64 {
        if self.on_cpu { 1.0 } else { factor }
    }

    /// Σ over shards of each parameter's gradient, in the order of the shards; and the norms of parts of the summed
    /// gradient, from which [`norm_of`] gives the norm √Σ g² over all parameters.
    ///
    /// # Panics
    /// If there are no shards.
    pub fn sum_gradients(&self, shards: Vec<Vec<Tensor<1>>>) -> (Vec<Tensor<1>>, Tensor<1>) {
        if self.on_cpu {
            return cpu::update::sum_gradients(&self.pool, shards);
        }
        let add = |sum: Vec<Tensor<1>>, shard| sum.into_iter().zip(shard).map(|(a, b): (_, Tensor<1>)| a + b).collect();
        let sum = shards.into_iter().reduce(add).expect("a batch has at least one shard");
        let norms = gpu::update::norms(&sum);
        (sum, norms)
    }

    /// One step of an optimiser down the scaled gradients: the new parameters, and their new moments (indexed by
    /// moment, then by parameter).
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

/// The norm √Σ g² of a gradient from the norms of its parts.
pub fn norm_of(parts: impl Iterator<Item = f64>) -> f64 {
    parts.map(|part| part * part).sum::<f64>().sqrt()
}
