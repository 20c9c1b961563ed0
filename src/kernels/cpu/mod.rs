//! The fused operations on burn's flex backend: one thread, matrix products in tiles, everything else in one vectorised
//! pass. (At these sizes, threads inside an operation cost more than they save; a step is divided by shards instead.)

#[cfg(target_arch = "x86_64")]
mod aligned;
#[cfg(target_arch = "x86_64")]
mod bordered;
mod categorical;
#[cfg(target_arch = "x86_64")]
mod channel_vectors;
mod continuous_bernoulli;
mod convolution;
mod divided;
#[cfg(target_arch = "x86_64")]
mod dots;
mod elementwise;
mod function;
#[cfg(target_arch = "x86_64")]
mod lines;
mod log_sum_exp;
mod logistic_mixture;
mod mixture;
mod norm;
mod normal_densities;
mod patches;
#[cfg(target_arch = "x86_64")]
mod phases;
mod planar_flow;
#[cfg(target_arch = "x86_64")]
mod position_vectors;
mod product;
mod sparse;
mod sums;
#[cfg(target_arch = "x86_64")]
mod tiles;
mod transpose;
pub mod update;
#[cfg(target_arch = "x86_64")]
mod vectors;

use super::components::Components;
use super::geometry::{Direction, Geometry, Map};
use super::grouping::Grouping;
use super::operations::Kernels;
use crate::experiment::Activation;
use crate::random::Stream;
use burn::backend::Flex;
use burn::backend::tensor::FloatTensor;
use burn::tensor::{Shape, TensorData};
use normal_densities::Normals;
use planar_flow::Steps;
pub use product::product_speed;
use product::{Matrix, product, product_then};
use sparse::Sparse;

type FlexTensor = FloatTensor<Flex>;

/// Number of running sums in a loop, so that the compiler makes vector additions of them, in a fixed order.
const LANES: usize = 16;

/// The values of a tensor as contiguous memory in row-major order; a view is copied.
fn contiguous(tensor: FlexTensor) -> FlexTensor {
    if tensor.as_slice::<f32>().is_some() { tensor } else { tensor.to_contiguous() }
}

/// A tensor whose memory holds its own values and no others, in row-major order, to be changed in place: a view of some
/// rows of a larger tensor is copied.
fn changeable(tensor: FlexTensor) -> FlexTensor {
    let tensor = contiguous(tensor);
    if tensor.storage::<f32>().len() == values(&tensor).len() {
        return tensor;
    }
    FlexTensor::from_data(TensorData::new(values(&tensor).to_vec(), tensor.layout().shape().clone()))
}

fn values(tensor: &FlexTensor) -> &[f32] {
    tensor.as_slice().expect("made contiguous before")
}

fn tensor<const D: usize>(values: Vec<f32>, shape: [usize; D]) -> FlexTensor {
    FlexTensor::from_data(TensorData::new(values, Shape::new(shape)))
}

fn dims(tensor: &FlexTensor) -> [usize; 2] {
    let shape = tensor.layout().shape();
    [shape[0], shape[1]]
}

/// A number for each row of `output`, whose derivatives overwrite the row: `kernel` gets room for the numbers, the
/// images, the output and its columns.
fn row_by_row(
    images: FlexTensor,
    output: FlexTensor,
    kernel: impl FnOnce(&mut [f32], &[f32], &mut [f32], usize),
) -> (FlexTensor, FlexTensor) {
    let (images, mut output) = (contiguous(images), changeable(output));
    let [rows, columns] = dims(&output);
    let mut sums = vec![0.0; rows];
    kernel(&mut sums, values(&images), output.storage_mut(), columns);
    (tensor(sums, [rows]), output)
}

fn groups(tensor: &FlexTensor) -> [usize; 3] {
    let shape = tensor.layout().shape();
    [shape[0], shape[1], shape[2]]
}

