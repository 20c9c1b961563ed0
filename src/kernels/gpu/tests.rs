//! The kernels of a GPU against the reference on the CPU. Sizes go beyond what one cube does at once.

use super::update;
use crate::experiment::{Activation, DeviceChoice};
use crate::kernels::geometry::{Direction, Geometry, Map};
use crate::kernels::operations::Kernels;
use crate::kernels::optimiser::tests::{OPTIMISERS, expected};
use crate::kernels::optimiser::{Rule, Step};
use crate::kernels::reference;
use crate::random::{Purpose, Stream};
use crate::train::TrainingDevice;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Cube, Flex};
use burn::tensor::{Device, Tensor, TensorData};

/// A GPU or what stands in for one; none, and a word about it, where there is no adapter and none is demanded.
fn gpu(test: &str) -> Option<Device> {
    match TrainingDevice::open(DeviceChoice::Wgpu) {
        Ok(device) => Some(device.tensors),
        Err(error) if std::env::var("ELBOW_REQUIRE_VULKAN").is_ok_and(|value| value == "1") => {
            panic!("ELBOW_REQUIRE_VULKAN=1, but {error}")
        }
        Err(error) => {
            eprintln!("SKIPPED: {test}, since {error}");
            None
        }
    }
}

fn normals(count: usize, counter: u64) -> Vec<f32> {
    let mut values = vec![0.0; count];
    Stream::new(5, Purpose::Choice).fill_normal(counter, &mut values);
    values
}

/// Numbers held on the CPU and on the GPU.
#[derive(Clone)]
struct Both {
    host: FloatTensor<Flex>,
    gpu: FloatTensor<Cube>,
}

fn both<const D: usize>(device: &Device, values: Vec<f32>, shape: [usize; D]) -> Both {
    let on = |device: &Device| Tensor::<D>::from_data(TensorData::new(values.clone(), shape), device);
    Both {
        host: on(&Device::flex()).try_into_primitive::<Flex>().expect("a tensor on the CPU"),
        gpu: on(device).try_into_primitive::<Cube>().expect("a tensor on the GPU"),
    }
}

fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().iter::<f32>().collect()
}

/// Numbers that agree but for rounding, relative to the largest, where they are numbers.
fn assert_near(what: &str, found: &[f32], expected: &[f32], tolerance: f32) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let scale = expected.iter().filter(|v| v.is_finite()).fold(1.0_f32, |m, v| m.max(v.abs()));
    for (i, (f, e)) in found.iter().zip(expected).enumerate() {
        let same = f == e || (f.is_nan() && e.is_nan()) || (f - e).abs() <= tolerance * scale;
        assert!(same, "{what}: {f} instead of {e} at {i}");
    }
}

fn assert_same<const D: usize>(what: &str, found: FloatTensor<Cube>, expected: FloatTensor<Flex>, tolerance: f32) {
    let (found, expected) = (Tensor::<D>::from_primitive::<Cube>(found), Tensor::<D>::from_primitive::<Flex>(expected));
    assert_eq!(found.dims(), expected.dims(), "{what}");
    assert_near(what, &numbers(found), &numbers(expected), tolerance);
}

#[test]
fn layers_forward_and_backward_equal_those_of_the_reference() {
    let Some(device) = gpu("layers_forward_and_backward_equal_those_of_the_reference") else { return };
    for (rows, inputs, outputs) in [(1, 1, 1), (5, 7, 33), (40, 3, 130)] {
        let of = |count, counter, shape| both(&device, normals(count, counter), shape);
        let x = of(rows * inputs, 0, [rows, inputs]);
        let weight = of(inputs * outputs, 1, [inputs, outputs]);
        let gradient = of(rows * outputs, 2, [rows, outputs]);
        let bias = both(&device, normals(outputs, 3), [outputs]);
        for f in Activation::ALL {
            let what = format!("{rows} × {inputs} × {outputs} {f:?}");
            let y = reference::affine::<Flex>(x.host.clone(), weight.host.clone(), bias.host.clone(), f);
            let found = Cube::affine(x.gpu.clone(), weight.gpu.clone(), bias.gpu.clone(), f);
            assert_same::<2>(&what, found.clone(), y.clone(), 1e-5);
            let inner = reference::activation_gradient::<Flex>(y, gradient.host.clone(), f);
            let alone = Cube::activation_gradient(found.clone(), gradient.gpu.clone(), f);
            assert_same::<2>(&what, alone, inner.clone(), 1e-5);
            let (found, sums) = Cube::activation_and_bias_gradients(found, gradient.gpu.clone(), f);
            assert_same::<2>(&what, found.clone(), inner.clone(), 1e-5);
            let expected = reference::bias_gradient::<Flex>(inner);
            assert_same::<1>(&what, sums, expected.clone(), 1e-5);
            assert_same::<1>(&what, Cube::bias_gradient(found), expected, 1e-5);
        }
    }
}

