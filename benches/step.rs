//! One optimiser step of each standard set-up, on the CPU, and the cost of keeping a history:
//! `cargo bench --bench step`.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use elbow::data::Dataset;
use elbow::experiment::{DeviceChoice, Experiment};
use elbow::train::bench::SETUPS;
use elbow::train::{RunFolder, Trainer, TrainingDevice};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

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

/// Steps that are compared with and without a history, in turns of so many.
const COMPARED: usize = 1_000;
const TURN: usize = 25;

/// The training time with a history against that without, in one run and turn by turn, so that whatever else the
/// machine does slows both; and the room that the history takes.
fn history(_: &mut Criterion) {
    let mut experiment = Experiment::load(Path::new("presets/mnist-mlp.ron")).expect("a preset");
    experiment.device = DeviceChoice::Cpu;
    let dataset = Dataset::load(&experiment.data, experiment.seed, &mut |_| {}).expect("MNIST is built in");
    let dataset = Arc::new(dataset);
    let kept = experiment.training.history;
    let mut trainers = [0, kept].map(|history| {
        let mut experiment = experiment.clone();
        experiment.training.history = history;
        let device = TrainingDevice::open(DeviceChoice::Cpu).expect("the CPU is always there");
        Trainer::new(experiment, dataset.clone(), device).expect("the preset is valid")
    });
    let mut seconds = [0.0; 2];
    for turn in 0..COMPARED / TURN {
        // Whoever comes first alternates too.
        for which in [turn % 2, 1 - turn % 2] {
            let start = Instant::now();
            (0..TURN).for_each(|_| drop(trainers[which].step().expect("the bound is finite")));
            seconds[which] += start.elapsed().as_secs_f64();
        }
    }
    let folder = tempfile::tempdir().expect("a folder");
    let save = |which: usize| {
        let start = Instant::now();
        let run = RunFolder::at(folder.path().join(which.to_string()));
        run.save(&trainers[which], &[], &[], &[]).expect("the disk is writable");
        start.elapsed().as_secs_f64()
    };
    let saved = [save(0), save(1)];
    let history = trainers[1].history();
    println!("{} states after {COMPARED} steps; {}", history.kept().len(), trainers[1].history_estimate().told());
    let more = 100.0 * (seconds[1] / seconds[0] - 1.0);
    println!("training: {:.2} s without, {:.2} s with ({more:+.2} %)", seconds[0], seconds[1]);
    println!("the first save: {:.2} s without, {:.2} s with", saved[0], saved[1]);
}

criterion_group!(benches, steps, history);
criterion_main!(benches);