/// The steps of a planar flow, from û, w, b and 1 + w·û.
fn steps([u, w, b, rise]: [&FlexTensor; 4]) -> Steps<'_> {
    let [_, count, latent] = groups(u);
    Steps { u: values(u), w: values(w), b: values(b), rise: values(rise), latent, count }
}

/// The linear part of a convolution; `finish` is called with some output images at a time.
fn convolution_then(
    x: &FlexTensor,
    weight: &FlexTensor,
    geometry: Geometry,
    direction: Direction,
    finish: impl Fn(&mut [f32]),
) -> FlexTensor {
    let y = match direction {
        Direction::Down => convolution::down(values(x), values(weight), geometry, finish),
        Direction::Up => convolution::up(values(x), values(weight), geometry, finish),
    };
    let numbers = geometry.output(direction).numbers();
    let rows = y.len() / numbers;
    tensor(y, [rows, numbers])
}

impl Kernels for Flex {
    fn affine(x: FlexTensor, weight: FlexTensor, bias: FlexTensor, activation: Activation) -> FlexTensor {
        let (x, weight, bias) = (contiguous(x), contiguous(weight), contiguous(bias));
        let ([rows, inputs], [_, outputs]) = (dims(&x), dims(&weight));
        let finish = |y: &mut [f32]| elementwise::bias_and_activation(y, values(&bias), activation);
        if let Some(x) = Sparse::rows(values(&x), inputs, outputs) {
            let mut y = x.product(values(&weight), outputs);
            finish(&mut y);
            return tensor(y, [rows, outputs]);
        }
        let (x, weight) = (Matrix::new(values(&x), rows, inputs), Matrix::new(values(&weight), inputs, outputs));
        tensor(product_then(x, weight, finish), [rows, outputs])
    }

    fn activate(x: FlexTensor, activation: Activation) -> FlexTensor {
        let mut y = changeable(x);
        elementwise::activate(y.storage_mut(), activation);
        y
    }

    fn activate_and_slope(x: FlexTensor, activation: Activation) -> (FlexTensor, FlexTensor) {
        let mut slope = changeable(x);
        let y = elementwise::activate_and_slope(slope.storage_mut(), activation);
        (FlexTensor::from_data(TensorData::new(y, slope.layout().shape().clone())), slope)
    }

    fn activation_gradient(kept: FlexTensor, gradient: FlexTensor, activation: Activation) -> FlexTensor {
        if activation == Activation::Linear {
            return gradient;
        }
        let (kept, mut gradient) = (contiguous(kept), changeable(gradient));
        elementwise::activation_gradient(gradient.storage_mut(), values(&kept), activation);
        gradient
    }

    fn weight_gradient(x: FlexTensor, gradient: FlexTensor) -> FlexTensor {
        let (x, gradient) = (contiguous(x), contiguous(gradient));
        let ([rows, inputs], [_, outputs]) = (dims(&x), dims(&gradient));
        if let Some(x) = Sparse::rows(values(&x), inputs, outputs) {
            return tensor(x.transposed(inputs).product(values(&gradient), outputs), [inputs, outputs]);
        }
        let x = Matrix::new(values(&x), rows, inputs).transposed();
        tensor(product(x, Matrix::new(values(&gradient), rows, outputs)), [inputs, outputs])
    }

    fn input_gradient(gradient: FlexTensor, weight: FlexTensor) -> FlexTensor {
        let (gradient, weight) = (contiguous(gradient), contiguous(weight));
        let ([rows, outputs], [inputs, _]) = (dims(&gradient), dims(&weight));
        let weight = Matrix::new(values(&weight), inputs, outputs).transposed();
        tensor(product(Matrix::new(values(&gradient), rows, outputs), weight), [rows, inputs])
    }

    fn bias_gradient(gradient: FlexTensor) -> FlexTensor {
        let gradient = contiguous(gradient);
        let [_, outputs] = dims(&gradient);
        let mut sums = vec![0.0; outputs];
        elementwise::add_rows(&mut sums, values(&gradient));
        tensor(sums, [outputs])
    }

