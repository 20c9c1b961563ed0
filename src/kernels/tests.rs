//! The CPU's kernels against the reference, values and extreme inputs. Gradients are the kernels of the backward pass,
//! compared in the same way; that they are the right ones is checked by finite differences in `tests/objective.rs`.

use super::activation::FusedActivation;
use super::geometry::{Direction, Geometry, Map};
use super::operations::Kernels;
use super::reference;
use crate::random::{Purpose, Stream};
use burn::backend::Flex;
use burn::backend::tensor::FloatTensor;
use burn::tensor::{Shape, TensorData};

type Host = FloatTensor<Flex>;

const ACTIVATIONS: [FusedActivation; 3] = [FusedActivation::Linear, FusedActivation::Tanh, FusedActivation::Relu];

fn normals<const D: usize>(shape: [usize; D], counter: u64) -> Host {
    let mut values = vec![0.0; shape.iter().product()];
    Stream::new(3, Purpose::Choice).fill_normal(counter, &mut values);
    given(values, shape)
}

fn given<const D: usize>(values: Vec<f32>, shape: [usize; D]) -> Host {
    Host::from_data(TensorData::new(values, Shape::new(shape)))
}

fn numbers(tensor: Host) -> Vec<f32> {
    tensor.into_data().iter::<f32>().collect()
}

/// Both have the same shape, and numbers that agree but for rounding, where they are numbers.
fn assert_close(what: &str, found: Host, expected: Host, tolerance: f32) {
    assert_eq!(found.layout().shape(), expected.layout().shape(), "{what}");
    let (found, expected) = (numbers(found), numbers(expected));
    let scale = expected.iter().filter(|v| v.is_finite()).fold(1.0_f32, |m, v| m.max(v.abs()));
    for (i, (f, e)) in found.iter().zip(&expected).enumerate() {
        let same = f == e || (f.is_nan() && e.is_nan()) || (f - e).abs() <= tolerance * scale;
        assert!(same, "{what}: {f} instead of {e} at {i}");
    }
}

#[test]
fn affine_layers_and_their_gradients_equal_those_of_the_reference() {
    // Up to several blocks of rows.
    for (rows, inputs, outputs) in [(1, 1, 1), (1, 7, 5), (10, 33, 17), (64, 50, 3), (700, 4, 500)] {
        let what = format!("{rows} × {inputs} × {outputs}");
        let (x, weight, bias) = (normals([rows, inputs], 0), normals([inputs, outputs], 1), normals([outputs], 2));
        let gradient = normals([rows, outputs], 3);
        for f in ACTIVATIONS {
            let what = format!("{what} {f:?}");
            let y = reference::affine::<Flex>(x.clone(), weight.clone(), bias.clone(), f);
            assert_close(&what, Flex::affine(x.clone(), weight.clone(), bias.clone(), f), y.clone(), 2e-6);
            let expected = reference::activation_gradient::<Flex>(y.clone(), gradient.clone(), f);
            assert_close(&what, Flex::activation_gradient(y, gradient.clone(), f), expected, 1e-6);
        }
        let expected = reference::weight_gradient::<Flex>(x.clone(), gradient.clone());
        assert_close(&what, Flex::weight_gradient(x, gradient.clone()), expected, 2e-6);
        let expected = reference::input_gradient::<Flex>(gradient.clone(), weight.clone());
        assert_close(&what, Flex::input_gradient(gradient.clone(), weight), expected, 2e-6);
        let expected = reference::bias_gradient::<Flex>(gradient.clone());
        assert_close(&what, Flex::bias_gradient(gradient), expected, 2e-6);
    }
}

#[test]
fn affine_layers_of_images_that_are_mostly_zeros_equal_those_of_the_reference() {
    for (rows, inputs, outputs) in [(1, 30, 64), (20, 97, 200)] {
        let x = numbers(normals([rows, inputs], 0)).into_iter().map(|v| if v > 1.0 { v } else { 0.0 }).collect();
        let (x, weight, bias) = (given(x, [rows, inputs]), normals([inputs, outputs], 1), normals([outputs], 2));
        for f in ACTIVATIONS {
            let expected = reference::affine::<Flex>(x.clone(), weight.clone(), bias.clone(), f);
            assert_close("sparse", Flex::affine(x.clone(), weight.clone(), bias.clone(), f), expected, 2e-6);
        }
        let gradient = normals([rows, outputs], 3);
        let expected = reference::weight_gradient::<Flex>(x.clone(), gradient.clone());
        assert_close("sparse gradient", Flex::weight_gradient(x, gradient), expected, 2e-6);
    }
}

