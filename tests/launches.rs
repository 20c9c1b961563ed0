//! How many kernels a training step launches on a GPU. Alone in its process, as launches are counted for all of it.

use elbow::data::Dataset;
use elbow::experiment::{Activation, DeviceChoice, Experiment, Layer, Length};
use elbow::train::{Trainer, TrainingDevice, launches};
use std::sync::Arc;

#[test]
fn a_step_of_a_small_network_launches_at_most_thirty_kernels() {
    let device = match TrainingDevice::open(DeviceChoice::Wgpu) {
        Ok(device) => device,
        Err(error) if std::env::var("ELBOW_REQUIRE_VULKAN").is_ok_and(|value| value == "1") => {
            panic!("ELBOW_REQUIRE_VULKAN=1, but {error}")
        }
        Err(error) => {
            eprintln!("SKIPPED: a_step_of_a_small_network_launches_at_most_thirty_kernels, since {error}");
            return;
        }
    };
    // The layers of the standard set-up mlp-128, with fewer units: what is launched does not depend on sizes.
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
    for clip in [None, Some(10.0)] {
        experiment.training.clip = clip;
        let dataset = Dataset::load(&experiment.data, experiment.seed, &mut |_| {}).expect("MNIST is embedded");
        let mut trainer =
            Trainer::new(experiment.clone(), Arc::new(dataset), device.clone()).expect("the experiment is valid");
        // The first step has a validation report, the next ones have none.
        trainer.step().expect("the run is healthy");
        let (report, launches) = launches::count(|| trainer.step().expect("the run is healthy").reports.remove(0));
        let total: u64 = launches.values().sum();
        assert!((12..=30).contains(&total), "clip {clip:?}: {total} launches, {launches:#?}");
        assert!(report.elbo.is_finite() && report.gradient_norm > 0.0, "{report:?}");
    }
}
