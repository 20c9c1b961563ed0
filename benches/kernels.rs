//! Each kernel by itself on one thread, forward, and where it has one with its backward pass:
//! `cargo bench --bench kernels`.

use burn::tensor::{Device, Tensor, TensorData};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use elbow::experiment::{Activation, Optimiser};
use elbow::kernels::{self, Direction, Executor, Geometry, Map, Scaling, Step};
use elbow::random::{Purpose, Stream};
use std::hint::black_box;

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

criterion_group!(benches, affine, convolution, bernoulli, optimiser, random);
criterion_main!(benches);
