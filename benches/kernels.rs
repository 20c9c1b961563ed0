//! Each kernel by itself on one thread, forward, and where it has one with its backward pass:
//! `cargo bench --bench kernels`.

use burn::tensor::{Device, Tensor, TensorData};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use elbow::experiment::{Activation, Optimiser};
use elbow::kernels::{self, Direction, Executor, Geometry, Grouping, Map, Over, Scaling, Step};
use elbow::random::{Purpose, Stream};
use std::hint::black_box;
use std::time::Instant;

fn normals<const D: usize>(shape: [usize; D]) -> Tensor<D> {
    let mut values = vec![0.0; shape.iter().product()];
    Stream::new(1, Purpose::Choice).fill_normal(0, &mut values);
    Tensor::from_data(TensorData::new(values, shape), &Device::flex())
}

fn leaf<const D: usize>(shape: [usize; D]) -> Tensor<D> {
    normals(shape).autodiff().require_grad()
}

fn affine(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("affine");
    for (rows, inputs, outputs) in [(10, 784, 200), (64, 784, 400), (500, 200, 784)] {
        group.throughput(Throughput::Elements((2 * rows * inputs * outputs) as u64));
        let name = format!("{rows}x{inputs}x{outputs}");
        let (x, weight, bias) = (normals([rows, inputs]), normals([inputs, outputs]), normals([outputs]));
        group.bench_function(format!("{name} forward"), |b| {
            b.iter(|| kernels::linear(x.clone(), weight.clone(), bias.clone(), Activation::Tanh));
        });
        let (x, weight, bias) = (leaf([rows, inputs]), leaf([inputs, outputs]), leaf([outputs]));
        group.bench_function(format!("{name} forward and backward"), |b| {
            b.iter(|| kernels::linear(x.clone(), weight.clone(), bias.clone(), Activation::Tanh).sum().backward());
        });
    }
}

fn convolution(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("convolution, 64 images");
    let map = |channels, size| Map { channels, height: size, width: size };
    for (large, small) in [(map(1, 28), map(32, 14)), (map(32, 14), map(64, 7))] {
        let geometry = Geometry { large, small, kernel: 4, stride: 2, padding: 1 };
        for direction in [Direction::Down, Direction::Up] {
            let input = geometry.output(direction.reverse());
            let output = geometry.output(direction);
            let weight = leaf([small.channels, geometry.weights_per_channel()]);
            let (x, bias) = (leaf([64, input.numbers()]), leaf([output.channels]));
            group.bench_function(format!("{} to {} channels", input.channels, output.channels), |b| {
                b.iter(|| {
                    let (x, weight, bias) = (x.clone(), weight.clone(), bias.clone());
                    kernels::convolve(x, weight, bias, geometry, direction, Activation::Relu).sum().backward()
                });
            });
        }
    }
}

fn bernoulli(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("Bernoulli log-likelihood");
    let (images, rows, pixels) = (10, 500, 784);
    group.throughput(Throughput::Elements((rows * pixels) as u64));
    let x = normals([images, pixels]).clamp(0.0, 1.0);
    let logits = normals([rows, pixels]);
    group.bench_function("forward", |b| b.iter(|| kernels::bernoulli_log_prob(x.clone(), logits.clone())));
    let logits = leaf([rows, pixels]);
    group.bench_function("forward and backward", |b| {
        b.iter(|| kernels::bernoulli_log_prob(x.clone(), logits.clone()).sum().backward());
    });
}

