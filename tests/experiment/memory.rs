//! The memory estimate against counts by hand.

use elbow::experiment::*;

fn estimate(change: impl FnOnce(&mut Experiment)) -> MemoryEstimate {
    let mut experiment = preset("mnist-mlp").unwrap();
    change(&mut experiment);
    let plan = experiment.plan(experiment.image_shape_hint().unwrap()).unwrap();
    memory_estimate(&experiment, &plan)
}

#[test]
fn counts_by_hand() {
    let estimate = estimate(|_| {});
    let parameters = 652_824 * 4;
    assert_eq!(estimate.parameters, parameters);
    assert_eq!(estimate.optimiser, 5 * parameters, "two moments, and gradients in two shards with their sum");
    let encoder = 128 * (4 * 784 + 400 + 40);
    let decoder = 128 * (3 * 20 + 400 + 784);
    let at_work = 128 * (400 + 784);
    assert_eq!(estimate.activations, 4 * (encoder + decoder + at_work));
    assert_eq!(estimate.total, estimate.parameters + estimate.optimiser + estimate.activations);
}

#[test]
fn grows_with_what_costs_memory() {
    let base = estimate(|_| {});
    let optimiser = |optimiser| estimate(|e| e.training.optimiser = optimiser).optimiser / base.parameters;
    assert_eq!(optimiser(Optimiser::Sgd { momentum: 0.0 }), 3);
    assert_eq!(optimiser(Optimiser::Sgd { momentum: 0.9 }), 4);
    assert_eq!(optimiser(Optimiser::Adagrad { epsilon: 1e-8 }), 4);
    assert_eq!(optimiser(Optimiser::RmsProp { decay: 0.9, epsilon: 1e-8, momentum: 0.5 }), 5);
    let dropout = |dropout| Layer::Dense { units: 400, activation: Activation::Relu, norm: Norm::Layer, dropout };
    let plain = estimate(|e| e.encoder = vec![dropout(0.0)]).activations;
    assert!(plain > base.activations);
    assert!(estimate(|e| e.encoder = vec![dropout(0.5)]).activations > plain);
    let k = estimate(|e| e.objective.samples = 10);
    assert!(k.activations > 2 * base.activations);
    assert_eq!(k.parameters, base.parameters);
    let conv =
        |kernel| estimate(|e| e.encoder = vec![Layer::conv(8, kernel, 1, kernel / 2, Activation::Relu)]).activations;
    assert_eq!(conv(5), conv(3), "patches are made of a few images at a time");
}

#[test]
fn a_discriminator_and_its_optimiser_count() {
    let base = estimate(|_| {});
    let penalty = Penalty::FactorVae { weight: 5.0, layers: 2, hidden: 100, rate: 1e-4 };
    let with = estimate(|e| e.objective.penalty = penalty);
    let parameters = 4 * (20 * 100 + 100 + 100 * 100 + 100 + 100 + 1);
    assert_eq!(with.parameters - base.parameters, parameters);
    assert_eq!(with.optimiser - base.optimiser, 3 * parameters, "two moments and a gradient");
    assert!(with.activations > base.activations);
}

/// Measured with six latent dimensions and 4,096 images: 1.8 GB for the total correlation, 0.22 GB for the MMD.
#[test]
fn penalties_that_compare_images_grow_with_their_square() {
    let bytes = |penalty, batch| {
        let with = |penalty| {
            estimate(|e| (e.latent.dimension, e.training.batch, e.objective.penalty) = (6, batch, penalty)).activations
        };
        (with(penalty) - with(Penalty::DipI { off_diagonal: 5.0, diagonal: 5.0 })) as f64
    };
    let correlation = |batch| bytes(Penalty::TotalCorrelationWeighted { weight: 5.0 }, batch);
    assert!((1.5e9..2.7e9).contains(&correlation(4_096)), "{}", correlation(4_096));
    assert_eq!(correlation(4_096), 4.0 * correlation(2_048));
    let discrepancy = bytes(Penalty::Mmd { weight: 5.0 }, 4_096);
    assert!((0.15e9..0.33e9).contains(&discrepancy), "{discrepancy}");
}

#[test]
fn absurd_sizes_saturate() {
    let estimate = estimate(|e| (e.training.batch, e.objective.samples) = (usize::MAX, usize::MAX));
    assert_eq!(estimate.total, u64::MAX);
}

#[test]
fn memory_is_bounded_in_batch_and_samples() {
    let (default, batch_norm) = (Norm::None, Norm::Batch);
    let at_once = |samples, batch, norm| {
        let mut experiment = preset("mnist-mlp").unwrap();
        (experiment.objective.samples, experiment.training.batch) = (samples, batch);
        experiment.encoder = vec![Layer::Dense { units: 400, activation: Activation::Tanh, norm, dropout: 0.0 }];
        images_at_once(&experiment, &experiment.plan(experiment.image_shape_hint().unwrap()).unwrap())
    };
    assert_eq!(at_once(1, 128, default), 128, "what fits is not cut up");
    assert_eq!(at_once(50, 100, default), 100);
    let [few, fewer] = [at_once(2_000, 128, default), at_once(5_000, 128, default)];
    assert!((2..128).contains(&few) && (1..few).contains(&fewer), "{few}, {fewer}");
    assert_eq!(at_once(5_000, 128, batch_norm), 128, "a batch that is normalised belongs together");
    // 128 images with 5,000 samples each would be 6 GB at once.
    let large = estimate(|e| (e.objective.samples, e.latent.dimension) = (5_000, 512));
    assert!(large.total < 1_000_000_000, "{}", human_bytes(large.total));
    let mut batches = [1_000, 100_000].map(|batch| estimate(|e| e.training.batch = batch).activations);
    batches[1] -= 4 * 4 * 784 * 100_000;
    assert!(batches[1] < 20 * batches[0], "all but the images themselves is bounded: {batches:?}");
}

#[test]
fn too_large_is_refused_with_the_estimate() {
    let large = estimate(|e| e.objective.samples = 5_000);
    assert_eq!(large.refuse_above(large.total), None);
    let problem = large.refuse_above(400_000_000).unwrap();
    assert_eq!((problem.path.as_str(), problem.severity), ("objective.samples", Severity::Error));
    let expected = "a training step needs about 502.9 MB (activations of 10 images × K = 5000: 487.2 MB; parameters, \
                    gradients and optimiser: 15.7 MB), more than the 400.0 MB there are; reduce K or the batch size";
    assert_eq!(problem.message, expected);
    assert_eq!(estimate(|e| e.training.batch = 60_000).refuse_above(1_000_000).unwrap().path, "training.batch");
    assert_eq!(estimate(|e| e.training.batch = 1).refuse_above(1_000_000).unwrap().path, "encoder");
}

#[test]
fn bytes_in_words() {
    let words = [0, 999, 1_000, 999_949, 999_950, 3_210_000_000, u64::MAX].map(human_bytes);
    assert_eq!(words, ["0 bytes", "999 bytes", "1.0 kB", "999.9 kB", "1.0 MB", "3.2 GB", "18446.7 PB"]);
}