    fn convolve(
        x: FlexTensor,
        weight: FlexTensor,
        bias: FlexTensor,
        geometry: Geometry,
        direction: Direction,
        activation: Activation,
    ) -> FlexTensor {
        let (x, weight, bias) = (contiguous(x), contiguous(weight), contiguous(bias));
        let (area, bias) = (geometry.output(direction).area(), values(&bias));
        convolution_then(&x, &weight, geometry, direction, |maps| {
            elementwise::channel_bias_and_activation(maps, bias, area, activation);
        })
    }

    fn convolution(x: FlexTensor, weight: FlexTensor, geometry: Geometry, direction: Direction) -> FlexTensor {
        convolution_then(&contiguous(x), &contiguous(weight), geometry, direction, |_| {})
    }

    fn kernel_gradient(large: FlexTensor, small: FlexTensor, weight: FlexTensor, geometry: Geometry) -> FlexTensor {
        let [channels, inner] = dims(&weight);
        let (large, small) = (contiguous(large), contiguous(small));
        tensor(convolution::weight_gradient(values(&large), values(&small), geometry), [channels, inner])
    }

    fn channel_sums(gradient: FlexTensor, map: Map) -> FlexTensor {
        let mut sums = vec![0.0; map.channels];
        elementwise::add_channels(&mut sums, values(&contiguous(gradient)), map.area());
        tensor(sums, [map.channels])
    }

    fn drop_out(x: FlexTensor, stream: Stream, counter: u64, keep: f32) -> (FlexTensor, FlexTensor) {
        let mut y = changeable(x);
        let shape = y.layout().shape().clone();
        let mut mask = vec![0.0; shape.num_elements()];
        stream.fill_uniform(counter, &mut mask);
        elementwise::drop_out(y.storage_mut(), &mut mask, keep);
        (y, FlexTensor::from_data(TensorData::new(mask, shape)))
    }

    fn normalise(
        x: FlexTensor,
        scale: FlexTensor,
        shift: FlexTensor,
        grouping: Grouping,
        activation: Activation,
    ) -> (FlexTensor, FlexTensor, FlexTensor, FlexTensor) {
        let (mut x, scale, shift) = (changeable(x), contiguous(scale), contiguous(shift));
        let channels = norm::Channels { scale: values(&scale), shift: values(&shift), area: grouping.area };
        let (y, mean, variance) = norm::normalise(x.storage_mut(), channels, grouping, activation);
        let (shape, count) = (dims(&x), mean.len());
        (tensor(y, shape), x, tensor(mean, [count]), tensor(variance, [count]))
    }

    fn normalise_gradient(
        gradient: FlexTensor,
        normal: FlexTensor,
        variance: FlexTensor,
        scale: FlexTensor,
        shift: FlexTensor,
        grouping: Grouping,
        activation: Activation,
    ) -> (FlexTensor, FlexTensor, FlexTensor) {
        let (mut gradient, normal) = (changeable(gradient), contiguous(normal));
        let (variance, scale, shift) = (contiguous(variance), contiguous(scale), contiguous(shift));
        let channels = norm::Channels { scale: values(&scale), shift: values(&shift), area: grouping.area };
        let storage = gradient.storage_mut();
        let (by_scale, by_shift) =
            norm::gradient(storage, values(&normal), values(&variance), channels, grouping.over, activation);
        let count = by_scale.len();
        (gradient, tensor(by_scale, [count]), tensor(by_shift, [count]))
    }

    fn bernoulli(images: FlexTensor, logits: FlexTensor) -> FlexTensor {
        let (images, logits) = (contiguous(images), contiguous(logits));
        let [rows, pixels] = dims(&logits);
        let mut sums = vec![0.0; rows];
        elementwise::bernoulli(&mut sums, values(&images), values(&logits), pixels);
        tensor(sums, [rows])
    }

