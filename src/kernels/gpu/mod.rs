//! The fused operations on a GPU, as CubeCL kernels: one source for Vulkan, Metal and DX12. Matrix products are burn's;
//! each kernel here does in one launch everything between two of them, since at these sizes a launch costs more than
//! the computation. Sizes are arguments rather than part of a kernel, so that each kernel is compiled only once.

mod bernoulli;
mod channel;
mod layer;
mod normal;
mod packed;
mod sum;
#[cfg(test)]
mod tests;
pub mod update;

use super::geometry::{Direction, Geometry, Map};
use super::operations::Kernels;
use super::reference;
use crate::experiment::Activation;
use burn::backend::Cube;
use burn::backend::tensor::FloatTensor;
use burn::tensor::Shape;
use cubecl::CubeCount;
use cubecl::ir::{ElemType, FloatKind};
use cubecl::prelude::CubeDim;

type GpuTensor = FloatTensor<Cube>;

/// Threads (units) of a cube: a number that every adapter allows.
const UNITS: usize = 256;
/// Columns that a cube sums at once, with `UNITS / COLUMNS` threads each.
const COLUMNS: usize = 16;
/// Largest number of cubes in a launch; with more values than threads, each thread takes several.
const CUBES_MAX: usize = 1 << 14;

/// The values of a tensor as contiguous memory in row-major order; a view is copied.
fn contiguous(tensor: GpuTensor) -> GpuTensor {
    if tensor.is_contiguous() {
        return tensor;
    }
    let (client, device, dtype) = (tensor.client.clone(), tensor.device.clone(), tensor.dtype);
    let single = ElemType::Float(FloatKind::F32);
    let copy = cubecl::std::tensor::into_contiguous(&client, tensor.binding(), single);
    GpuTensor::new(client, copy.handle, *copy.metadata, device, dtype)
}

/// Uninitialised memory for a result.
fn empty<const D: usize>(like: &GpuTensor, shape: [usize; D]) -> GpuTensor {
    let shape = Shape::new(shape);
    let handle = like.client.empty(shape.num_elements() * size_of::<f32>());
    GpuTensor::new_contiguous(like.client.clone(), like.device.clone(), shape, handle, like.dtype)
}

/// Uninitialised memory for a result of the same shape.
fn empty_like(tensor: &GpuTensor) -> GpuTensor {
    let (client, device) = (tensor.client.clone(), tensor.device.clone());
    let handle = client.empty(count(tensor) * size_of::<f32>());
    GpuTensor::new_contiguous(client, device, tensor.meta.shape().clone(), handle, tensor.dtype)
}

fn dims(tensor: &GpuTensor) -> [usize; 2] {
    let shape = tensor.meta.shape();
    [shape[0], shape[1]]
}

fn count(tensor: &GpuTensor) -> usize {
    tensor.meta.num_elements()
}

/// A launch with one thread for each of `numbers` values.
fn pointwise(numbers: usize) -> (CubeCount, CubeDim) {
    let cubes = numbers.div_ceil(UNITS).clamp(1, CUBES_MAX);
    (CubeCount::Static(cubes as u32, 1, 1), CubeDim::new_1d(UNITS as u32))
}

/// A launch with one cube for each of `rows` rows.
fn row_by_row(rows: usize) -> (CubeCount, CubeDim) {
    (CubeCount::Static(rows.clamp(1, CUBES_MAX) as u32, 1, 1), CubeDim::new_1d(UNITS as u32))
}

/// Number of buffers that a launch can be given beside the one for its sizes and `others` others.
fn bindings(tensor: &GpuTensor, others: usize) -> usize {
    (tensor.client.properties().hardware.max_bindings as usize).saturating_sub(others + 1).max(1)
}

/// A launch whose cubes take [`COLUMNS`] of `columns` columns each, as [`sum::over_column`] needs it.
fn column_by_column(columns: usize) -> (CubeCount, CubeDim) {
    let cubes = columns.div_ceil(COLUMNS) as u32;
    (CubeCount::Static(cubes, 1, 1), CubeDim::new_2d(COLUMNS as u32, (UNITS / COLUMNS) as u32))
}

impl Kernels for Cube {
    fn affine(x: GpuTensor, weight: GpuTensor, bias: GpuTensor, activation: Activation) -> GpuTensor {
        layer::add_bias_and_activate(reference::product::<Self>(x, weight), contiguous(bias), activation)
    }