#[test]
fn convolutions_with_bias_and_activation_equal_those_of_the_reference_and_so_do_their_gradients() {
    let name = "convolutions_with_bias_and_activation_equal_those_of_the_reference_and_so_do_their_gradients";
    let Some(device) = gpu(name) else { return };
    let map = |channels, side| Map { channels, height: side, width: side };
    // The last one has more numbers a channel than one cube adds up.
    let geometries = [
        (1, Geometry { large: map(1, 1), small: map(1, 1), kernel: 1, stride: 1, padding: 0 }),
        (3, Geometry { large: map(2, 5), small: map(3, 3), kernel: 3, stride: 2, padding: 1 }),
        (40, Geometry { large: map(1, 28), small: map(5, 14), kernel: 4, stride: 2, padding: 1 }),
    ];
    for (rows, geometry) in geometries {
        let of = |count, counter, shape| both(&device, normals(count, counter), shape);
        let inner = geometry.large.channels * geometry.kernel * geometry.kernel;
        let weight = of(geometry.small.channels * inner, 1, [geometry.small.channels, inner]);
        for direction in [Direction::Down, Direction::Up] {
            let (input, output) = (geometry.output(direction.reverse()), geometry.output(direction));
            let x = of(rows * input.numbers(), 2, [rows, input.numbers()]);
            let bias = both(&device, normals(output.channels, 3), [output.channels]);
            let gradient = of(rows * output.numbers(), 4, [rows, output.numbers()]);
            for f in Activation::ALL {
                let what = format!("{rows} rows, {geometry:?} {direction:?} {f:?}");
                let host = (x.host.clone(), weight.host.clone(), bias.host.clone());
                let y = reference::convolve::<Flex>(host.0, host.1, host.2, geometry, direction, f);
                let gpu = (x.gpu.clone(), weight.gpu.clone(), bias.gpu.clone());
                let found = Cube::convolve(gpu.0, gpu.1, gpu.2, geometry, direction, f);
                assert_same::<2>(&what, found, y.clone(), 1e-5);
                // Backwards from the same output: near 0 a rectifier's two sides may be confused by rounding.
                let host: Vec<f32> = numbers(Tensor::<2>::from_primitive::<Flex>(y.clone()));
                let same = both(&device, host, [rows, output.numbers()]).gpu;
                let expected = reference::activation_gradient::<Flex>(y, gradient.host.clone(), f);
                let (found, sums) = Cube::activation_and_channel_gradients(same, gradient.gpu.clone(), f, output);
                assert_same::<2>(&what, found.clone(), expected.clone(), 1e-5);
                let expected = reference::channel_sums::<Flex>(expected, output);
                assert_same::<1>(&what, sums, expected.clone(), 1e-5);
                assert_same::<1>(&what, Cube::channel_sums(found, output), expected, 1e-5);
            }
        }
    }
}

#[test]
fn bernoulli_log_likelihoods_equal_those_of_the_reference_at_every_logit() {
    let Some(device) = gpu("bernoulli_log_likelihoods_equal_those_of_the_reference_at_every_logit") else { return };
    for (images, samples, pixels) in [(1, 1, 1), (3, 2, 37), (2, 3, 700)] {
        for scale in [0.01, 5.0, 3000.0] {
            let x = normals(images * pixels, 5).into_iter().map(|v| f32::from(v > 0.3)).collect();
            let logits = normals(samples * images * pixels, 6).into_iter().map(|v| v * scale).collect();
            let (x, logits) = (both(&device, x, [images, pixels]), both(&device, logits, [samples * images, pixels]));
            let what = format!("{images} images, {samples} samples, {pixels} pixels, logits of {scale}");
            let (value, residual) = reference::bernoulli_and_residual::<Flex>(x.host, logits.host);
            let alone = Cube::bernoulli(x.gpu.clone(), logits.gpu.clone());
            let (found, found_residual) = Cube::bernoulli_and_residual(x.gpu, logits.gpu);
            for found in [alone, found] {
                assert_same::<1>(&what, found, value.clone(), 3e-6);
            }
            assert_same::<2>(&what, found_residual.clone(), residual.clone(), 1e-6);
            let factors = both(&device, normals(samples * images, 7), [samples * images]);
            let expected = reference::scale_rows::<Flex>(residual, factors.host);
            let alone = Cube::scale_rows(found_residual.clone(), factors.gpu.clone());
            assert_same::<2>(&what, alone, expected.clone(), 1e-6);
            let (found, sums) = Cube::scaled_rows_and_sums(found_residual, factors.gpu);
            assert_same::<2>(&what, found, expected.clone(), 1e-6);
            assert_same::<1>(&what, sums, reference::bias_gradient::<Flex>(expected), 1e-6);
        }
    }
}