    fn bernoulli_and_residual(images: FlexTensor, logits: FlexTensor) -> (FlexTensor, FlexTensor) {
        row_by_row(images, logits, elementwise::bernoulli_and_residual)
    }

    fn continuous_bernoulli(images: FlexTensor, logits: FlexTensor) -> FlexTensor {
        Self::continuous_bernoulli_and_residual(images, logits).0
    }

    fn continuous_bernoulli_and_residual(images: FlexTensor, logits: FlexTensor) -> (FlexTensor, FlexTensor) {
        row_by_row(images, logits, continuous_bernoulli::log_prob_and_residual)
    }

    fn categorical(images: FlexTensor, logits: FlexTensor) -> FlexTensor {
        Self::categorical_and_residual(images, logits).0
    }

    fn categorical_and_residual(images: FlexTensor, logits: FlexTensor) -> (FlexTensor, FlexTensor) {
        let [_, pixels] = dims(&images);
        row_by_row(images, logits, |sums, images, logits, _| {
            categorical::log_prob_and_residual(sums, images, logits, pixels);
        })
    }

    fn logistic(x: FlexTensor, mean: FlexTensor, log_scale: FlexTensor) -> FlexTensor {
        let (x, mut mean, log_scale) = (contiguous(x), changeable(mean), contiguous(log_scale));
        elementwise::logistic(values(&x), mean.storage_mut(), values(&log_scale));
        mean
    }

    fn logistic_and_slopes(
        x: FlexTensor,
        mean: FlexTensor,
        log_scale: FlexTensor,
    ) -> (FlexTensor, FlexTensor, FlexTensor) {
        let (x, mut mean, mut log_scale) = (contiguous(x), changeable(mean), changeable(log_scale));
        let mut value = vec![0.0; values(&x).len()];
        elementwise::logistic_and_slopes(&mut value, values(&x), mean.storage_mut(), log_scale.storage_mut());
        let value = FlexTensor::from_data(TensorData::new(value, mean.layout().shape().clone()));
        (value, mean, log_scale)
    }

    fn logistic_mixture(images: FlexTensor, output: FlexTensor, components: Components) -> FlexTensor {
        Self::logistic_mixture_and_gradient(images, output, components).0
    }

    fn logistic_mixture_and_gradient(
        images: FlexTensor,
        output: FlexTensor,
        components: Components,
    ) -> (FlexTensor, FlexTensor) {
        row_by_row(images, output, |sums, images, output, _| {
            logistic_mixture::log_prob_and_gradient(sums, images, output, components);
        })
    }

    fn mixture(
        z: FlexTensor,
        mean: FlexTensor,
        log_variance: FlexTensor,
        log_weights: FlexTensor,
    ) -> (FlexTensor, FlexTensor) {
        let [z, mean, log_variance, log_weights] = [z, mean, log_variance, log_weights].map(contiguous);
        let (value, shares) = mixture::log_prob(values(&z), values(&mean), values(&log_variance), values(&log_weights));
        let ([rows, _], [count, _]) = (dims(&z), dims(&mean));
        (tensor(value, [rows]), tensor(shares, [rows, count]))
    }

    fn mixture_gradient(
        gradient: FlexTensor,
        shares: FlexTensor,
        z: FlexTensor,
        mean: FlexTensor,
        log_variance: FlexTensor,
    ) -> (FlexTensor, FlexTensor, FlexTensor, FlexTensor) {
        let [gradient, shares, z, mean, log_variance] = [gradient, shares, z, mean, log_variance].map(contiguous);
        let [by_z, by_mean, by_variance, by_weight] =
            mixture::gradient(values(&gradient), values(&shares), values(&z), values(&mean), values(&log_variance));
        let (of_z, of_components) = (dims(&z), dims(&mean));
        let components = |values| tensor(values, of_components);
        let by_weight = tensor(by_weight, [of_components[0]]);
        (tensor(by_z, of_z), components(by_mean), components(by_variance), by_weight)
    }

