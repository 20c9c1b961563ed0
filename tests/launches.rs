//! The traffic of a training step to a GPU: how many kernels, and when its batch. Alone in its process, since all of
//! the process's traffic is observed.

use elbow::data::Dataset;
use elbow::experiment::{Activation, Data, DeviceChoice, Experiment, Layer, Length, Source, presets};
use elbow::train::launches::{self, Sent};
use elbow::train::{Trainer, TrainingDevice};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The most kernels that a step of `mlp-128` may launch.
const LAUNCHES_MAX: u64 = 25;

/// One test at a time, and the device, if there is one.
fn alone(test: &str) -> Option<(MutexGuard<'static, ()>, TrainingDevice)> {
    static TURN: Mutex<()> = Mutex::new(());
    match TrainingDevice::open(DeviceChoice::Wgpu) {
        Ok(device) => Some((TURN.lock().unwrap_or_else(PoisonError::into_inner), device)),
        Err(error) if std::env::var("ELBOW_REQUIRE_VULKAN").is_ok_and(|value| value == "1") => {
            panic!("ELBOW_REQUIRE_VULKAN=1, but {error}")
        }
        Err(error) => {
            eprintln!("SKIPPED: {test}, since {error}");
            None
        }
    }
}

/// The layers of the standard set-up mlp-128, with fewer units: what is launched does not depend on sizes.
fn experiment() -> Experiment {
    let mut experiment = Experiment {
        encoder: vec![Layer::dense(12, Activation::Tanh)],
        device: DeviceChoice::Wgpu,
        ..Experiment::default()
    };
    experiment.latent.dimension = 3;
    experiment.data.limit = Some(400);
    experiment.data.validation = 100;
    experiment.training.batch = 20;
    experiment.training.length = Length::Steps(1_000);
    experiment
}

fn trainer(experiment: Experiment, device: TrainingDevice) -> Trainer {
    let dataset = Dataset::load(&experiment.data, experiment.seed, &mut |_| {}).expect("MNIST is embedded");
    Trainer::new(experiment, Arc::new(dataset), device).expect("the experiment is valid")
}

#[test]
fn a_step_of_a_small_network_launches_few_kernels() {
    let Some((_turn, device)) = alone("a_step_of_a_small_network_launches_few_kernels") else { return };
    for clip in [None, Some(10.0)] {
        let mut experiment = experiment();
        experiment.training.clip = clip;
        let mut trainer = trainer(experiment, device.clone());
        // The first step has a validation report, the next ones have none.
        trainer.step().expect("the run is healthy");
        let (report, launches) = launches::count(|| trainer.step().expect("the run is healthy").reports.remove(0));
        let total: u64 = launches.values().sum();
        assert!((12..=LAUNCHES_MAX).contains(&total), "clip {clip:?}: {total} launches, {launches:#?}");
        assert!(report.elbo.is_finite() && report.gradient_norm > 0.0, "{report:?}");
    }
}

/// The most kernels that a step of a bundled experiment may launch: about a quarter more than it does. Those that are
/// not named have a limit in common.
const LAUNCHES_OF: [(&str, u64); 7] = [
    ("mnist-mlp", 46),
    ("kingma-2013", 46),
    ("mnist-conv", 140),
    // Sixteen planar steps of a few operations each, on every sample.
    ("flow-posterior-banana", 4_200),
    // A distribution function summed on a grid.
    ("svae-sphere", 680),
    ("burda-2015-2l", 520),
    ("vamp-prior", 260),
];

/// The limit of the others.
const LAUNCHES_OF_OTHERS: u64 = 280;

/// Every bundled experiment, with little data and few images in a batch, on which the number of kernels does not
/// depend. Those of Fashion-MNIST, a package that not every machine has, are left out.
#[test]
fn a_step_of_every_bundled_experiment_launches_few_kernels() {
    let Some((_turn, device)) = alone("a_step_of_every_bundled_experiment_launches_few_kernels") else { return };
    let mut loaded: Vec<(Data, Arc<Dataset>)> = Vec::new();
    let (mut all, mut many) = (0, Vec::new());
    for preset in presets() {
        let mut experiment = elbow::experiment::preset(preset.name).expect("it is bundled");
        experiment.device = DeviceChoice::Wgpu;
        (experiment.data.limit, experiment.data.validation) = (Some(60), 20);
        (experiment.training.batch, experiment.training.length) = (8, Length::Steps(1_000));
        match &mut experiment.data.source {
            Source::Shapes { count, .. } | Source::Toy { count, .. } => *count = 60,
            source if source.names_files() => continue,
            _ => {}
        }
        let known = loaded.iter().find(|(data, _)| *data == experiment.data).map(|(_, dataset)| dataset.clone());
        let dataset = known.unwrap_or_else(|| {
            let dataset = Dataset::load(&experiment.data, 0, &mut |_| {}).expect("no file is read");
            loaded.push((experiment.data.clone(), Arc::new(dataset)));
            loaded[loaded.len() - 1].1.clone()
        });
        let mut trainer = Trainer::new(experiment, dataset, device.clone()).expect("the preset is valid");
        trainer.step().expect("the run is healthy");
        let (_, launches) = launches::count(|| trainer.step().expect("the run is healthy"));
        let total: u64 = launches.values().sum();
        println!("{:<28} {total:>5}", preset.name);
        let named = LAUNCHES_OF.iter().find(|(name, _)| *name == preset.name);
        if total > named.map_or(LAUNCHES_OF_OTHERS, |(_, most)| *most) {
            many.push((preset.name, total));
        }
        all += 1;
    }
    assert!(many.is_empty() && all > 20, "of {all}: {many:?}");
}

#[test]
fn the_batch_of_a_step_is_sent_behind_the_kernels_of_the_one_before_and_ahead_of_all_else() {
    let name = "the_batch_of_a_step_is_sent_behind_the_kernels_of_the_one_before_and_ahead_of_all_else";
    let Some((_turn, device)) = alone(name) else { return };
    let mut trainer = trainer(experiment(), device);
    let is_update = |sent: &Sent| matches!(sent, Sent::Kernel(kernel) if kernel.contains("OptimiserStep"));
    for step in 0..4 {
        let (outcome, sent) = launches::record(|| trainer.step().expect("the run is healthy"));
        let batches: Vec<u64> = sent
            .iter()
            .filter_map(|sent| match sent {
                Sent::Batch(step) => Some(*step),
                Sent::Kernel(_) => None,
            })
            .collect();
        // The first step has none that was sent before.
        assert_eq!(batches, if step == 0 { vec![0, 1] } else { vec![step + 1] }, "step {step}: {sent:?}");
        let next = sent.iter().position(|sent| *sent == Sent::Batch(step + 1)).expect("it was sent");
        let last_update = sent.iter().rposition(is_update).expect("parameters moved");
        assert_eq!(next, last_update + 1, "step {step}: {sent:?}");
        // What a report launches waits behind it.
        let reports = outcome.reports.len();
        assert!(reports < 2 || next + 1 < sent.len(), "step {step}: {reports} reports, {sent:?}");
    }
    // An edit after which the batch no longer fits: it is sent again, once.
    trainer.set_samples(2);
    let ((), sent) = launches::record(|| trainer.step().map(drop).expect("the run is healthy"));
    let batches: Vec<&Sent> = sent.iter().filter(|sent| matches!(sent, Sent::Batch(_))).collect();
    assert_eq!(batches, [&Sent::Batch(4), &Sent::Batch(5)], "{sent:?}");
}