#[test]
fn bernoulli_log_likelihoods_of_a_layer_equal_those_of_its_output() {
    let Some(device) = gpu("bernoulli_log_likelihoods_of_a_layer_equal_those_of_its_output") else { return };
    for (images, samples, inputs, pixels) in [(1, 1, 1, 1), (3, 2, 5, 37), (2, 3, 4, 700)] {
        for scale in [0.01, 5.0, 1000.0] {
            let rows = samples * images;
            let of = |count, counter, scale: f32| normals(count, counter).into_iter().map(|v| v * scale).collect();
            let x = normals(images * pixels, 5).into_iter().map(|v| f32::from(v > 0.3)).collect();
            let x = both(&device, x, [images, pixels]);
            let h = both(&device, of(rows * inputs, 6, 1.0), [rows, inputs]);
            let weight = both(&device, of(inputs * pixels, 7, scale), [inputs, pixels]);
            let bias = both(&device, of(pixels, 8, scale), [pixels]);
            let what = format!("{images} images, {samples} samples, {inputs} × {pixels} of {scale}");
            let logits = reference::affine::<Flex>(h.host, weight.host, bias.host, Activation::Linear);
            let (value, residual) = reference::bernoulli_and_residual::<Flex>(x.host, logits);
            let arguments = || (x.gpu.clone(), h.gpu.clone(), weight.gpu.clone(), bias.gpu.clone());
            let (images, h, weight, bias) = arguments();
            assert_same::<1>(&what, Cube::bernoulli_of_layer(images, h, weight, bias), value.clone(), 3e-6);
            let (images, h, weight, bias) = arguments();
            let (found, found_residual) = Cube::bernoulli_of_layer_and_residual(images, h, weight, bias);
            assert_same::<1>(&what, found, value, 3e-6);
            // The logits themselves are rounded, and the sigmoid's slope is at most ¼.
            assert_same::<2>(&what, found_residual, residual, 1e-6 * scale.max(1.0));
        }
    }
}

#[test]
fn normal_samples_and_bounds_equal_those_of_the_reference() {
    let Some(device) = gpu("normal_samples_and_bounds_equal_those_of_the_reference") else { return };
    for (images, samples, latent, spread) in [(1, 1, 1, 1.0), (5, 3, 7, 1.0), (2, 300, 260, 1.0), (3, 2, 4, 12.0)] {
        let what = format!("{images} images, {samples} samples, {latent} dimensions, parameters of {spread}");
        let rows = samples * images;
        let head = normals(images * 2 * latent, 0).into_iter().map(|v| v * spread).collect();
        let head = both(&device, head, [images, 2 * latent]);
        let epsilon = both(&device, normals(rows * latent, 1), [rows, latent]);
        let z = reference::normal_sample::<Flex>(head.host.clone(), epsilon.host.clone());
        assert_same::<2>(&what, Cube::normal_sample(head.gpu.clone(), epsilon.gpu.clone()), z, 1e-5);
        let gradient = both(&device, normals(rows * latent, 2), [rows, latent]);
        let expected =
            reference::normal_sample_gradient::<Flex>(head.host.clone(), epsilon.host.clone(), gradient.host.clone());
        let found = Cube::normal_sample_gradient(head.gpu.clone(), epsilon.gpu.clone(), gradient.gpu.clone());
        assert_same::<2>(&what, found, expected, 1e-5);
        let likelihood = normals(rows, 3).into_iter().map(|v| 100.0 * v - 90.0).collect();
        let likelihood = both(&device, likelihood, [rows]);
        let (bound, kl) = reference::normal_bound::<Flex>(likelihood.host, head.host.clone(), 1.7);
        let (found, found_kl) = Cube::normal_bound(likelihood.gpu, head.gpu.clone(), epsilon.gpu.clone(), 1.7);
        assert_same::<1>(&what, found, bound, 1e-5);
        assert_same::<2>(&what, found_kl, kl, 1e-5);
        let by_bound = both(&device, normals(images, 4), [images]);
        let expected = Flex::normal_gradient(head.host, epsilon.host, gradient.host, by_bound.host, 1.7);
        let found = Cube::normal_gradient(head.gpu, epsilon.gpu, gradient.gpu, by_bound.gpu, 1.7);
        assert_same::<2>(&what, found, expected, 1e-5);
    }
}

