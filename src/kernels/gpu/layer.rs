//! The element-wise part of an affine layer on a GPU, forwards and backwards.

// The standard library may one day have an `erf` of its own; the one here is CubeCL's.
#![allow(unstable_name_collisions)]

use super::{COLUMNS, GpuTensor, UNITS, column_by_column, count, dims, empty, empty_like, pointwise, sum};
use crate::experiment::Activation;
use crate::kernels::needs::LEAK;
use cubecl::prelude::*;

#[cube]
pub fn activate(x: f32, #[comptime] activation: Activation) -> f32 {
    match activation {
        Activation::Linear => x,
        Activation::Tanh => x.tanh(),
        // Not `max`, which may turn NaN into a number.
        Activation::Relu => select(x <= 0.0, 0.0, x),
        Activation::LeakyRelu => select(x < 0.0, x * comptime!(LEAK), x),
        Activation::Silu => x / (1.0 + (-x).exp()),
        Activation::Gelu => 0.5 * x * (1.0 + (x * comptime!(std::f32::consts::FRAC_1_SQRT_2)).erf()),
        Activation::Softplus => select(x > 0.0, x, 0.0) + (-x.abs()).exp().log1p(),
        Activation::Elu => select(x > 0.0, x, x.exp() - 1.0),
    }
}

/// The gradient with respect to the pre-activation of one unit, from its output `y` (or its slope, where the activation
/// needs that) and the gradient with respect to `y`.
#[cube]
pub fn before(y: f32, gradient: f32, #[comptime] activation: Activation) -> f32 {
    match activation {
        Activation::Linear => gradient,
        Activation::Tanh => gradient - gradient * y * y,
        Activation::Relu => select(y <= 0.0, 0.0, gradient),
        Activation::LeakyRelu => select(y < 0.0, gradient * comptime!(LEAK), gradient),
        Activation::Softplus => gradient - gradient * (-y).exp(),
        Activation::Elu => select(y > 0.0, gradient, gradient + gradient * y),
        Activation::Silu | Activation::Gelu => gradient * y,
    }
}

#[cube(launch)]
fn bias_and_activation(y: &mut [f32], bias: &[f32], #[comptime] activation: Activation) {
    let mut i = ABSOLUTE_POS;
    while i < y.len() {
        y[i] = activate(y[i] + bias[i % bias.len()], activation);
        i += CUBE_COUNT * CUBE_DIM as usize;
    }
}

/// f(y + bias), written over y, which no other tensor may share.
pub fn add_bias_and_activate(y: GpuTensor, bias: GpuTensor, activation: Activation) -> GpuTensor {
    let (cubes, units) = pointwise(count(&y));
    let client = y.client.clone();
    bias_and_activation::launch(&client, cubes, units, y.clone().into_buffer_arg(), bias.into_buffer_arg(), activation);
    y
}

#[cube(launch)]
fn activation_backward(y: &[f32], gradient: &[f32], out: &mut [f32], #[comptime] activation: Activation) {
    let mut i = ABSOLUTE_POS;
    while i < out.len() {
        out[i] = before(y[i], gradient[i], activation);
        i += CUBE_COUNT * CUBE_DIM as usize;
    }
}

pub fn activation_gradient(y: GpuTensor, gradient: GpuTensor, activation: Activation) -> GpuTensor {
    let out = empty_like(&gradient);
    let (cubes, units) = pointwise(count(&out));
    let client = out.client.clone();
    let arguments = (y.into_buffer_arg(), gradient.into_buffer_arg(), out.clone().into_buffer_arg());
    activation_backward::launch(&client, cubes, units, arguments.0, arguments.1, arguments.2, activation);
    out
}

