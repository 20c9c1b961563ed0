//! The element-wise part of a convolution on a GPU, forwards and backwards: a bias per channel and the activation. Maps
//! are rows of `channels × area`.

use super::layer::{activate, before, bias_gradient};
use super::{GpuTensor, UNITS, count, dims, empty, pointwise, row_by_row, sum};
use crate::experiment::Activation;
use crate::kernels::geometry::Map;
use cubecl::prelude::*;

/// Largest number of values of a channel that one cube sums, and largest number of cubes for a channel.
const NUMBERS: usize = 1 << 13;
const PARTS_MAX: usize = 64;

#[cube(launch)]
fn channel_bias_and_activation(y: &mut [f32], bias: &[f32], area: usize, #[comptime] activation: Activation) {
    let mut i = ABSOLUTE_POS;
    while i < y.len() {
        y[i] = activate(y[i] + bias[i / area % bias.len()], activation);
        i += CUBE_COUNT * CUBE_DIM as usize;
    }
}

/// f(y + bias), written over y, which no other tensor may share.
pub fn add_bias_and_activate(y: GpuTensor, bias: GpuTensor, map: Map, activation: Activation) -> GpuTensor {
    let (cubes, units) = pointwise(count(&y));
    let client = y.client.clone();
    let arguments = (y.clone().into_buffer_arg(), bias.into_buffer_arg());
    channel_bias_and_activation::launch(&client, cubes, units, arguments.0, arguments.1, map.area(), activation);
    y
}

/// One cube for each partial sum; sum p·channels + c is part p of channel c. `inner` is not written for a linear
/// activation.
#[cube(launch)]
fn channel_backward(
    y: &[f32],
    gradient: &[f32],
    inner: &mut [f32],
    sums: &mut [f32],
    channels: usize,
    area: usize,
    #[comptime] activation: Activation,
) {
    let numbers = gradient.len() / channels;
    let parts = sums.len() / channels;
    let mut part = CUBE_POS;
    while part < sums.len() {
        let channel = part % channels;
        let mut sum = 0.0f32;
        let mut at = part / channels * comptime!(UNITS) + UNIT_POS as usize;
        while at < numbers {
            let i = (at / area * channels + channel) * area + at % area;
            if comptime!(activation == Activation::Linear) {
                sum += gradient[i];
            } else {
                let value = before(y[i], gradient[i], activation);
                inner[i] = value;
                sum += value;
            }
            at += parts * comptime!(UNITS);
        }
        let total = sum::over_cube(sum);
        if UNIT_POS == 0 {
            sums[part] = total;
        }
        part += CUBE_COUNT;
    }
}

fn sums_of(y: GpuTensor, gradient: GpuTensor, inner: GpuTensor, map: Map, activation: Activation) -> GpuTensor {
    let Map { channels, .. } = map;
    let parts = (count(&gradient) / channels).div_ceil(NUMBERS).clamp(1, PARTS_MAX);
    let sums = match parts {
        1 => empty(&gradient, [channels]),
        parts => empty(&gradient, [parts, channels]),
    };
    let (cubes, units) = row_by_row(parts * channels);
    let client = sums.client.clone();
    channel_backward::launch(
        &client,
        cubes,
        units,
        y.into_buffer_arg(),
        gradient.into_buffer_arg(),
        inner.into_buffer_arg(),
        sums.clone().into_buffer_arg(),
        channels,
        map.area(),
        activation,
    );
    if parts == 1 { sums } else { bias_gradient(sums) }
}

/// Σ over rows and positions, for each channel.
pub fn sums(gradient: GpuTensor, map: Map) -> GpuTensor {
    // In the places of what is not used, a word of memory each.
    let (y, inner) = (empty(&gradient, [1]), empty(&gradient, [1]));
    sums_of(y, gradient, inner, map, Activation::Linear)
}

/// The gradient with respect to the pre-activation, and its sum over rows and positions for each channel.
pub fn activation_and_bias_gradients(
    y: GpuTensor,
    gradient: GpuTensor,
    activation: Activation,
    map: Map,
) -> (GpuTensor, GpuTensor) {
    if activation == Activation::Linear {
        return (gradient.clone(), sums(gradient, map));
    }
    let inner = empty(&gradient, dims(&gradient));
    let sums = sums_of(y, gradient, inner.clone(), map, activation);
    (inner, sums)
}
