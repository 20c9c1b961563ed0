//! Every objective that is offered trains.

use elbow::data::{Dataset, Split};
use elbow::experiment::{
    Activation, BetaSchedule, Bound, Choice, Estimator, Experiment, KlTerm, Layer, Objective, Penalty, Source,
};
use elbow::train::{Trainer, TrainingDevice};
use std::sync::Arc;

/// A small run: 40 steps on drawn shapes.
fn experiment(objective: Objective) -> Experiment {
    let mut experiment =
        Experiment { encoder: vec![Layer::dense(16, Activation::Tanh)], objective, ..Experiment::default() };
    experiment.data.source = Source::Shapes { count: 300, size: 32 };
    experiment.data.validation = 20;
    experiment.latent.dimension = 3;
    experiment.training.batch = 20;
    experiment.training.learning_rate = 5e-3;
    experiment.device = elbow::experiment::DeviceChoice::Cpu;
    experiment
}

/// Every bound, estimator, KL term and penalty, with whatever fits them.
fn objectives() -> Vec<Objective> {
    let plain = Objective { samples: 4, ..Objective::default() };
    let mut all = Vec::new();
    for &bound in Bound::ALL {
        let bound = match bound {
            Bound::Miwae { .. } => Bound::Miwae { groups: 2 },
            Bound::Piwae { .. } => Bound::Piwae { groups: 2 },
            other => other,
        };
        for &estimator in Estimator::ALL {
            all.push(Objective { bound, estimator, ..plain.clone() });
        }
    }
    all.extend(KlTerm::ALL.iter().map(|&kl_term| Objective { kl_term, ..plain.clone() }));
    all.extend(Penalty::ALL.iter().map(|&penalty| Objective { penalty, ..plain.clone() }));
    all.push(Objective { beta: BetaSchedule::Cyclical { from: 0.1, to: 1.0, period: 1.0, rise: 0.5 }, ..plain });
    all
}

#[test]
fn every_objective_that_is_offered_trains() {
    let offered = |objective: &Objective| {
        let experiment = experiment(objective.clone());
        !experiment.problems(experiment.image_shape_hint()).iter().any(|problem| problem.is_error())
    };
    let (offered, refused): (Vec<Objective>, Vec<Objective>) = objectives().into_iter().partition(offered);
    assert!(offered.len() >= Bound::ALL.len() + 4 + 3 + 7 && refused.len() >= 4 * 5, "{refused:?}");
    let first = experiment(Objective::default());
    let dataset = Arc::new(Dataset::load(&first.data, first.seed, &mut |_| {}).expect("shapes are drawn"));
    for objective in offered {
        let what = format!("{objective:?}");
        let device = TrainingDevice::open(first.device).expect("there is a CPU");
        let mut trainer = Trainer::new(experiment(objective.clone()), dataset.clone(), device).expect("it fits");
        let before = trainer.measure(Split::Validation, None).expect("measured");
        for _ in 0..40 {
            trainer.step().unwrap_or_else(|error| panic!("{what}: {error}"));
        }
        let after = trainer.measure(Split::Validation, None).expect("measured");
        assert!(after.elbo.is_finite() && after.iwae.is_finite(), "{what}: {after:?}");
        // An autoencoder's samples are not what it optimises, but its means lie among them.
        assert!(after.reconstruction > before.reconstruction + 1.0, "{what}: {before:?}, then {after:?}");
        if objective.bound != Bound::Autoencoder {
            assert!(after.elbo > before.elbo + 1.0, "{what}: {} nats, then {}", before.elbo, after.elbo);
        }
    }
}

/// K is bound by the objective also while a run goes on.
#[test]
fn samples_that_an_objective_cannot_have_are_refused() {
    let with = |bound, estimator, samples| Objective { bound, estimator, samples, ..Objective::default() };
    let plain = Estimator::Reparameterised;
    assert!(with(Bound::Miwae { groups: 3 }, plain, 6).samples_problem().is_none());
    let problem = with(Bound::Miwae { groups: 3 }, plain, 5).samples_problem().expect("5 is not made of threes");
    assert!(problem.contains('6'), "{problem}");
    assert!(with(Bound::Elbo, Estimator::ScoreFunction, 1).samples_problem().is_some());
    assert!(with(Bound::Elbo, Estimator::ScoreFunction, 2).samples_problem().is_none());
}