fn optimiser(criterion: &mut Criterion) {
    const PARAMETERS: usize = 424_000;
    let mut group = criterion.benchmark_group("424,000 parameters");
    group.throughput(Throughput::Elements(PARAMETERS as u64));
    let adam = Optimiser::Adam { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
    let fresh = || vec![normals([PARAMETERS])];
    for threads in [1, 2] {
        let executor = Executor::new(Device::flex(), threads);
        let gradients = fresh();
        let mut state = Some((fresh(), vec![fresh(), vec![normals([PARAMETERS]).abs()]]));
        group.bench_function(format!("Adam, {threads} threads"), |b| {
            b.iter(|| {
                let step = |(parameters, moments)| {
                    let scaling = Scaling { factor: 1.0, clip: None };
                    executor.update(Step::new(adam, 1e-3, 1_000_000), parameters, moments, gradients.clone(), scaling)
                };
                state = state.take().map(step);
            });
        });
        group.bench_function(format!("sum of two shards, {threads} threads"), |b| {
            let shards = || vec![fresh(), fresh()];
            b.iter_batched(shards, |shards| executor.sum_gradients(shards), BatchSize::LargeInput);
        });
    }
}

fn random(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("random numbers");
    let mut values = vec![0.0; 50_000];
    group.throughput(Throughput::Elements(values.len() as u64));
    let stream = Stream::new(1, Purpose::Epsilon);
    group.bench_function("N(0, 1)", |b| b.iter(|| stream.fill_normal(1, black_box(&mut values))));
}

/// The kernels between two products, forward and backward: each beside the same mathematics in burn's own
/// operations, in one run and turn by turn, so that whatever else the machine does slows both.
fn between_products(_: &mut Criterion) {
    const SIZES: [[usize; 2]; 2] = [[64, 400], [16, 32 * 32 * 32]];
    for [rows, features] in SIZES {
        let x = leaf([rows, features]);
        for f in Activation::ALL.into_iter().filter(|f| *f != Activation::Linear) {
            compare(
                &format!("{f:?} of {rows} × {features}"),
                || drop(kernels::activate(x.clone(), f).sum().backward()),
                || drop(burns_activation(x.clone(), f).sum().backward()),
            );
        }
    }
    let shapes = [(64, 400, 1, Over::Groups(1)), (64, 400, 1, Over::Rows)];
    let maps = [(16, 32, 1024, Over::Groups(8)), (16, 32, 1024, Over::Rows), (64, 64, 49, Over::Groups(8))];
    for (rows, channels, area, over) in shapes.into_iter().chain(maps) {
        let grouping = Grouping { channels, area, over };
        let (x, scale, shift) = (leaf([rows, channels * area]), leaf([channels]), leaf([channels]));
        for f in [Activation::Relu, Activation::Silu] {
            let fused = || {
                let (x, scale, shift) = (x.clone(), scale.clone(), shift.clone());
                drop(kernels::normalise(x, scale, shift, grouping, f).0.sum().backward());
            };
            let burns = || {
                let y = burns_norm(x.clone(), scale.clone(), shift.clone(), grouping);
                drop(burns_activation(y, f).sum().backward());
            };
            compare(&format!("norm over {over:?} and {f:?} of {rows} × {channels} × {area}"), fused, burns);
        }
    }
    let (z, mean, variance, weights) = (leaf([64, 20]), leaf([200, 20]), leaf([200, 20]), leaf([200]));
    let burns = || {
        let scaled = (z.clone().unsqueeze_dim::<3>(1) - mean.clone().unsqueeze_dim(0))
            * (variance.clone().unsqueeze_dim(0) * -0.5).exp();
        let within = (scaled.square() + variance.clone().unsqueeze_dim(0)).sum_dim(2).squeeze_dim::<2>(2) * -0.5;
        let within = within + weights.clone().unsqueeze();
        let max = within.clone().detach().max_dim(1);
        drop(((within - max.clone()).exp().sum_dim(1).log() + max).sum().backward());
    };
    let fused = || {
        let (mean, variance) = (mean.clone(), variance.clone());
        drop(kernels::mixture_log_prob(z.clone(), mean, variance, weights.clone()).sum().backward());
    };
    compare("a mixture of 200 Gaussians at 64 points of 20 dimensions", fused, burns);
}

fn burns_activation(x: Tensor<2>, f: Activation) -> Tensor<2> {
    use burn::tensor::activation::{gelu, leaky_relu, relu, silu};
    match f {
        Activation::Linear => x,
        Activation::Tanh => x.tanh(),
        Activation::Relu => relu(x),
        Activation::LeakyRelu => leaky_relu(x, 0.01),
        Activation::Silu => silu(x),
        Activation::Gelu => gelu(x),
        Activation::Softplus => {
            let magnitude = x.clone().abs();
            (x + magnitude.clone()) * 0.5 + magnitude.neg().exp().log1p()
        }
        Activation::Elu => relu(x.clone()) + (x.clamp_max(0.0).exp() - 1.0),
    }
}

fn burns_norm(x: Tensor<2>, scale: Tensor<1>, shift: Tensor<1>, grouping: Grouping) -> Tensor<2> {
    let [rows, features] = x.dims();
    let Grouping { channels, area, over } = grouping;
    let groups = match over {
        Over::Groups(groups) => groups,
        Over::Rows => channels,
    };
    let x: Tensor<3> = x.reshape([rows, groups, features / groups]);
    let mean = |x: Tensor<3>| match over {
        Over::Groups(_) => x.mean_dim(2),
        Over::Rows => x.mean_dim(0).mean_dim(2),
    };
    let centred = x.clone() - mean(x);
    let deviation = (mean(centred.clone().square()) + 1e-5).sqrt();
    let normal: Tensor<3> = (centred / deviation).reshape([rows, channels, area]);
    let [scale, shift] = [scale, shift].map(|values| values.reshape([1, channels, 1]));
    (normal * scale + shift).reshape([rows, features])
}

/// Print the median time of each, and how many times as fast the first is.
fn compare(what: &str, fused: impl Fn(), burns: impl Fn()) {
    const TURNS: usize = 40;
    let time = |work: &dyn Fn()| {
        let start = Instant::now();
        (0..3).for_each(|_| work());
        start.elapsed().as_secs_f64() / 3.0
    };
    let mut times = [Vec::new(), Vec::new()];
    for turn in 0..TURNS {
        let [first, second] = &mut times;
        let (a, b) = if turn % 2 == 0 { (time(&fused), time(&burns)) } else { swap((time(&burns), time(&fused))) };
        first.push(a);
        second.push(b);
    }
    let [fused, burns] = times.map(|mut times| {
        times.sort_unstable_by(f64::total_cmp);
        1e6 * times[TURNS / 2]
    });
    println!("{what}: {fused:.1} µs, by burn's operations {burns:.1} µs: {:.2} ×", burns / fused);
}

fn swap<T>((a, b): (T, T)) -> (T, T) {
    (b, a)
}

criterion_group!(benches, between_products, affine, convolution, bernoulli, optimiser, random);
criterion_main!(benches);