#[test]
fn what_is_no_number_stays_none() {
    let Some(device) = gpu("what_is_no_number_stays_none") else { return };
    let mut logits = vec![0.5; 37];
    logits[20] = f32::NAN;
    let (x, logits) = (both(&device, vec![0.0; 37], [1, 37]), both(&device, logits, [1, 37]));
    let value = Tensor::<1>::from_primitive::<Cube>(Cube::bernoulli(x.gpu, logits.gpu));
    assert!(numbers(value)[0].is_nan());
    let gradients = vec![Tensor::from_floats([1.0, f32::NAN, 2.0], &device), Tensor::from_floats([3.0], &device)];
    assert!(numbers(update::norms(&gradients)).iter().any(|part| part.is_nan()));
}

#[test]
fn optimiser_steps_are_those_of_their_rules_and_leave_the_old_tensors_alone() {
    let Some(device) = gpu("optimiser_steps_are_those_of_their_rules_and_leave_the_old_tensors_alone") else { return };
    let lengths = [1, 300, 70_000];
    let of = |counter: u64| -> Vec<Vec<f32>> { lengths.iter().map(|&n| normals(n, counter + n as u64)).collect() };
    let upload = |values: &[Vec<f32>]| -> Vec<Tensor<1>> {
        values.iter().map(|values| Tensor::from_floats(values.as_slice(), &device)).collect()
    };
    let (parameters, gradients) = (of(1), of(2));
    let squares = |values: Vec<Vec<f32>>| -> Vec<Vec<f32>> {
        values.into_iter().map(|values| values.into_iter().map(|v| v * v).collect()).collect()
    };
    let norms = update::norms(&upload(&gradients));
    let norm = numbers(norms.clone()).iter().map(|&part| f64::from(part).powi(2)).sum::<f64>().sqrt();
    let exact = gradients.iter().flatten().map(|&g| f64::from(g).powi(2)).sum::<f64>().sqrt();
    assert!((norm - exact).abs() < 1e-5 * exact, "{norm}, not {exact}");
    let (factor, rate, step_count) = (-0.25, 0.01, 3);
    for optimiser in OPTIMISERS {
        let count = Rule::of(optimiser).moments().len();
        for clip in [None, Some(0.5), Some(1e6)] {
            let step = Step::new(optimiser, rate, step_count);
            let clipping = || clip.map(|limit| (limit, norms.clone()));
            let shrink = clip.map_or(1.0, |limit| (f64::from(limit) / (exact * f64::from(factor).abs())).min(1.0));
            let moments: Vec<Vec<Vec<f32>>> = (0..count).map(|i| squares(of(3 + i as u64))).collect();
            let (old, old_moments) = (upload(&parameters), moments.iter().map(|m| upload(m)).collect::<Vec<_>>());
            let (new, new_moments) =
                update::update(step, factor, clipping(), old.clone(), &old_moments, upload(&gradients));
            // Results lie in one piece of memory, uploads do not: the next step is the same from both.
            let read = |tensors: &[Tensor<1>]| -> Vec<Vec<f32>> { tensors.iter().cloned().map(numbers).collect() };
            let apart = |tensors: &[Tensor<1>]| upload(&read(tensors));
            let of_apart: Vec<Vec<Tensor<1>>> = new_moments.iter().map(|moment| apart(moment)).collect();
            let further = |parameters, moments: &[Vec<Tensor<1>>]| {
                let (parameters, moments) =
                    update::update(step, factor, clipping(), parameters, moments, upload(&gradients));
                (read(&parameters), moments.iter().map(|moment| read(moment)).collect::<Vec<_>>())
            };
            assert_eq!(further(new.clone(), &new_moments), further(apart(&new), &of_apart), "{optimiser:?}, {clip:?}");
            for tensor in 0..lengths.len() {
                let mut values = vec![Vec::new(); 1 + count];
                for i in 0..lengths[tensor] {
                    let mut own = [0, 1].map(|which| moments.get(which).map_or(0.0, |m| m[tensor][i]));
                    let (parameter, gradient) = (parameters[tensor][i], gradients[tensor][i]);
                    let gradient = f64::from(gradient) * f64::from(factor) * shrink;
                    values[0].push(expected(optimiser, (rate, step_count), parameter, &mut own, gradient));
                    values[1..].iter_mut().zip(own).for_each(|(moment, value)| moment.push(value));
                }
                let what = format!("{optimiser:?}, {clip:?}, tensor {tensor}");
                let found = std::iter::once(&new[tensor]).chain(new_moments.iter().map(|moment| &moment[tensor]));
                for (found, expected) in found.zip(&values) {
                    assert_near(&what, &numbers(found.clone()), expected, 1e-5);
                }
                assert_near(&what, &numbers(old[tensor].clone()), &parameters[tensor], 0.0);
            }
        }
    }
}