    fn convolve(
        x: GpuTensor,
        weight: GpuTensor,
        bias: GpuTensor,
        geometry: Geometry,
        direction: Direction,
        activation: Activation,
    ) -> GpuTensor {
        let y = contiguous(reference::convolution::<Self>(x, weight, geometry, direction));
        channel::add_bias_and_activate(y, contiguous(bias), geometry.output(direction), activation)
    }

    fn channel_sums(gradient: GpuTensor, map: Map) -> GpuTensor {
        channel::sums(contiguous(gradient), map)
    }

    fn activation_and_channel_gradients(
        y: GpuTensor,
        gradient: GpuTensor,
        activation: Activation,
        map: Map,
    ) -> (GpuTensor, GpuTensor) {
        channel::activation_and_bias_gradients(contiguous(y), contiguous(gradient), activation, map)
    }

    fn activation_gradient(y: GpuTensor, gradient: GpuTensor, activation: Activation) -> GpuTensor {
        if activation == Activation::Linear {
            return gradient;
        }
        layer::activation_gradient(contiguous(y), contiguous(gradient), activation)
    }

    fn bias_gradient(gradient: GpuTensor) -> GpuTensor {
        layer::bias_gradient(contiguous(gradient))
    }

    fn activation_and_bias_gradients(
        y: GpuTensor,
        gradient: GpuTensor,
        activation: Activation,
    ) -> (GpuTensor, GpuTensor) {
        layer::activation_and_bias_gradients(contiguous(y), contiguous(gradient), activation)
    }

    fn bernoulli(images: GpuTensor, logits: GpuTensor) -> GpuTensor {
        bernoulli::log_likelihood(contiguous(images), contiguous(logits), None)
    }

    fn bernoulli_and_residual(images: GpuTensor, logits: GpuTensor) -> (GpuTensor, GpuTensor) {
        bernoulli::log_likelihood_and_residual(contiguous(images), contiguous(logits), None)
    }

    fn bernoulli_of_layer(images: GpuTensor, h: GpuTensor, weight: GpuTensor, bias: GpuTensor) -> GpuTensor {
        let product = reference::product::<Self>(h, weight);
        bernoulli::log_likelihood(contiguous(images), contiguous(product), Some(contiguous(bias)))
    }

    fn bernoulli_of_layer_and_residual(
        images: GpuTensor,
        h: GpuTensor,
        weight: GpuTensor,
        bias: GpuTensor,
    ) -> (GpuTensor, GpuTensor) {
        let product = reference::product::<Self>(h, weight);
        bernoulli::log_likelihood_and_residual(contiguous(images), contiguous(product), Some(contiguous(bias)))
    }

    fn scaled_rows_and_sums(rows: GpuTensor, factors: GpuTensor) -> (GpuTensor, GpuTensor) {
        layer::scaled_rows_and_sums(contiguous(rows), contiguous(factors))
    }

    fn scale_rows(rows: GpuTensor, factors: GpuTensor) -> GpuTensor {
        layer::scale_rows(contiguous(rows), contiguous(factors))
    }

    fn normal_sample(head: GpuTensor, epsilon: GpuTensor) -> GpuTensor {
        normal::sample(contiguous(head), contiguous(epsilon))
    }

    fn normal_sample_gradient(head: GpuTensor, epsilon: GpuTensor, gradient: GpuTensor) -> GpuTensor {
        normal::gradient(contiguous(head), contiguous(epsilon), contiguous(gradient), None)
    }

    fn normal_bound(
        log_likelihood: GpuTensor,
        head: GpuTensor,
        _epsilon: GpuTensor,
        beta: f64,
    ) -> (GpuTensor, GpuTensor) {
        normal::bound(contiguous(log_likelihood), contiguous(head), beta)
    }

    fn normal_gradient(
        head: GpuTensor,
        epsilon: GpuTensor,
        gradient: GpuTensor,
        by_bound: GpuTensor,
        beta: f64,
    ) -> GpuTensor {
        let by_bound = Some((contiguous(by_bound), beta));
        normal::gradient(contiguous(head), contiguous(epsilon), contiguous(gradient), by_bound)
    }
}
