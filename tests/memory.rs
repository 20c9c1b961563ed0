//! The memory estimate beside the peak of a training step on the CPU, as an allocator counts it. Alone in its process,
//! since all of the process's allocations are counted.

use elbow::data::Dataset;
use elbow::experiment::*;
use elbow::train::{Trainer, TrainingDevice};
use std::alloc::{GlobalAlloc, Layout, System};
use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The system's allocator, counting.
struct Counting;

/// Bytes that are allocated now, and the most since it was last set.
static NOW: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: every call is handed on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let now = NOW.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        PEAK.fetch_max(now, Ordering::Relaxed);
        // SAFETY: the caller keeps what `alloc` asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the pointer came from `alloc` above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

/// The most bytes that are allocated in a step beside what was there before it, and what the estimate says of them.
fn peak_and_estimate(experiment: Experiment, dataset: &Arc<Dataset>) -> (f64, f64) {
    let plan = experiment.plan(dataset.shape()).expect("a valid architecture");
    let estimate = memory_estimate(&experiment, &plan);
    // Adam's moments are there before.
    let moments = 2 * estimate.parameters;
    let device = TrainingDevice::open(DeviceChoice::Cpu).expect("the CPU is always there");
    let mut trainer = Trainer::new(experiment, dataset.clone(), device).expect("the experiment is valid");
    // The first step makes what stays.
    trainer.step().expect("the run is healthy");
    let before = NOW.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    (0..2).for_each(|_| drop(trainer.step().expect("the run is healthy")));
    let peak = PEAK.load(Ordering::Relaxed) - before;
    (peak as f64, (estimate.activations + estimate.optimiser - moments) as f64)
}

/// Layers whose outputs need more room than their weights.
fn convolutions(activation: Activation, norm: Norm, dropout: f64) -> Vec<Layer> {
    vec![Layer::Conv { channels: 8, kernel: 3, stride: 1, padding: 1, activation, norm, dropout }; 2]
}

/// A table of 100 rows and 1,000 columns of counts.
fn counts() -> String {
    let names: Vec<String> = (0..1_000).map(|column| format!("c{column}")).collect();
    let mut text = names.join(",") + "\n";
    for row in 0..100 {
        let cells: Vec<String> = (0..1_000).map(|column| ((row * 31 + column * 17) % 23).to_string()).collect();
        writeln!(text, "{}", cells.join(",")).expect("text has room");
    }
    text
}

#[test]
fn the_estimate_is_near_the_peak_of_a_step() {
    let of = |encoder: Vec<Layer>| {
        let mut experiment = Experiment { encoder, device: DeviceChoice::Cpu, ..Experiment::default() };
        experiment.data.source = Source::Shapes { count: 100, size: 32 };
        experiment.data.validation = 10;
        (experiment.training.batch, experiment.training.length) = (16, Length::Steps(1_000));
        (experiment.training.history, experiment.latent.dimension) = (0, 2);
        // Of several shards it is chance whether their peaks meet.
        experiment.training.shards = 1;
        experiment
    };
    let with = |likelihood: Likelihood| {
        let mut experiment = of(vec![Layer::dense(20, Activation::Relu)]);
        (experiment.data.binarisation, experiment.training.batch) = (Binarisation::None, 40);
        experiment.decoder.likelihood = likelihood;
        experiment
    };
    let mut many_samples = of(vec![Layer::dense(100, Activation::Tanh)]);
    many_samples.objective.samples = 50;
    let plain = Norm::None;
    // A network needs at least two thirds of the estimate. The numbers that batches of grey levels and counts and their
    // likelihoods keep are counted generously: they must not be more than estimated, and not less than two fifths.
    let (network, generous) = (0.67..1.5, 1.0..2.5);
    let binary = [
        ("relu", of(convolutions(Activation::Relu, plain, 0.0))),
        ("gelu", of(convolutions(Activation::Gelu, plain, 0.0))),
        ("group norm", of(convolutions(Activation::Silu, Norm::Group { groups: 4 }, 0.0))),
        ("batch norm", of(convolutions(Activation::Relu, Norm::Batch, 0.0))),
        ("dropout", of(convolutions(Activation::Relu, plain, 0.2))),
        ("K = 50", many_samples),
    ];
    let grey = [
        ("Gaussian", with(Likelihood::GaussianLearned)),
        ("continuous Bernoulli", with(Likelihood::ContinuousBernoulli)),
        ("discretised logistic", with(Likelihood::DiscretisedLogistic)),
        ("mixture of logistics", with(Likelihood::MixtureOfLogistics { components: 3 })),
        ("categorical", with(Likelihood::Categorical { levels: 8 })),
    ];
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("counts.csv");
    std::fs::write(&path, counts()).expect("a file");
    let of_table = |likelihood| {
        let mut experiment = with(likelihood);
        for change in [r#"data.source=Table(path: "")"#, "data.source.scaling=None", "data.validation=0"] {
            experiment.set(change).expect("a field of a table");
        }
        if let Source::Table { path: file, .. } = &mut experiment.data.source {
            *file = path.clone();
        }
        experiment
    };
    let table = [
        ("Poisson", of_table(Likelihood::Poisson)),
        ("negative binomial", of_table(Likelihood::NegativeBinomial)),
        ("by column", of_table(Likelihood::ByColumn)),
    ];
    let mut wrong = Vec::new();
    for (set_ups, limits) in [(&binary[..], &network), (&grey, &generous), (&table, &generous)] {
        let dataset = Dataset::load(&set_ups[0].1.data, 0, &mut |_| {}).expect("the data are good");
        let dataset = Arc::new(dataset);
        for (name, experiment) in set_ups {
            let (peak, estimate) = peak_and_estimate(experiment.clone(), &dataset);
            let sizes = format!("{:6.1} MB, estimated {:6.1} MB", peak / 1e6, estimate / 1e6);
            let told = format!("{name:<24} {sizes}: {:.2}", estimate / peak);
            println!("{told}");
            if !limits.contains(&(estimate / peak)) {
                wrong.push(told);
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
