//! The fused operations on burn's flex backend: one thread, matrix products in tiles, everything else in one vectorised
//! pass. (At these sizes, threads inside an operation cost more than they save; a step is divided by shards instead.)

#[cfg(target_arch = "x86_64")]
mod bordered;
#[cfg(target_arch = "x86_64")]
mod channel_vectors;
mod convolution;
mod divided;
mod elementwise;
#[cfg(target_arch = "x86_64")]
mod lines;
mod patches;
#[cfg(target_arch = "x86_64")]
mod phases;
#[cfg(target_arch = "x86_64")]
mod position_vectors;
mod product;
mod sparse;
#[cfg(target_arch = "x86_64")]
mod tiles;
mod transpose;
pub mod update;

use super::activation::FusedActivation;
use super::geometry::{Direction, Geometry, Map};
use super::operations::Kernels;
use burn::backend::Flex;
use burn::backend::tensor::FloatTensor;
use burn::tensor::{Shape, TensorData};
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
    fn affine(x: FlexTensor, weight: FlexTensor, bias: FlexTensor, activation: FusedActivation) -> FlexTensor {
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

    fn activation_gradient(y: FlexTensor, gradient: FlexTensor, activation: FusedActivation) -> FlexTensor {
        if activation == FusedActivation::Linear {
            return gradient;
        }
        let (y, mut gradient) = (contiguous(y), contiguous(gradient));
        elementwise::activation_gradient(gradient.storage_mut(), values(&y), activation);
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
        activation: FusedActivation,
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

    fn bernoulli(images: FlexTensor, logits: FlexTensor) -> FlexTensor {
        let (images, logits) = (contiguous(images), contiguous(logits));
        let [rows, pixels] = dims(&logits);
        let mut sums = vec![0.0; rows];
        elementwise::bernoulli(&mut sums, values(&images), values(&logits), pixels);
        tensor(sums, [rows])
    }

    fn bernoulli_and_residual(images: FlexTensor, logits: FlexTensor) -> (FlexTensor, FlexTensor) {
        let (images, mut logits) = (contiguous(images), contiguous(logits));
        let [rows, pixels] = dims(&logits);
        let mut sums = vec![0.0; rows];
        elementwise::bernoulli_and_residual(&mut sums, values(&images), logits.storage_mut(), pixels);
        (tensor(sums, [rows]), logits)
    }

    fn scale_rows(rows: FlexTensor, factors: FlexTensor) -> FlexTensor {
        let (mut rows, factors) = (contiguous(rows), contiguous(factors));
        elementwise::scale_rows(rows.storage_mut(), values(&factors));
        rows
    }
}