    fn normal_log_densities(z: FlexTensor, mean: FlexTensor, deviation: FlexTensor) -> FlexTensor {
        let [z, mean, deviation] = [z, mean, deviation].map(contiguous);
        let ([rows, latent], [count, _]) = (dims(&z), dims(&mean));
        let mut out = vec![0.0; rows * count * latent];
        let normals = Normals::new(values(&mean), values(&deviation));
        normal_densities::log_densities(&mut out, values(&z), &normals, latent);
        tensor(out, [rows, count, latent])
    }

    fn normal_log_densities_gradient(
        gradient: FlexTensor,
        z: FlexTensor,
        mean: FlexTensor,
        deviation: FlexTensor,
    ) -> (FlexTensor, FlexTensor, FlexTensor) {
        let [gradient, z, mean, deviation] = [gradient, z, mean, deviation].map(contiguous);
        let ([rows, latent], of_normals) = (dims(&z), dims(&mean));
        let normals = Normals::new(values(&mean), values(&deviation));
        let found = normal_densities::gradient(values(&gradient), values(&z), &normals, latent);
        let [by_z, by_mean, by_deviation] = found;
        (tensor(by_z, [rows, latent]), tensor(by_mean, of_normals), tensor(by_deviation, of_normals))
    }

    fn planar_flow(z: FlexTensor, u: FlexTensor, w: FlexTensor, b: FlexTensor, rise: FlexTensor) -> FlexTensor {
        let [z, u, w, b, rise] = [z, u, w, b, rise].map(contiguous);
        let [rows, latent] = dims(&z);
        let mut out = vec![0.0; rows * (latent + 1)];
        planar_flow::flow(&mut out, values(&z), &steps([&u, &w, &b, &rise]));
        tensor(out, [rows, latent + 1])
    }

    fn planar_flow_gradient(
        gradient: FlexTensor,
        z: FlexTensor,
        u: FlexTensor,
        w: FlexTensor,
        b: FlexTensor,
        rise: FlexTensor,
    ) -> (FlexTensor, FlexTensor, FlexTensor, FlexTensor, FlexTensor) {
        let [gradient, z, u, w, b, rise] = [gradient, z, u, w, b, rise].map(contiguous);
        let found = planar_flow::gradient(values(&gradient), values(&z), &steps([&u, &w, &b, &rise]));
        let ([by_z, by_u, by_w, by_b, by_rise], of_steps) = (found, groups(&u));
        let [images, count, _] = of_steps;
        let of_step = |values| tensor(values, [images, count, 1]);
        (tensor(by_z, dims(&z)), tensor(by_u, of_steps), tensor(by_w, of_steps), of_step(by_b), of_step(by_rise))
    }

    fn log_sum_exp(x: FlexTensor) -> FlexTensor {
        Self::log_sum_exp_and_shares(x).0
    }

    fn log_sum_exp_and_shares(x: FlexTensor) -> (FlexTensor, FlexTensor) {
        let mut x = changeable(x);
        let [groups, count, width] = groups(&x);
        let mut logs = vec![0.0; groups * width];
        log_sum_exp::log_sum_exp_and_shares(&mut logs, x.storage_mut(), count, width);
        (tensor(logs, [groups, 1, width]), x)
    }

    fn scale_groups(x: FlexTensor, factors: FlexTensor) -> FlexTensor {
        let (mut x, factors) = (changeable(x), contiguous(factors));
        let [_, count, width] = groups(&x);
        log_sum_exp::scale_groups(x.storage_mut(), values(&factors), count, width);
        x
    }

    fn scale_rows(rows: FlexTensor, factors: FlexTensor) -> FlexTensor {
        let (mut rows, factors) = (changeable(rows), contiguous(factors));
        elementwise::scale_rows(rows.storage_mut(), values(&factors));
        rows
    }
}
