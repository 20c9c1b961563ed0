//! The evidence by quadrature of a two-dimensional model that has learned for a while, on two threads:
//! `cargo bench --bench quadrature`.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use elbow::data::{Dataset, Split};
use elbow::evidence::ModelJoint;
use elbow::evidence::quadrature::{Settings, integrate};
use elbow::experiment::{DeviceChoice, preset};
use elbow::train::{Trainer, TrainingDevice};
use std::sync::Arc;

const STEPS: u64 = 2_000;

fn evidence(criterion: &mut Criterion) {
    let experiment = preset("mnist-2d").expect("it is built in");
    let device = TrainingDevice::open(DeviceChoice::Cpu).expect("the CPU is always there");
    let dataset = Dataset::load(&experiment.data, experiment.seed, &mut |_| {}).expect("MNIST is built in");
    let mut trainer = Trainer::new(experiment, Arc::new(dataset), device).expect("the preset is valid");
    for _ in 0..STEPS {
        trainer.step().expect("the bound is finite");
    }
    let mut group = criterion.benchmark_group("quadrature");
    group.sample_size(10);
    for (name, count, settings) in [("64, quick", 64, Settings::quick()), ("500", 500, Settings::default())] {
        let images = trainer.dataset().gather(Split::Validation, &(0..count).collect::<Vec<_>>());
        let snapshot = trainer.snapshot();
        let joint = ModelJoint::new(trainer.model(), &snapshot.parameters, &snapshot.state, &images);
        let outputs = joint.outputs().expect("the CPU works");
        group.throughput(Throughput::Elements(count as u64));
        group.bench_function(name, |b| b.iter(|| integrate(&joint, outputs.clone(), settings, 2).expect("it works")));
    }
}

criterion_group!(benches, evidence);
criterion_main!(benches);