#[test]
fn views_are_read_in_their_own_order() {
    let (x, weight) = (normals([6, 4], 0).transpose(0, 1), normals([9, 6], 1).transpose(0, 1));
    let bias = normals([9], 2);
    let expected = reference::affine::<Flex>(x.clone(), weight.clone(), bias.clone(), FusedActivation::Tanh);
    assert_close("transposed", Flex::affine(x, weight, bias, FusedActivation::Tanh), expected, 2e-6);
}

#[test]
fn activations_of_extreme_numbers_equal_those_of_the_reference() {
    let extremes = [0.0, -0.0, 1e-30, -1e-30, 1e30, -1e30, 88.0, -120.0, f32::INFINITY, f32::NEG_INFINITY, f32::NAN];
    let (x, count) = (given(vec![1.0], [1, 1]), extremes.len());
    for f in ACTIVATIONS {
        let weight = given(extremes.to_vec(), [1, count]);
        let bias = given(vec![0.0; count], [count]);
        let expected = reference::activate::<Flex>(weight.clone(), f);
        assert_close(&format!("{f:?}"), Flex::affine(x.clone(), weight, bias, f), expected, 1e-6);
    }
}

fn geometry(large: [usize; 3], channels: usize, [kernel, stride, padding]: [usize; 3]) -> Geometry {
    let [large_channels, height, width] = large;
    let small = |length: usize| (length + 2 * padding - kernel) / stride + 1;
    Geometry {
        large: Map { channels: large_channels, height, width },
        small: Map { channels, height: small(height), width: small(width) },
        kernel,
        stride,
        padding,
    }
}

#[test]
fn convolutions_and_their_gradients_equal_those_of_the_reference() {
    let geometries = [
        geometry([1, 28, 28], 32, [4, 2, 1]),
        geometry([32, 14, 14], 64, [4, 2, 1]),
        geometry([3, 9, 6], 5, [3, 1, 1]),
        geometry([2, 7, 11], 3, [3, 2, 0]),
        geometry([4, 10, 8], 17, [5, 3, 2]),
        geometry([6, 5, 5], 4, [1, 1, 0]),
        geometry([2, 6, 6], 1, [1, 2, 0]),
        geometry([3, 3, 4], 2, [2, 1, 1]),
        geometry([5, 1, 1], 7, [1, 1, 0]),
        geometry([1, 5, 4], 2, [4, 1, 3]),
    ];
    for geometry in geometries {
        // One image, and more than fit into a block of the larger ones.
        for rows in [1, 7] {
            // Of the size that they have in a network, so that activations get arguments near 1: a sum of 512 terms of
            // unit size is rounded by more than an activation's values may differ by.
            let (channels, inner) = (geometry.small.channels, geometry.weights_per_channel());
            let scale = 1.0 / (inner as f32).sqrt();
            let weight = numbers(normals([channels, inner], 1)).into_iter().map(|v| v * scale).collect();
            let weight = given(weight, [channels, inner]);
            let (large, small) =
                (normals([rows, geometry.large.numbers()], 2), normals([rows, geometry.small.numbers()], 3));
            for (direction, x) in [(Direction::Down, &large), (Direction::Up, &small)] {
                let what = format!("{geometry:?} {direction:?}, {rows}");
                let expected = reference::convolution::<Flex>(x.clone(), weight.clone(), geometry, direction);
                assert_close(&what, Flex::convolution(x.clone(), weight.clone(), geometry, direction), expected, 3e-6);
                let bias = normals([geometry.output(direction).channels], 4);
                for f in ACTIVATIONS {
                    let arguments = (x.clone(), weight.clone(), bias.clone());
                    let expected = reference::convolve::<Flex>(
                        arguments.0.clone(),
                        arguments.1.clone(),
                        arguments.2.clone(),
                        geometry,
                        direction,
                        f,
                    );
                    let found = Flex::convolve(arguments.0, arguments.1, arguments.2, geometry, direction, f);
                    assert_close(&what, found, expected, 3e-6);
                }
            }
            let expected = reference::kernel_gradient::<Flex>(large.clone(), small.clone(), weight.clone(), geometry);
            let found = Flex::kernel_gradient(large.clone(), small.clone(), weight, geometry);
            assert_close(&format!("{geometry:?}, {rows}"), found, expected, 3e-6);
            for (map, values) in [(geometry.large, large), (geometry.small, small)] {
                let expected = reference::channel_sums::<Flex>(values.clone(), map);
                assert_close(&format!("{map:?}"), Flex::channel_sums(values, map), expected, 3e-6);
            }
        }
    }
}

