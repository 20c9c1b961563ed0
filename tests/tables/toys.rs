//! Toy data: drawn as they say, and a model that comes close to a density that is known.

use crate::load;
use crate::training::trained;
use elbow::data::Split;
use elbow::experiment::{Likelihood, Schedule, Source, ToySet, preset};
use elbow::explore::{Answer, DensityView, Question, answer};
use elbow::train::Trainer;

#[test]
fn every_toy_is_rows_of_its_coordinates_with_its_labels() {
    for (set, dimension, labels) in [
        (ToySet::Moons, 2, 2),
        (ToySet::Ring, 2, 0),
        (ToySet::Gaussians, 2, 8),
        (ToySet::Banana, 2, 0),
        (ToySet::Pinwheel, 2, 5),
        (ToySet::Curve, 1, 0),
    ] {
        let dataset = load(Source::Toy { set, count: 200, noise: 0.1 }).expect("drawn");
        assert_eq!([Split::Train, Split::Test].map(|split| dataset.len(split)), [200, 20], "{set:?}");
        assert_eq!(dataset.columns().expect("rows").len(), dimension);
        assert_eq!(dataset.label_names().len(), labels);
        let seen: std::collections::HashSet<_> = (0..200).map(|i| dataset.label(Split::Train, i)).collect();
        assert_eq!(seen.len(), labels.max(1), "{set:?}");
        // Numbers are neither binarised nor cut to levels.
        let rows = dataset.gather(Split::Train, &(0..200).collect::<Vec<_>>());
        assert!(rows.pixels.iter().any(|x| *x < -0.5) && rows.pixels.iter().any(|x| x.fract() != 0.0));
        assert!(dataset.notes()[0].contains("220 points"), "{:?}", dataset.notes());
    }
}

#[test]
fn settings_that_make_no_toy_are_refused_with_a_mend() {
    let problem = |set: &str| {
        let mut experiment = preset("toy-moons").expect("bundled");
        experiment.set(set).expect("a field");
        experiment.problems(experiment.image_shape_hint())[0].to_string()
    };
    assert!(problem("data.source.noise=0").contains("data.source.noise"));
    assert!(problem("data.source.count=3").contains("the number of points must be"));
    assert!(problem("data.validation=20000").contains("a tenth of them is held out"));
    assert!(problem("decoder.likelihood=Poisson").contains("use a Gaussian"));
}

/// The density on a grid over the data.
fn density(trainer: &Trainer, side: usize) -> Box<DensityView> {
    match answer(trainer, &Question::Density { side, data: 500 }).expect("the CPU works") {
        Answer::Density(Some(view)) => view,
        other => panic!("{other:?}"),
    }
}

/// KL[source ‖ model] of one coordinate, by the sum over a grid.
fn divergence(view: &DensityView) -> f64 {
    let source = &view.source.as_ref().expect("a toy").log_density;
    let step = (view.ranges[0][1] - view.ranges[0][0]) / (view.side - 1) as f64;
    let pairs = source.iter().zip(&view.log_density).map(|(p, q)| (f64::from(*p), f64::from(*q)));
    pairs.map(|(p, q)| step * p.exp() * (p - q)).sum()
}

#[test]
fn a_model_of_the_noisy_curve_comes_close_to_its_density() {
    let mut experiment = preset("toy-curve").expect("bundled");
    // With σ learned, p(x) is free to come close wherever the codes leave it; the preset's own σ has a price.
    experiment.data.source = Source::Toy { set: ToySet::Curve, count: 4_000, noise: 0.3 };
    experiment.decoder.likelihood = Likelihood::GaussianLearned;
    experiment.data.validation = 1_000;
    experiment.training.learning_rate = 0.01;
    experiment.training.schedule = Schedule::Constant;
    let untrained = divergence(&density(&trained(experiment.clone(), 0.01), 200));
    let view = density(&trained(experiment, 40.0), 200);
    let found = divergence(&view);
    println!("toy-curve: KL[source ‖ model] {untrained:.3} nats before training, {found:.3} after");
    assert!(found < 0.05 && found > -0.01, "{found}");
    assert!(untrained > 10.0 * found, "{untrained}, {found}");
    // The entropy of the source by the same grid: the mean that the pane states is minus this.
    let source = view.source.as_ref().expect("a toy");
    let step = (view.ranges[0][1] - view.ranges[0][0]) / 199.0;
    let mean: f64 = source.log_density.iter().map(|p| step * f64::from(*p).exp() * f64::from(*p)).sum();
    assert!((mean - source.mean.value).abs() < 4.0 * source.mean.se + 0.01, "{mean}, {}", source.mean);
}