/// Each cube takes some columns and goes down the rows. `inner` is not written for a linear activation.
#[cube(launch)]
fn layer_backward(
    y: &[f32],
    gradient: &[f32],
    inner: &mut [f32],
    bias: &mut [f32],
    rows: usize,
    #[comptime] activation: Activation,
) {
    let columns = bias.len();
    let column = CUBE_POS * comptime!(COLUMNS) + UNIT_POS_X as usize;
    let lanes = comptime!(UNITS / COLUMNS);
    let mut sum = 0.0f32;
    if column < columns {
        let mut row = UNIT_POS_Y as usize;
        while row < rows {
            let i = row * columns + column;
            if comptime!(activation == Activation::Linear) {
                sum += gradient[i];
            } else {
                let value = before(y[i], gradient[i], activation);
                inner[i] = value;
                sum += value;
            }
            row += lanes;
        }
    }
    let total = sum::over_column(sum);
    if UNIT_POS_Y == 0 && column < columns {
        bias[column] = total;
    }
}

fn column_sums(y: GpuTensor, gradient: GpuTensor, inner: GpuTensor, activation: Activation) -> GpuTensor {
    let [rows, columns] = dims(&gradient);
    let bias = empty(&gradient, [columns]);
    let (cubes, units) = column_by_column(columns);
    let client = bias.client.clone();
    layer_backward::launch(
        &client,
        cubes,
        units,
        y.into_buffer_arg(),
        gradient.into_buffer_arg(),
        inner.into_buffer_arg(),
        bias.clone().into_buffer_arg(),
        rows,
        activation,
    );
    bias
}

pub fn bias_gradient(gradient: GpuTensor) -> GpuTensor {
    // In the places of what is not used, a word of memory each.
    let (y, inner) = (empty(&gradient, [1]), empty(&gradient, [1]));
    column_sums(y, gradient, inner, Activation::Linear)
}

pub fn activation_and_bias_gradients(
    y: GpuTensor,
    gradient: GpuTensor,
    activation: Activation,
) -> (GpuTensor, GpuTensor) {
    if activation == Activation::Linear {
        return (gradient.clone(), bias_gradient(gradient));
    }
    let inner = empty(&gradient, dims(&gradient));
    let bias = column_sums(y, gradient, inner.clone(), activation);
    (inner, bias)
}

#[cube(launch)]
fn rows_times_factors(rows: &[f32], factors: &[f32], out: &mut [f32]) {
    let columns = rows.len() / factors.len();
    let mut i = ABSOLUTE_POS;
    while i < out.len() {
        out[i] = rows[i] * factors[i / columns];
        i += CUBE_COUNT * CUBE_DIM as usize;
    }
}

pub fn scale_rows(rows: GpuTensor, factors: GpuTensor) -> GpuTensor {
    let out = empty(&rows, dims(&rows));
    let (cubes, units) = pointwise(count(&out));
    let client = out.client.clone();
    let arguments = (rows.into_buffer_arg(), factors.into_buffer_arg(), out.clone().into_buffer_arg());
    rows_times_factors::launch(&client, cubes, units, arguments.0, arguments.1, arguments.2);
    out
}

/// Each row times its factor, and the sum of these products over rows. Each cube takes some columns and goes down the
/// rows.
#[cube(launch)]
fn rows_times_factors_and_sums(rows: &[f32], factors: &[f32], out: &mut [f32], sums: &mut [f32]) {
    let columns = sums.len();
    let column = CUBE_POS * comptime!(COLUMNS) + UNIT_POS_X as usize;
    let mut sum = 0.0f32;
    if column < columns {
        let mut row = UNIT_POS_Y as usize;
        while row < factors.len() {
            let value = rows[row * columns + column] * factors[row];
            out[row * columns + column] = value;
            sum += value;
            row += comptime!(UNITS / COLUMNS);
        }
    }
    let total = sum::over_column(sum);
    if UNIT_POS_Y == 0 && column < columns {
        sums[column] = total;
    }
}

pub fn scaled_rows_and_sums(rows: GpuTensor, factors: GpuTensor) -> (GpuTensor, GpuTensor) {
    let [_, columns] = dims(&rows);
    let (out, sums) = (empty(&rows, dims(&rows)), empty(&rows, [columns]));
    let (cubes, units) = column_by_column(columns);
    let client = out.client.clone();
    rows_times_factors_and_sums::launch(
        &client,
        cubes,
        units,
        rows.into_buffer_arg(),
        factors.into_buffer_arg(),
        out.clone().into_buffer_arg(),
        sums.clone().into_buffer_arg(),
    );
    (out, sums)
}