/// log p(x|ℓ) and its derivative in f64.
fn bernoulli_exact(x: f32, logit: f32) -> (f64, f64) {
    let (x, l) = (f64::from(x), f64::from(logit));
    (x * l - (l.max(0.0) + (-l.abs()).exp().ln_1p()), x - 1.0 / (1.0 + (-l).exp()))
}

#[test]
fn bernoulli_log_likelihoods_are_those_of_f64_at_every_width_and_logit() {
    // Less than a vector, a remainder, and more than one stretch of pixels.
    for (images, samples, pixels) in [(1, 1, 1), (3, 2, 37), (2, 3, 784), (1, 2, 4000)] {
        for scale in [0.01, 3.0, 60.0, 2000.0] {
            let x: Vec<f32> = numbers(normals([images * pixels], 5)).iter().map(|v| f32::from(*v > 0.3)).collect();
            let logits: Vec<f32> = numbers(normals([samples * images * pixels], 6)).iter().map(|v| v * scale).collect();
            let rows = samples * images;
            let arguments = || (given(x.clone(), [images, pixels]), given(logits.clone(), [rows, pixels]));
            let (value, residual) = Flex::bernoulli_and_residual(arguments().0, arguments().1);
            let alone = Flex::bernoulli(arguments().0, arguments().1);
            let (value, residual, alone) = (numbers(value), numbers(residual), numbers(alone));
            for row in 0..rows {
                let (mut sum, mut size) = (0.0, 0.0);
                for pixel in 0..pixels {
                    let at = row * pixels + pixel;
                    let (log, derivative) = bernoulli_exact(x[row % images * pixels + pixel], logits[at]);
                    (sum, size) = (sum + log, size + log.abs().max(0.1));
                    assert!((f64::from(residual[at]) - derivative).abs() < 3e-7, "ℓ = {}", logits[at]);
                }
                for found in [value[row], alone[row]] {
                    assert!((f64::from(found) - sum).abs() < 3e-6 * size, "{found} instead of {sum}, {pixels} pixels");
                }
            }
            let (images, logits) = arguments();
            let expected = reference::bernoulli::<Flex>(images.clone(), logits.clone());
            assert_close("reference", given(value, [rows]), expected, 3e-6);
            let expected = reference::bernoulli_and_residual::<Flex>(images, logits).1;
            assert_close("reference residual", given(residual, [rows, pixels]), expected, 1e-6);
        }
    }
}

#[test]
fn a_logit_that_is_no_number_leaves_no_number() {
    for place in [0, 20, 36] {
        let mut logits = vec![0.5; 37];
        logits[place] = f32::NAN;
        let (x, logits) = (given(vec![0.0; 37], [1, 37]), given(logits, [1, 37]));
        let (value, residual) = Flex::bernoulli_and_residual(x.clone(), logits.clone());
        assert!(numbers(value)[0].is_nan() && numbers(Flex::bernoulli(x, logits))[0].is_nan());
        assert!(numbers(residual)[place].is_nan());
    }
}

#[test]
fn rows_are_scaled_each_by_its_number() {
    let (rows, factors) = (normals([5, 21], 7), normals([5], 8));
    let expected = reference::scale_rows::<Flex>(rows.clone(), factors.clone());
    assert_close("rows", Flex::scale_rows(rows, factors), expected, 0.0);
}
