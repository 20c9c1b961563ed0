//! One optimiser step of each standard set-up, on the CPU: `cargo bench --bench step`.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use elbow::data::Dataset;
use elbow::experiment::DeviceChoice;
use elbow::train::bench::SETUPS;
use elbow::train::{Trainer, TrainingDevice};
use std::sync::Arc;

fn steps(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("step");
    for setup in SETUPS.iter().filter(|setup| setup.trains()) {
        let experiment = setup.experiment(DeviceChoice::Cpu);
        let device = TrainingDevice::open(DeviceChoice::Cpu).expect("the CPU is always there");
        let dataset = Dataset::load(&experiment.data, experiment.seed, &mut |_| {}).expect("MNIST is built in");
        group.throughput(Throughput::Elements(experiment.training.batch as u64));
        let mut trainer = Trainer::new(experiment, Arc::new(dataset), device).expect("the set-ups are valid");
        group.bench_function(setup.name, |b| b.iter(|| trainer.step().expect("the bound is finite")));
    }
}

criterion_group!(benches, steps);
criterion_main!(benches);
