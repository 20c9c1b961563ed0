//! The CPU's kernels against the reference, values and extreme inputs. Gradients are the kernels of the backward pass,
//! compared in the same way; that they are the right ones is checked by finite differences in `tests/objective.rs`.

use super::components::Components;
use super::geometry::{Direction, Geometry, Map};
use super::grouping::{Grouping, Over};
use super::operations::Kernels;
use super::reference;
use crate::experiment::Activation;
use crate::random::{Purpose, Stream};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Dispatch, Flex};
use burn::tensor::{Shape, Tensor, TensorData};

type Host = FloatTensor<Flex>;

fn normals<const D: usize>(shape: [usize; D], counter: u64) -> Host {
    let mut values = vec![0.0; shape.iter().product()];
    Stream::new(3, Purpose::Choice).fill_normal(counter, &mut values);
    given(values, shape)
}

fn given<const D: usize>(values: Vec<f32>, shape: [usize; D]) -> Host {
    Host::from_data(TensorData::new(values, Shape::new(shape)))
}

fn dims(tensor: &Host) -> [usize; 2] {
    let shape = tensor.layout().shape();
    [shape[0], shape[1]]
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
        for f in Activation::ALL {
            let what = format!("{what} {f:?}");
            let y = reference::affine::<Flex>(x.clone(), weight.clone(), bias.clone(), f);
            assert_close(&what, Flex::affine(x.clone(), weight.clone(), bias.clone(), f), y.clone(), 2e-6);
            let (value, kept) = Flex::affine_and_kept(x.clone(), weight.clone(), bias.clone(), f);
            assert_close(&what, value, y, 2e-6);
            let expected = reference::activation_gradient::<Flex>(kept.clone(), gradient.clone(), f);
            assert_close(&what, Flex::activation_gradient(kept, gradient.clone(), f), expected, 1e-6);
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
        for f in Activation::ALL {
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
    let expected = reference::affine::<Flex>(x.clone(), weight.clone(), bias.clone(), Activation::Tanh);
    assert_close("transposed", Flex::affine(x, weight, bias, Activation::Tanh), expected, 2e-6);
}

/// f(x) and g·f′(x), by burn's automatic differentiation of the reference.
fn differentiated(x: &Host, gradient: &Host, f: Activation) -> [Host; 2] {
    let tensor = |host: &Host| Tensor::<2>::from_primitive::<Flex>(host.clone());
    let x = tensor(x).autodiff().require_grad();
    let y = Tensor::<2>::from_dispatch(reference::activate::<Dispatch>(x.clone().into_dispatch(), f));
    let slopes = x.grad(&(y.clone() * tensor(gradient)).sum().backward()).expect("x is a leaf");
    [y.without_autodiff(), slopes].map(|tensor| tensor.try_into_primitive::<Flex>().expect("a tensor on the CPU"))
}

#[test]
fn activations_and_their_gradients_equal_those_of_burn() {
    let extremes = [0.0, -0.0, 1e-30, -1e-30, 1e-40, -1e-40, 88.0, -120.0, 1e4, -1e4, f32::NAN];
    for x in [given(extremes.to_vec(), [1, extremes.len()]), normals([1, 4096 + 37], 0), normals([3, 5], 0)] {
        let gradient = normals(dims(&x), 1);
        for f in Activation::ALL {
            let [y, slopes] = differentiated(&x, &gradient, f);
            assert_close(&format!("{f:?}"), Flex::activate(x.clone(), f), y.clone(), 1e-6);
            let (value, kept) = Flex::activate_and_kept(x.clone(), f);
            assert_close(&format!("{f:?} and what it needs"), value, y, 1e-6);
            let found = Flex::activation_gradient(kept, gradient.clone(), f);
            assert_close(&format!("the gradient of {f:?}"), found, slopes, 1e-6);
        }
    }
}

#[test]
fn activations_of_extreme_numbers_equal_those_of_the_reference() {
    let extremes = [0.0, -0.0, 1e-30, -1e-30, 1e30, -1e30, 88.0, -120.0, f32::INFINITY, f32::NAN, f32::NEG_INFINITY];
    let x = given(vec![1.0], [1, 1]);
    for f in Activation::ALL {
        // At −∞ burn multiplies ∞ by 0 or takes it from itself.
        let no_number = matches!(f, Activation::Silu | Activation::Gelu | Activation::Softplus);
        let count = extremes.len() - usize::from(no_number);
        let extremes = &extremes[..count];
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
                for f in Activation::ALL {
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

fn groupings() -> impl Iterator<Item = (usize, Grouping)> {
    // Fewer than a vector, a remainder, more than one block of rows; groups of one value, whose x̂ is 0.
    let shapes = [(1, 4, 1), (3, 12, 1), (90, 400, 1), (1, 6, 35), (5, 8, 49), (2, 4, 1024)];
    shapes.into_iter().flat_map(|(rows, channels, area)| {
        let groups = [1, 2, channels].map(Over::Groups);
        groups.into_iter().chain([Over::Rows]).map(move |over| (rows, Grouping { channels, area, over }))
    })
}

#[test]
fn normalisations_and_their_gradients_equal_those_of_burn() {
    for (rows, grouping) in groupings() {
        let Grouping { channels, area, .. } = grouping;
        let numbers_of = |offset: f32, scale: f32, counter| {
            let values = numbers(normals([rows, channels * area], counter)).into_iter();
            given(values.map(|v| offset + scale * v).collect(), [rows, channels * area])
        };
        for x in [numbers_of(0.5, 2.0, 0), numbers_of(3.0, 1.0, 1)] {
            let (scale, shift, gradient) = (normals([channels], 2), normals([channels], 3), numbers_of(0.0, 1.0, 4));
            for f in Activation::ALL {
                let what = format!("{rows} rows, {grouping:?}, {f:?}");
                let leaf = |host: &Host| Tensor::<1>::from_primitive::<Flex>(host.clone()).autodiff().require_grad();
                let tensor = |host: &Host| Tensor::<2>::from_primitive::<Flex>(host.clone());
                let leaves = (tensor(&x).autodiff().require_grad(), leaf(&scale), leaf(&shift));
                let (a, b, c) = (leaves.0.clone().into_dispatch(), leaves.1.clone(), leaves.2.clone());
                let (y, ..) = reference::normalise::<Dispatch>(a, b.into_dispatch(), c.into_dispatch(), grouping, f);
                let y = Tensor::<2>::from_dispatch(y);
                let slopes = (y.clone() * tensor(&gradient)).sum().backward();
                let host =
                    |tensor: Option<Tensor<2>>| tensor.expect("a leaf").try_into_primitive::<Flex>().expect("CPU");
                let flat =
                    |tensor: Option<Tensor<1>>| tensor.expect("a leaf").try_into_primitive::<Flex>().expect("CPU");

                let (found, normal, mean, variance) =
                    Flex::normalise(x.clone(), scale.clone(), shift.clone(), grouping, f);
                let expected = reference::normalise::<Flex>(x.clone(), scale.clone(), shift.clone(), grouping, f);
                assert_close(&what, found, host(Some(y.without_autodiff())), 2e-5);
                assert_close(&what, normal.clone(), expected.1.clone(), 2e-5);
                assert_close(&what, mean, expected.2, 1e-6);
                assert_close(&what, variance.clone(), expected.3.clone(), 1e-5);
                let (by_x, by_scale, by_shift) = Flex::normalise_gradient(
                    gradient.clone(),
                    expected.1,
                    expected.3,
                    scale.clone(),
                    shift.clone(),
                    grouping,
                    f,
                );
                assert_close(&what, by_x, host(leaves.0.grad(&slopes)), 2e-5);
                assert_close(&what, by_scale, flat(leaves.1.grad(&slopes)), 1e-5);
                assert_close(&what, by_shift, flat(leaves.2.grad(&slopes)), 1e-5);
                let of_reference = reference::normalise_gradient::<Flex>(
                    gradient.clone(),
                    normal.clone(),
                    variance,
                    scale.clone(),
                    shift.clone(),
                    grouping,
                    f,
                );
                assert_close(&what, of_reference.0, host(leaves.0.grad(&slopes)), 2e-5);
            }
        }
    }
}

#[test]
fn values_far_from_0_are_normalised_to_the_last_digits_that_they_have() {
    for (rows, grouping) in groupings() {
        let Grouping { channels, area, over } = grouping;
        let numbers_per_row = channels * area;
        let x: Vec<f32> = numbers(normals([rows, numbers_per_row], 0)).into_iter().map(|v| 1000.0 + v).collect();
        let group = |at: usize| match over {
            Over::Groups(groups) => at / (numbers_per_row / groups),
            Over::Rows => at / area % channels,
        };
        let count = grouping.statistics(x.len());
        let mut sums = vec![[0.0_f64; 3]; count];
        for (at, &x) in x.iter().enumerate() {
            let [n, sum, squares] = &mut sums[group(at)];
            let x = f64::from(x) - 1000.0;
            (*n, *sum, *squares) = (*n + 1.0, *sum + x, *squares + x * x);
        }
        let (one, zero) = (given(vec![1.0; channels], [channels]), given(vec![0.0; channels], [channels]));
        let given_x = given(x.clone(), [rows, numbers_per_row]);
        let (y, ..) = Flex::normalise(given_x, one, zero, grouping, Activation::Linear);
        for (at, (y, x)) in numbers(y).into_iter().zip(x).enumerate() {
            let [n, sum, squares] = sums[group(at)];
            let mean = sum / n;
            let variance = squares / n - mean * mean;
            let exact = (f64::from(x) - 1000.0 - mean) / (variance + 1e-5).sqrt();
            // A mean of 1000 has 6·10⁻⁵ for its last digit; a group of one value is 0/√ε.
            let tolerance = 1.2e-4 / (variance + 1e-5).sqrt();
            assert!((f64::from(y) - exact).abs() < tolerance, "{rows} rows, {grouping:?}: {y}, not {exact}");
        }
    }
}

#[test]
fn what_is_no_number_stays_none_through_a_normalisation() {
    for over in [Over::Groups(1), Over::Rows] {
        let grouping = Grouping { channels: 3, area: 1, over };
        let x = given(vec![1.0, 2.0, f32::NAN, 4.0, 5.0, 6.0], [2, 3]);
        let (y, ..) = Flex::normalise(x, normals([3], 0), normals([3], 1), grouping, Activation::Relu);
        let y = numbers(y);
        assert!(y[2].is_nan() && y[5].is_nan() == (over == Over::Rows), "{y:?}");
    }
}

#[test]
fn mixtures_and_their_gradients_equal_those_of_burn() {
    for (rows, count, latent) in [(1, 1, 1), (3, 5, 2), (66, 200, 20), (7, 33, 3)] {
        for (far, log_variance) in [(1.0, 0.0), (1.0, -9.0), (60.0, -2.0), (1.0, 3.0)] {
            let scaled = |shape, counter, offset: f32, factor: f32| {
                let values = numbers(normals(shape, counter)).into_iter();
                given(values.map(|v| offset + factor * v).collect(), shape)
            };
            let z = scaled([rows, latent], 0, 0.0, far);
            let (mean, variance) = (normals([count, latent], 1), scaled([count, latent], 2, log_variance, 0.5));
            let (log_weights, gradient) = (normals([count], 3), normals([rows], 4));
            let tensor = |host: &Host| Tensor::<2>::from_primitive::<Flex>(host.clone()).autodiff().require_grad();
            let flat = |host: &Host| Tensor::<1>::from_primitive::<Flex>(host.clone()).autodiff().require_grad();
            let leaves = [tensor(&z), tensor(&mean), tensor(&variance)];
            let weights = flat(&log_weights);
            let [a, b, c] = leaves.clone().map(Tensor::into_dispatch);
            let expected = reference::mixture::<Dispatch>(a, b, c, weights.clone().into_dispatch()).0;
            let expected = Tensor::<1>::from_dispatch(expected);
            let factors = Tensor::<1>::from_primitive::<Flex>(gradient.clone());
            let slopes = (expected.clone() * factors).sum().backward();
            let what = format!("{rows} rows, {count} components of {latent} dimensions, {far}, {log_variance}");
            let (value, shares) = Flex::mixture(z.clone(), mean.clone(), variance.clone(), log_weights);
            let host = |tensor: Tensor<1>| tensor.try_into_primitive::<Flex>().expect("a tensor on the CPU");
            assert_close(&what, value, host(expected.without_autodiff()), 2e-6);
            let of_reference = reference::mixture_gradient::<Flex>(
                gradient.clone(),
                shares.clone(),
                z.clone(),
                mean.clone(),
                variance.clone(),
            );
            let found = Flex::mixture_gradient(gradient, shares, z, mean, variance);
            let host = |tensor: Option<Tensor<2>>| tensor.expect("a leaf").try_into_primitive::<Flex>().expect("CPU");
            let by_burn = leaves.map(|leaf| host(leaf.grad(&slopes)));
            // Two components as near as each other: their shares are rounded as their distances are.
            for ((found, expected), reference) in [found.0, found.1, found.2].into_iter().zip(by_burn).zip([
                of_reference.0,
                of_reference.1,
                of_reference.2,
            ]) {
                assert_close(&what, found.clone(), reference, 1e-5);
                assert_close(&what, found, expected, 1e-3);
            }
            let expected = weights.grad(&slopes).expect("a leaf").try_into_primitive::<Flex>().expect("CPU");
            assert_close(&what, found.3, expected, 1e-3);
        }
    }
}

#[test]
fn densities_under_every_gaussian_and_their_gradients_are_those_of_f64_and_of_burn() {
    for (rows, count, latent) in [(1, 1, 1), (3, 5, 2), (66, 37, 10), (7, 64, 33)] {
        let what = format!("{rows} rows, {count} Gaussians of {latent} dimensions");
        let (z, mean) = (normals([rows, latent], 0), normals([count, latent], 1));
        let positive = numbers(normals([count, latent], 2)).into_iter().map(|v| (0.5 * v - 0.3).exp());
        let deviation = given(positive.collect(), [count, latent]);
        let found = Flex::normal_log_densities(z.clone(), mean.clone(), deviation.clone());
        let expected = reference::normal_log_densities::<Flex>(z.clone(), mean.clone(), deviation.clone());
        assert_close(&what, found.clone(), expected, 2e-6);
        let exact = |i: usize, j: usize, d: usize| {
            let at = |of: &Host, row: usize| f64::from(numbers(of.clone())[row * latent + d]);
            let deviation = at(&deviation, j);
            -0.5 * ((at(&z, i) - at(&mean, j)) / deviation).powi(2) - deviation.ln() - 0.5 * std::f64::consts::TAU.ln()
        };
        for (index, found) in numbers(found).into_iter().enumerate().step_by(61) {
            let exact = exact(index / (count * latent), index / latent % count, index % latent);
            assert!((f64::from(found) - exact).abs() < 1e-5 * exact.abs().max(1.0), "{what}: {found}, not {exact}");
        }

        let tensor = |host: &Host| Tensor::<2>::from_primitive::<Flex>(host.clone()).autodiff().require_grad();
        let factors = Tensor::<3>::from_primitive::<Flex>(normals([rows, count, latent], 3));
        let leaves = || [&z, &mean, &deviation].map(tensor);
        let gradients = |leaves: [Tensor<2>; 3], densities: Tensor<3>| {
            let slopes = (densities * factors.clone()).sum().backward();
            leaves.map(|leaf| leaf.grad(&slopes).expect("a leaf").try_into_primitive::<Flex>().expect("CPU"))
        };
        let [a, b, c] = leaves();
        let found = gradients([a.clone(), b.clone(), c.clone()], crate::kernels::normal_log_densities(a, b, c));
        let [a, b, c] = leaves();
        let beside = a.clone().reshape([rows, 1, latent]) - b.clone().reshape([1, count, latent]);
        let deviations = c.clone().reshape([1, count, latent]);
        let densities = (beside / deviations.clone()).square() * -0.5 - deviations.log();
        let expected = gradients([a, b, c], densities);
        let of_reference = reference::normal_log_densities_gradient::<Flex>(
            factors.clone().try_into_primitive::<Flex>().expect("CPU"),
            z.clone(),
            mean.clone(),
            deviation.clone(),
        );
        let of_reference = [of_reference.0, of_reference.1, of_reference.2];
        for ((found, expected), of_reference) in found.into_iter().zip(expected).zip(of_reference) {
            assert_close(&what, found.clone(), expected, 2e-5);
            assert_close(&what, found, of_reference, 2e-5);
        }
    }
}

#[test]
fn planar_flows_and_their_gradients_are_those_of_the_reference_and_of_burn() {
    for (images, samples, steps, latent) in [(1, 1, 1, 1), (3, 2, 1, 2), (5, 1, 4, 17), (2, 3, 16, 35)] {
        let what = format!("{images} images, {samples} samples, {steps} steps, {latent} dimensions");
        let rows = images * samples;
        let host = |tensor: Tensor<3>| tensor.try_into_primitive::<Flex>().expect("CPU");
        let of_steps = |width, counter| normals([images, steps, width], counter);
        let z = normals([rows, latent], 0);
        // Some are close to a fold; one, where w is 0, has no determinant at all.
        let mut rise: Vec<f32> = numbers(of_steps(1, 4)).into_iter().map(|v| (3.0 * v - 2.0).exp()).collect();
        rise[0] = 0.0;
        let mut w = numbers(of_steps(latent, 2));
        w[..latent].fill(0.0);
        let mut b = numbers(of_steps(1, 3));
        b[0] = 0.0;
        let [w, b] = [(w, latent), (b, 1)].map(|(values, width)| given(values, [images, steps, width]));
        let parts = [of_steps(latent, 1), w, b, given(rise, [images, steps, 1])];
        let [u, w, b, rise] = parts.clone();
        let found = Flex::planar_flow(z.clone(), u.clone(), w.clone(), b.clone(), rise.clone());
        let expected = reference::planar_flow::<Flex>(z.clone(), u.clone(), w.clone(), b.clone(), rise.clone());
        assert_close(&what, found, expected, 3e-6);

        let gradient = normals([rows, latent + 1], 5);
        let of_reference = reference::planar_flow_gradient::<Flex>(gradient.clone(), z.clone(), u, w, b, rise);
        let of_reference: [Host; 5] = of_reference.into();
        let leaf = |host: &Host| Tensor::<3>::from_primitive::<Flex>(host.clone()).autodiff().require_grad();
        let leaves = || (leaf_of_rows(&z), parts.each_ref().map(leaf));
        let factors = Tensor::<2>::from_primitive::<Flex>(gradient);
        let gradients = |z: Tensor<2>, parts: [Tensor<3>; 4], moved: Tensor<2>, logs: Tensor<1>| {
            let all = Tensor::cat(vec![moved, logs.reshape([rows, 1])], 1) * factors.clone();
            let slopes = all.sum().backward();
            let by_z = z.grad(&slopes).expect("a leaf").try_into_primitive::<Flex>().expect("CPU");
            let [u, w, b, rise] = parts.map(|leaf| host(leaf.grad(&slopes).expect("a leaf")));
            [by_z, u, w, b, rise]
        };
        let (of_z, of_parts) = leaves();
        let [u, w, b, rise] = of_parts.clone();
        let (moved, logs) = crate::kernels::planar_flow(of_z.clone(), u, w, b, rise);
        let found = gradients(of_z, of_parts, moved, logs);

        // Written out, and differentiated by burn.
        let (of_z, of_parts) = leaves();
        let (mut moved, mut logs) = (of_z.clone(), Tensor::<2>::zeros([rows, 1], &of_z.device()));
        for step in 0..steps {
            let [u, w, b, rise]: [Tensor<2>; 4] = of_parts
                .each_ref()
                .map(|all| all.clone().narrow(1, step, 1).squeeze_dim::<2>(1).repeat_dim(0, samples));
            let bend = ((w * moved.clone()).sum_dim(1) + b).tanh();
            moved = moved + u * bend.clone();
            let squares = bend.square();
            logs = logs + (squares.clone() + rise * (squares.neg() + 1.0)).clamp_min(1e-37).log();
        }
        let expected = gradients(of_z, of_parts, moved, logs.reshape([rows]));
        for (part, ((found, expected), of_reference)) in found.into_iter().zip(expected).zip(of_reference).enumerate() {
            assert_close(&format!("{what}, part {part}"), found.clone(), of_reference, 2e-5);
            assert_close(&format!("{what}, part {part}"), found, expected, 1e-4);
        }
    }
}

fn leaf_of_rows(rows: &Host) -> Tensor<2> {
    Tensor::<2>::from_primitive::<Flex>(rows.clone()).autodiff().require_grad()
}

#[test]
fn a_density_of_what_is_no_number_is_none_and_one_far_away_is_small() {
    let components = || (given(vec![0.0, 1.0], [2, 1]), given(vec![-3.0, -3.0], [2, 1]), given(vec![0.0; 2], [2]));
    let (mean, variance, weights) = components();
    let z = given(vec![f32::NAN, 1e4, -0.0, 0.5], [4, 1]);
    let value = numbers(Flex::mixture(z, mean, variance, weights).0);
    assert!(value[0].is_nan() && value[1] < -1e8 && value[1].is_finite() && value[2] > -1.0, "{value:?}");
}

/// log P(x) of a level under a discretised logistic in f64.
fn logistic_exact(x: f64, mean: f64, log_scale: f64) -> f64 {
    let precision = (-log_scale.clamp(-7.5, 80.0)).exp();
    let (centre, half) = ((x - mean) * precision, precision * 0.5 / 255.0);
    let softplus = |u: f64| u.max(0.0) + (-u.abs()).exp().ln_1p();
    let (white, black) = (x > 1.0 - 0.5 / 255.0, x < 0.5 / 255.0);
    let within = if white || black { 0.0 } else { (-(-2.0 * half).exp_m1()).ln() };
    let below = if white { 0.0 } else { softplus(-(centre + half)) };
    within - below - if black { 0.0 } else { softplus(centre - half) }
}

#[test]
fn sums_of_exponentials_and_their_slopes_are_those_of_f64_and_of_the_reference() {
    for [groups, count, width] in [[1, 1, 1], [3, 40, 1], [2, 7, 5], [4, 3, 33], [2, 20, 16]] {
        let (shape, what) = ([groups, count, width], format!("{groups} × {count} × {width}"));
        // Far apart, far from 0, and one that is nearly all of its sum.
        let x: Vec<f32> = numbers(normals([groups * count, width], 4)).iter().map(|v| 8.0 * v - 300.0).collect();
        let (logs, shares) = Flex::log_sum_exp_and_shares(given(x.clone(), shape));
        assert_close(&what, Flex::log_sum_exp(given(x.clone(), shape)), logs.clone(), 0.0);
        assert_close(&what, reference::log_sum_exp::<Flex>(given(x.clone(), shape)), logs.clone(), 1e-6);
        let expected = reference::log_sum_exp_and_shares::<Flex>(given(x.clone(), shape));
        assert_close(&what, logs.clone(), expected.0, 1e-6);
        assert_close(&what, shares.clone(), expected.1, 1e-6);
        let (logs, shares) = (numbers(logs), numbers(shares));
        for group in 0..groups {
            for column in 0..width {
                let places: Vec<usize> = (0..count).map(|row| (group * count + row) * width + column).collect();
                let largest = places.iter().map(|&place| f64::from(x[place])).fold(f64::NEG_INFINITY, f64::max);
                let exp = |place: usize| (f64::from(x[place]) - largest).exp();
                let sum: f64 = places.iter().map(|&place| exp(place)).sum();
                let (found, exact) = (f64::from(logs[group * width + column]), largest + sum.ln());
                assert!((found - exact).abs() < 2e-7 * exact.abs().max(1.0), "{what}: {found}, not {exact}");
                for place in places {
                    let (found, exact) = (f64::from(shares[place]), exp(place) / sum);
                    assert!((found - exact).abs() < 1e-6, "{what}: {found}, not {exact}");
                }
            }
        }
        // Over the middle dimension of a leaf, as models call it.
        let leaf = Tensor::<3>::from_primitive::<Flex>(given(x, shape)).autodiff().require_grad();
        let factors = Tensor::<3>::from_primitive::<Flex>(normals([groups, 1, width], 5));
        let sum = (crate::kernels::log_sum_exp(leaf.clone(), 1) * factors.clone()).sum();
        let found = leaf.grad(&sum.backward()).expect("x is a leaf");
        let shares = Tensor::<3>::from_primitive::<Flex>(given(shares, shape));
        let alone = crate::kernels::shares(leaf, 1).try_into_primitive::<Flex>().expect("CPU");
        assert_close(&what, alone, shares.clone().try_into_primitive::<Flex>().expect("CPU"), 0.0);
        let expected = shares * factors;
        let [found, expected] = [found, expected].map(|tensor| tensor.try_into_primitive::<Flex>().expect("CPU"));
        assert_close(&what, found, expected, 1e-6);
    }
    // What is no number stays none, in its sum alone.
    for row in 0..3 {
        let mut x = vec![0.5; 3 * 2];
        x[2 * row] = f32::NAN;
        let logs = numbers(Flex::log_sum_exp(given(x, [1, 3, 2])));
        assert!(logs[0].is_nan() && logs[1].is_finite(), "{logs:?}");
    }
}

#[test]
fn the_categorical_likelihood_and_its_slopes_are_those_of_f64_and_of_the_reference() {
    for (images, samples, levels, pixels) in [(1, 1, 2, 1), (3, 2, 5, 7), (2, 1, 16, 37), (4, 3, 256, 4)] {
        let (rows, what) = (images * samples, format!("{levels} levels, {pixels} pixels"));
        // Also between two levels, black and white.
        let x = numbers(normals([images, pixels], 1)).into_iter().map(|v| (0.5 + 0.5 * v).clamp(0.0, 1.0)).collect();
        let logits = numbers(normals([rows, levels * pixels], 2)).into_iter().map(|v| 20.0 * v).collect();
        let (x, logits) = (given(x, [images, pixels]), given(logits, [rows, levels * pixels]));
        let (value, residual) = Flex::categorical_and_residual(x.clone(), logits.clone());
        assert_close(&what, Flex::categorical(x.clone(), logits.clone()), value.clone(), 0.0);
        let expected = reference::categorical_and_residual::<Flex>(x.clone(), logits.clone());
        assert_close(&what, value.clone(), expected.0, 2e-6);
        assert_close(&what, residual.clone(), expected.1, 1e-6);

        let [x, logits, value, residual] = [x, logits, value, residual].map(numbers);
        for row in 0..rows {
            let mut total = 0.0;
            for pixel in 0..pixels {
                let at = |level: usize| (row * levels + level) * pixels + pixel;
                let own: Vec<f64> = (0..levels).map(|level| f64::from(logits[at(level)])).collect();
                let largest = own.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let log = largest + own.iter().map(|v| (v - largest).exp()).sum::<f64>().ln();
                let level = (x[row % images * pixels + pixel] * (levels - 1) as f32).round_ties_even() as usize;
                total += own[level] - log;
                for (index, logit) in own.iter().enumerate() {
                    let exact = f64::from(u8::from(index == level)) - (logit - log).exp();
                    let found = f64::from(residual[at(index)]);
                    assert!((found - exact).abs() < 2e-6, "{what}: {found}, not {exact}");
                }
            }
            let found = f64::from(value[row]);
            assert!((found - total).abs() <= 2e-6 * total.abs().max(1.0), "{what}: {found}, not {total}");
        }
    }
    // What is no number stays none, in its row alone.
    let mut logits = vec![0.1; 2 * 3 * 4];
    logits[13] = f32::NAN;
    let value = numbers(Flex::categorical(given(vec![0.5; 4], [1, 4]), given(logits, [2, 12])));
    assert!(value[0].is_finite() && value[1].is_nan(), "{value:?}");
}

#[test]
fn the_continuous_bernoulli_and_its_slopes_are_those_of_f64_and_of_the_reference() {
    let logits: Vec<f32> = [0.0, 1e-6, 0.01, 0.3, 0.9999, 1.0, 1.0001, 1.7, 3.0, 8.0, 30.0, 90.0, 400.0, 1e4]
        .into_iter()
        .flat_map(|logit: f32| [logit, -logit])
        .collect();
    let levels = [0.0, 0.25, 0.5, 0.9, 1.0_f32];
    // Each pixel by itself, in a row of as many that a vector is filled and some are left over.
    for logit in logits.iter().copied() {
        for x in levels {
            let (pixels, exact) = (21, continuous_bernoulli_exact(f64::from(x), f64::from(logit)));
            let (images, row) = (given(vec![x; pixels], [1, pixels]), given(vec![logit; pixels], [1, pixels]));
            let (value, residual) = Flex::continuous_bernoulli_and_residual(images.clone(), row.clone());
            let alone = Flex::continuous_bernoulli(images.clone(), row.clone());
            assert_close("without slopes", alone, value.clone(), 0.0);
            let expected = reference::continuous_bernoulli_and_residual::<Flex>(images, row);
            for (way, value, residual) in [("fused", value, residual), ("reference", expected.0, expected.1)] {
                let found = f64::from(numbers(value)[0]) / pixels as f64;
                let size = f64::from(logit).abs().max(1.0);
                assert!((found - exact[0]).abs() <= 5e-7 * size, "{way} at {x}, {logit}: {found}, not {}", exact[0]);
                for found in numbers(residual) {
                    let off = (f64::from(found) - exact[1]).abs();
                    assert!(off <= 1e-6, "{way}: slope at {x}, {logit}: {found}, not {}", exact[1]);
                }
            }
        }
    }
    // Several samples of several images.
    let (images, logits) = (given(vec![0.1; 3 * 40], [3, 40]), normals([6, 40], 3));
    let (value, residual) = Flex::continuous_bernoulli_and_residual(images.clone(), logits.clone());
    let expected = reference::continuous_bernoulli_and_residual::<Flex>(images, logits);
    assert_close("values", value, expected.0, 1e-5);
    assert_close("slopes", residual, expected.1, 1e-6);
    // What is no number stays none, in its row alone.
    let logits = [vec![0.5; 20], vec![f32::NAN; 1], vec![0.5; 19]].concat();
    let value = numbers(Flex::continuous_bernoulli(given(vec![0.2; 20], [1, 20]), given(logits, [2, 20])));
    assert!(value[0].is_finite() && value[1].is_nan(), "{value:?}");
}

/// log C(λ) + x·log λ + (1 − x)·log(1 − λ) of λ = sigmoid(ℓ) as (x − ½)·ℓ − log(sinh(h)/h) with h = ℓ/2, and its
/// derivative with respect to ℓ, in f64.
fn continuous_bernoulli_exact(x: f64, logit: f64) -> [f64; 2] {
    let (h, a) = (logit / 2.0, logit.abs() / 2.0);
    let (normaliser, slope) = match a {
        // Taylor's series, of which f64 needs so few terms.
        _ if a < 1e-2 => (h * h / 6.0 - h.powi(4) / 180.0, h / 3.0 - h.powi(3) / 45.0),
        _ => (a + (-(-2.0 * a).exp_m1()).ln() - (2.0 * a).ln(), 1.0 / h.tanh() - 1.0 / h),
    };
    [(x - 0.5) * logit - normaliser, x - 0.5 - 0.5 * slope]
}

#[test]
fn discretised_logistics_and_their_slopes_are_those_of_f64_and_of_the_reference() {
    let levels = [0.0, 1.0, 2.0, 100.0, 128.0, 253.0, 254.0, 255.0];
    let scales = [-9.0, -7.4, -5.0, -2.0, 0.0, 1.5, 6.0];
    let means = [-3.0, -0.01, 0.0, 0.391, 0.5, 0.999, 1.0, 1.7];
    let mut columns = [const { Vec::new() }; 3];
    for x in levels {
        for mean in means {
            for log_scale in scales {
                let row: [f64; 3] = [x / 255.0, mean, log_scale];
                columns.iter_mut().zip(row).for_each(|(column, number)| column.push(number as f32));
            }
        }
    }
    let shape = [1, columns[0].len()];
    let [x, mean, log_scale] = columns.clone().map(|values| given(values, shape));
    let (value, by_mean, by_scale) = Flex::logistic_and_slopes(x.clone(), mean.clone(), log_scale.clone());
    let alone = Flex::logistic(x.clone(), mean.clone(), log_scale.clone());
    assert_close("without slopes", alone, value.clone(), 0.0);
    let expected = reference::logistic_and_slopes::<Flex>(x, mean, log_scale);
    // Far out, values and slopes are thousands, so that each is compared with its own size.
    let near = |what: &str, found: &[f32], expected: &[f32], tolerance: f32| {
        for (i, (f, e)) in found.iter().zip(expected).enumerate() {
            let at = columns.each_ref().map(|column| column[i]);
            assert!((f - e).abs() <= tolerance * e.abs().max(1.0), "{what}: {f} instead of {e} at {at:?}");
        }
    };
    let [value, by_mean, by_scale] = [value, by_mean, by_scale].map(numbers);
    near("values and the reference", &value, &numbers(expected.0), 2e-5);
    near("slopes of the mean and the reference", &by_mean, &numbers(expected.1), 1e-4);
    near("slopes of the scale and the reference", &by_scale, &numbers(expected.2), 1e-4);
    let row = |i: usize| columns.each_ref().map(|column| f64::from(column[i]));
    let exact = |step: [f64; 2]| -> Vec<f64> {
        (0..value.len()).map(|i| logistic_exact(row(i)[0], row(i)[1] + step[0], row(i)[2] + step[1])).collect()
    };
    let single = |values: Vec<f64>| values.into_iter().map(|v| v as f32).collect::<Vec<f32>>();
    near("values and f64", &value, &single(exact([0.0, 0.0])), 2e-5);
    // By differences of f64, which are off where a logistic is narrower than the step.
    for (what, slopes, step) in [("mean", &by_mean, [1e-7, 0.0]), ("scale", &by_scale, [0.0, 1e-6])] {
        let by: f64 = step.iter().sum();
        let (up, down) = (exact(step), exact(step.map(|s| -s)));
        let found = up.into_iter().zip(down).map(|(up, down)| (up - down) / (2.0 * by)).collect();
        near(what, slopes, &single(found), 1e-3);
    }
}

#[test]
fn a_logistic_of_what_is_no_number_is_none_and_a_wide_one_is_finite() {
    let (x, none) = (given(vec![0.5; 4], [1, 4]), f32::NAN);
    let (mean, log_scale) = (given(vec![none, 0.5, 0.5, 1e30], [1, 4]), given(vec![0.0, none, 1e9, -2.0], [1, 4]));
    let (value, by_mean, by_scale) = Flex::logistic_and_slopes(x, mean, log_scale);
    let [value, by_mean, by_scale] = [value, by_mean, by_scale].map(numbers);
    assert!(value[0].is_nan() && value[1].is_nan() && by_mean[0].is_nan() && by_scale[1].is_nan(), "{value:?}");
    assert!(value[2].is_finite() && by_scale[2] == 0.0, "{value:?} {by_scale:?}");
    assert!(value[3] < -1e20, "{value:?}");
}

/// log p of one place under a mixture of discretised logistics in f64, from its levels and the numbers of its planes.
fn mixture_exact(x: &[f64], planes: &[f64], components: Components) -> f64 {
    let Components { count, channels } = components;
    let log_sum_exp = |values: &[f64]| {
        let largest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        largest + values.iter().map(|v| (v - largest).exp()).sum::<f64>().ln()
    };
    let of_component = |m: usize| {
        let number = |kind: usize| planes[kind * count + m];
        let coefficient = |pair: usize| if channels == 3 { number(7 + pair).tanh() } else { 0.0 };
        let shift = |channel: usize| match channel {
            0 => 0.0,
            1 => coefficient(0) * x[0],
            _ => coefficient(1) * x[0] + coefficient(2) * x[1],
        };
        let of_channel = |c: usize| logistic_exact(x[c], number(1 + c) + shift(c), number(1 + channels + c));
        number(0) + (0..channels).map(of_channel).sum::<f64>()
    };
    log_sum_exp(&(0..count).map(of_component).collect::<Vec<_>>()) - log_sum_exp(&planes[..count])
}

#[test]
fn mixtures_of_logistics_and_their_gradients_are_those_of_f64_and_of_the_reference() {
    // Grey and colour; whole vectors of places, several, and ends of vectors.
    for (count, channels, places) in [(1, 1, 3), (3, 1, 16), (2, 3, 21), (5, 3, 35)] {
        let components = Components { count, channels };
        let (planes, images, samples) = (components.planes(), 2, 2);
        let (rows, what) = (images * samples, format!("{components:?}, {places} places"));
        let levels = numbers(normals([images, channels * places], 1)).into_iter();
        // Black and white too.
        let x: Vec<f32> = levels.map(|v| ((0.5 + v) * 255.0).round().clamp(0.0, 255.0) / 255.0).collect();
        let output = numbers(normals([rows, planes * places], 2));
        let given_x = given(x.clone(), [images, channels * places]);
        let given_output = given(output.clone(), [rows, planes * places]);
        let (value, gradient) = Flex::logistic_mixture_and_gradient(given_x.clone(), given_output.clone(), components);
        let alone = Flex::logistic_mixture(given_x.clone(), given_output.clone(), components);
        assert_close(&what, alone, value.clone(), 0.0);
        let expected = reference::logistic_mixture_and_gradient::<Flex>(given_x, given_output, components);
        assert_close(&format!("{what}: values"), value.clone(), expected.0, 1e-5);
        assert_close(&format!("{what}: gradients"), gradient.clone(), expected.1, 2e-5);

        let (value, gradient) = (numbers(value), numbers(gradient));
        for row in 0..rows {
            let mut total = 0.0;
            for place in 0..places {
                let seen: Vec<f64> = (0..channels)
                    .map(|channel| f64::from(x[(row % images * channels + channel) * places + place]))
                    .collect();
                let at = |plane: usize| (row * planes + plane) * places + place;
                let numbers: Vec<f64> = (0..planes).map(|plane| f64::from(output[at(plane)])).collect();
                total += mixture_exact(&seen, &numbers, components);
                for plane in 0..planes {
                    let moved = |step: f64| {
                        let mut numbers = numbers.clone();
                        numbers[plane] += step;
                        mixture_exact(&seen, &numbers, components)
                    };
                    let slope = (moved(1e-6) - moved(-1e-6)) / 2e-6;
                    let found = f64::from(gradient[at(plane)]);
                    let error = (found - slope).abs();
                    assert!(error <= 1e-4 * slope.abs().max(1.0), "{what}, plane {plane}: {found} instead of {slope}");
                }
            }
            let found = f64::from(value[row]);
            assert!((found - total).abs() <= 1e-5 * total.abs(), "{what}: {found} instead of {total}");
        }
    }
    // What is no number stays none, in its row alone.
    let components = Components { count: 2, channels: 1 };
    let mut output = vec![0.1; 2 * components.planes() * 20];
    output[25] = f32::NAN;
    let value = Flex::logistic_mixture(given(vec![0.2; 20], [1, 20]), given(output, [2, 120]), components);
    let value = numbers(value);
    assert!(value[0].is_nan() && value[1].is_finite(), "{value:?}");
}

#[test]
fn dropout_draws_the_masks_of_the_reference_and_its_gradient_is_masked_alike() {
    let stream = Stream::new(7, Purpose::Dropout);
    for shape in [[1, 1], [3, 37], [64, 400]] {
        let (x, gradient) = (normals(shape, 0), normals(shape, 1));
        let expected = reference::drop_out::<Flex>(x.clone(), stream, 5, 0.8);
        let (y, mask) = Flex::drop_out(x.clone(), stream, 5, 0.8);
        assert_close("values", y, expected.0, 0.0);
        assert_close("masks", mask, expected.1.clone(), 0.0);
        let leaf = Tensor::<2>::from_primitive::<Flex>(x).autodiff().require_grad();
        let factors = Tensor::<2>::from_primitive::<Flex>(gradient.clone());
        let y = crate::kernels::drop_out(leaf.clone(), stream, 5, 0.8);
        let found = leaf.grad(&(y * factors).sum().backward()).expect("x is a leaf");
        let expected = Tensor::<2>::from_primitive::<Flex>(gradient) * Tensor::from_primitive::<Flex>(expected.1);
        let [found, expected] = [found, expected].map(|tensor| tensor.try_into_primitive::<Flex>().expect("CPU"));
        assert_close("gradients", found, expected, 0.0);
    }
    let zeros = given(vec![f32::NAN; 400], [1, 400]);
    // NaN that is dropped is still none.
    assert!(numbers(Flex::drop_out(zeros, stream, 5, 0.5).0).iter().all(|v| v.is_nan()));
}

#[test]
fn some_rows_of_a_larger_tensor_are_changed_as_if_they_were_all() {
    let rows = |counter| {
        let tensor = Tensor::<2>::from_primitive::<Flex>(normals([5, 6], counter)).slice([1..3, 0..6]);
        let view = tensor.clone().try_into_primitive::<Flex>().expect("a tensor on the CPU");
        let copy = given(tensor.into_data().iter::<f32>().collect(), [2, 6]);
        [view, copy]
    };
    let ([x, x_copy], [gradient, gradient_copy]) = (rows(0), rows(1));
    let same = |what: &str, of_view: Host, of_copy: Host| assert_close(what, of_view, of_copy, 0.0);
    for f in Activation::ALL {
        same("activation", Flex::activate(x.clone(), f), Flex::activate(x_copy.clone(), f));
        let ((y, kept), (y_copy, kept_copy)) =
            (Flex::activate_and_kept(x.clone(), f), Flex::activate_and_kept(x_copy.clone(), f));
        same("activation", y, y_copy);
        let of_view = Flex::activation_gradient(kept, gradient.clone(), f);
        same("gradient", of_view, Flex::activation_gradient(kept_copy, gradient_copy.clone(), f));
    }
    let grouping = Grouping { channels: 3, area: 2, over: Over::Groups(1) };
    let normalise = |x: &Host, gradient: &Host| {
        let (scale, shift, f) = (normals([3], 2), normals([3], 3), Activation::Silu);
        let (y, normal, _, variance) = Flex::normalise(x.clone(), scale.clone(), shift.clone(), grouping, f);
        let gradients = Flex::normalise_gradient(gradient.clone(), normal, variance, scale, shift, grouping, f);
        (y, gradients.0)
    };
    let (of_view, of_copy) = (normalise(&x, &gradient), normalise(&x_copy, &gradient_copy));
    same("norm", of_view.0, of_copy.0);
    same("gradient of the norm", of_view.1, of_copy.1);
    let factors = normals([2], 4);
    same("rows", Flex::scale_rows(x.clone(), factors.clone()), Flex::scale_rows(x_copy.clone(), factors));
    let stream = Stream::new(1, Purpose::Dropout);
    same("dropout", Flex::drop_out(x.clone(), stream, 0, 0.5).0, Flex::drop_out(x_copy.clone(), stream, 0, 0.5).0);
    let images = given(vec![1.0, 0.0, 1.0, 0.0, 1.0, 0.0], [1, 6]);
    let (of_view, of_copy) =
        (Flex::bernoulli_and_residual(images.clone(), x), Flex::bernoulli_and_residual(images, x_copy));
    same("likelihood", of_view.0, of_copy.0);
    same("residual", of_view.1, of_copy.1);
}
