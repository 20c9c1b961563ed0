//! Runs: reproducible, resumable, unharmed by pictures and failures; and the worker that owns them.

use burn::tensor::Tensor;
use elbow::data::{Dataset, Split};
use elbow::evidence::marginal::LinearGaussian;
use elbow::evidence::{Method, ModelJoint};
use elbow::experiment::{
    Activation, DeviceChoice, Experiment, Extension, Layer, Length, Likelihood, Norm, Optimiser, Penalty, Posterior,
    Prior, Source,
};
use elbow::explore::{self, Answer, Microscope, Question, Sampler, Start, Subject};
use elbow::sliced::{Progress, Sliced};
use elbow::train::{At, RunFolder, TrainError, Trainer, TrainingDevice};
use elbow::worker::{
    Asker, Client, Command, EvaluationRequest, Event, Failure, GradientFindings, GradientRequest, Job, JobKind,
    JobRequest, LedgerEntry, LedgerOptions, Level, LiveEdit, ReplacedRun, RunState, Status, Verdict, WorkerOptions,
    spawn,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// A small net with everything that has state: batch normalisation, dropout, Adam.
fn small() -> Experiment {
    let mut experiment = Experiment {
        encoder: vec![
            Layer::Dense { units: 24, activation: Activation::Tanh, norm: Norm::Batch, dropout: 0.1 },
            Layer::dense(16, Activation::Relu),
        ],
        device: DeviceChoice::Cpu,
        seed: 3,
        ..Experiment::default()
    };
    experiment.latent.dimension = 3;
    experiment.objective.samples = 2;
    experiment.data.limit = Some(700);
    experiment.data.validation = 100;
    experiment.training.batch = 50;
    experiment.training.length = Length::Steps(1_000);
    experiment
}

fn trainer(experiment: Experiment) -> Trainer {
    let dataset = Dataset::load(&experiment.data, experiment.seed, &mut |_| {}).expect("MNIST is embedded");
    let device = TrainingDevice::open(DeviceChoice::Cpu).expect("there is always a CPU");
    Trainer::new(experiment, Arc::new(dataset), device).expect("the experiment is valid")
}

fn take(trainer: &mut Trainer, steps: usize) {
    for _ in 0..steps {
        trainer.step().expect("the run is healthy");
    }
}

/// Every number of a run, bit for bit.
fn fingerprint(trainer: &Trainer) -> Vec<u32> {
    let snapshot = trainer.snapshot();
    let beside = snapshot.discriminator.iter();
    let discriminator = beside.flat_map(|it| it.parameters.iter().chain(it.optimiser.moments().iter().flatten()));
    let moments = snapshot.optimiser.moments().iter().flatten();
    let all = snapshot.parameters.iter().chain(&snapshot.state).chain(moments).chain(discriminator);
    all.flat_map(|t: &Tensor<1>| t.to_data().iter::<f32>().map(f32::to_bits).collect::<Vec<_>>()).collect()
}

#[test]
fn a_resumed_run_equals_an_uninterrupted_one_bit_for_bit() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let other = Optimiser::RmsProp { decay: 0.9, epsilon: 1e-8, momentum: 0.5 };
    let beside = Penalty::FactorVae { weight: 5.0, layers: 2, hidden: 16, rate: 1e-3 };
    for (optimiser, penalty) in [(Optimiser::default(), Penalty::None), (other, Penalty::None), (other, beside)] {
        let mut experiment = small();
        experiment.training.optimiser = optimiser;
        experiment.objective.penalty = penalty;
        let mut whole = trainer(experiment.clone());
        // Over the end of an epoch (12 steps), and saved in the middle of the next.
        take(&mut whole, 17);
        RunFolder::at(folder.path()).save_checkpoint(&whole).expect("saved");
        take(&mut whole, 20);

        let read = RunFolder::at(folder.path()).experiment().expect("read");
        assert_eq!(&read, whole.experiment());
        let (dataset, device) = (whole.dataset().clone(), whole.device().clone());
        let mut resumed = RunFolder::at(folder.path()).load_checkpoint(read, dataset, device).expect("loaded");
        take(&mut resumed, 20);
        assert_eq!(resumed.progress().step, 37);
        assert_eq!(fingerprint(&resumed), fingerprint(&whole));
    }
}

/// z = (h₁, h₂) of 3 and 2 dimensions: reports have each, traversals of either layer show something.
#[test]
fn two_layers_train_report_resume_and_are_looked_at() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut experiment = small();
    experiment.training.learning_rate = 5e-3;
    experiment.set_posterior(Posterior::TwoLayer { upper: 2, hidden: 8, depth: 1 });
    let mut whole = trainer(experiment.clone());
    let before = whole.measure(Split::Validation, None).expect("measured");
    take(&mut whole, 200);
    RunFolder::at(folder.path()).save_checkpoint(&whole).expect("saved");
    let report = whole.measure(Split::Validation, None).expect("measured");
    assert!(report.elbo > before.elbo + 3.0 * report.elbo_se.hypot(before.elbo_se), "{before:?} {report:?}");
    let sum: f64 = report.kl_per_dimension.iter().map(|&kl| f64::from(kl)).sum();
    assert_eq!(report.kl_per_dimension.len(), 5);
    assert!((sum - report.kl).abs() < 1e-4 * report.kl.abs().max(1.0), "{sum}, {}", report.kl);

    let question = Question::Traversals { rows: 5, columns: 3, from: 0.05, to: 0.95, start: Start::PriorMean };
    let Answer::Traversals { traversal, means } = explore::answer(&whole, &question).expect("answered") else {
        panic!("another answer")
    };
    assert_eq!((traversal.axes.len(), means.count), (5, 15));
    for (row, axis) in traversal.axes.iter().enumerate() {
        assert!(axis.kl.is_some(), "{axis:?}");
        assert_ne!(means.image(3 * row), means.image(3 * row + 2), "nothing moves along {axis:?}");
    }

    take(&mut whole, 5);
    let (dataset, device) = (whole.dataset().clone(), whole.device().clone());
    let mut resumed = RunFolder::at(folder.path()).load_checkpoint(experiment, dataset, device).expect("loaded");
    take(&mut resumed, 5);
    assert_eq!(fingerprint(&resumed), fingerprint(&whole));
}

#[test]
fn active_units_are_counted_layer_by_layer() {
    let client = spawn(WorkerOptions::default());
    let mut experiment = small();
    experiment.set_posterior(Posterior::TwoLayer { upper: 2, hidden: 8, depth: 1 });
    experiment.training.length = Length::Steps(20);
    client.send(Command::Start(Box::new(experiment)));
    client.send(Command::begin(EvaluationRequest { images: 20, samples: 20, gap_images: 0, ..Default::default() }));
    let mut found = None;
    wait(&client, "the evaluation", |_| {
        let events = client.drain_events();
        found = events.into_iter().find_map(|e| if let Event::Evaluated(e) = e { Some(e) } else { None });
        found.is_some()
    });
    let found = found.expect("it was waited for");
    let [lower, upper] = found.active_units_by_layer.expect("there are two layers");
    assert!(lower <= 3 && upper <= 2 && lower + upper == found.active_units, "{found:?}");
}

#[test]
fn the_same_experiment_gives_the_same_run_and_another_seed_another() {
    let run = |seed| {
        let mut trainer = trainer(Experiment { seed, ..small() });
        take(&mut trainer, 15);
        fingerprint(&trainer)
    };
    assert_eq!(run(3), run(3));
    assert_ne!(run(3), run(4));
}

#[test]
fn looking_at_a_model_never_changes_its_run() {
    let (mut watched, mut alone) = (trainer(small()), trainer(small()));
    let questions = [
        Question::Reconstructions { split: Split::Validation, count: 8, choice: 5 },
        Question::Traversals {
            rows: 3,
            columns: 5,
            from: 0.05,
            to: 0.95,
            start: Start::Image { split: Split::Test, index: 2 },
        },
        Question::PriorSamples { sampler: Sampler::Prior, count: 9, temperature: 1.0, seed: 8 },
        Question::PriorSamples { sampler: Sampler::Mixture, count: 9, temperature: 1.0, seed: 8 },
        Question::Manifold { side: 4, axes: [0, 1], from: 0.1, to: 0.9 },
        Question::Walk { side: 4, axes: [0, 1], from: 0.1, to: 0.9, steps: 6 },
        Question::Interpolations { split: Split::Test, pairs: 2, columns: 3, choice: 4 },
        Question::Scatter { split: Split::Test, count: 30 },
        Question::Sculptor { z: vec![0.5] },
        Question::Posterior { split: Split::Test, index: 2, axes: [0, 1] },
        Question::Prior { axes: [0, 1] },
        Question::PriorComponents { count: 4 },
        Question::PriorPoint { seed: Some(3) },
        Question::Microscope {
            subject: Subject::Image { split: Split::Test, index: 1 },
            axes: None,
            side: 8,
            draws: 5,
        },
    ];
    for question in questions {
        explore::answer(&watched, &question).expect("answered");
        watched.measure(Split::Validation, None).expect("measured");
        take(&mut watched, 3);
        take(&mut alone, 3);
    }
    assert_eq!(fingerprint(&watched), fingerprint(&alone));
}

#[test]
fn answers_have_the_shapes_that_were_asked_for() {
    let trainer = trainer(small());
    let ask = |question: &Question| explore::answer(&trainer, question).expect("answered");
    match ask(&Question::Traversals { rows: 2, columns: 7, from: 0.05, to: 0.95, start: Start::PriorMean }) {
        Answer::Traversals { traversal, means } => {
            assert_eq!((means.count, traversal.axes.len(), traversal.values.len()), (14, 2, 7));
            assert!(traversal.axes[0].kl >= traversal.axes[1].kl);
            assert!((traversal.values[0] + 1.644_854).abs() < 1e-4 && traversal.values[3].abs() < 1e-6);
        }
        other => panic!("{other:?}"),
    }
    match ask(&Question::Manifold { side: 3, axes: [0, 1], from: 0.1, to: 0.9 }) {
        // The top row has the largest second coordinate: decoding that corner by hand gives the same image.
        Answer::Manifold { values, means, .. } => {
            let corner = ask(&Question::Sculptor { z: vec![values[0], values[2]] });
            let Answer::Sculptor { mean, z } = corner else { panic!("{corner:?}") };
            assert_eq!((mean.image(0), z.len()), (means.image(0), 3));
        }
        other => panic!("{other:?}"),
    }
    match ask(&Question::Walk { side: 3, axes: [0, 1], from: 0.1, to: 0.9, steps: 8 }) {
        Answer::Walk(walk) => {
            assert_eq!((walk.grid.count, walk.means.count, walk.places.len(), walk.z.len()), (9, 8, 8, 8));
            let Answer::Sculptor { mean, .. } = ask(&Question::Sculptor { z: walk.z[3].to_vec() }) else { panic!() };
            assert_eq!(mean.image(0), walk.means.image(3));
            // The way begins in the middle of the plane, whose cell is row 1, column 1.
            assert_eq!((walk.places[0], walk.means.image(0)), ([1.0, 1.0], walk.grid.image(4)));
        }
        other => panic!("{other:?}"),
    }
    let test = |count| Question::Reconstructions { split: Split::Test, count, choice: 0 };
    match (ask(&Question::Interpolations { split: Split::Test, pairs: 2, columns: 5, choice: 0 }), ask(&test(4))) {
        (Answer::Interpolations(found), Answer::Reconstructions { inputs, means, .. }) => {
            assert_eq!((found.ends, found.shares), (vec![[0, 1], [2, 3]], vec![0.0, 0.25, 0.5, 0.75, 1.0]));
            assert_eq!((&found.inputs.pixels, found.means.count), (&inputs.pixels, 10));
            // Each way begins and ends at its images' reconstructions.
            for (on_the_way, image) in [(0, 0), (4, 1), (5, 2), (9, 3)] {
                let pairs = found.means.image(on_the_way).iter().zip(means.image(image));
                assert!(pairs.clone().all(|(a, b)| (a - b).abs() < 1e-5), "{on_the_way}");
            }
            assert_ne!(found.means.image(2), found.means.image(0));
        }
        other => panic!("{other:?}"),
    }
    match ask(&Question::Reconstructions { split: Split::Test, count: 4, choice: 0 }) {
        Answer::Reconstructions { items, inputs, means, draws } => {
            assert_eq!((items.len(), inputs.count, means.count, draws.count), (4, 4, 4, 4));
            assert!(draws.pixels.iter().all(|&p| p == 0.0 || p == 1.0));
            assert!(items.iter().all(|i| (i.elbo - (i.reconstruction - i.kl)).abs() < 1e-9));
        }
        other => panic!("{other:?}"),
    }
}

/// Between two epochs a part of the validation images is measured, and at the end of one both the part and the whole,
/// of the same model and with the same ε: how far the part is off is then known.
#[test]
fn item_03_at_an_epochs_end_the_part_and_the_whole_are_measured_together() {
    let mut experiment = small();
    (experiment.data.limit, experiment.data.validation) = (Some(1_300), 600);
    let mut trainer = trainer(experiment);
    let mut reports = Vec::new();
    for _ in 0..trainer.steps_per_epoch() {
        let outcome = trainer.step().expect("the run is healthy");
        reports.extend(outcome.reports.into_iter().filter(|report| report.split == Split::Validation));
    }
    let [.., part, whole] = reports.as_slice() else { panic!("{reports:?}") };
    assert_eq!((part.step, part.whole, whole.step, whole.whole), (14, false, 14, true));
    assert!(reports[..reports.len() - 1].iter().all(|report| !report.whole), "the part between epochs");
    let [again, all] = [Some(500), None].map(|images| trainer.measure(Split::Validation, images).expect("measured"));
    // f32 sums in other orders.
    assert!((part.elbo - again.elbo).abs() < 1e-3 && (whole.elbo - all.elbo).abs() < 1e-3, "{part:?} {again:?}");
    assert!(part.elbo != whole.elbo && (part.elbo - whole.elbo).abs() < 4.0 * part.elbo_se);
}

/// The microscope's view of a subject.
fn look(trainer: &Trainer, subject: Subject) -> Microscope {
    let question = Question::Microscope { subject, axes: None, side: 48, draws: 400 };
    match explore::answer(trainer, &question).expect("answered") {
        Answer::Microscope(seen) => *seen,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_microscope_sees_a_gaussian_posterior_as_it_is() {
    let mut experiment = linear(1_000_000);
    experiment.latent.dimension = 2;
    let mut trainer = trainer(experiment);
    take(&mut trainer, 150);
    let seen = look(&trainer, Subject::Image { split: Split::Test, index: 3 });
    let plane = &seen.plane;
    let side = plane.side;
    // A linear decoder has a Gaussian posterior: log p(z|x) is a quadratic, so its third differences vanish.
    let at = |row: usize, column: usize| f64::from(seen.log_density[row * side + column]);
    let peak = seen.log_density.iter().position(|&log| log == 0.0).expect("the peak");
    let (row, column) = ((peak / side).clamp(2, side - 3), (peak % side).clamp(2, side - 3));
    for [dy, dx] in [[0, 1], [1, 0], [1, 1]] {
        let along = |i: usize| at(row + i * dy - 2 * dy, column + i * dx - 2 * dx);
        let third = along(3) - 3.0 * along(2) + 3.0 * along(1) - along(0);
        let second = along(2) - 2.0 * along(1) + along(0);
        assert!(second < 0.0 && third.abs() < 0.05 * second.abs() + 2e-3, "{second} {third}");
    }
    // Its moments on the grid are those of the draws.
    let weights: Vec<f64> = seen.log_density.iter().map(|&log| f64::from(log).exp()).collect();
    let total: f64 = weights.iter().sum();
    for axis in 0..2 {
        let cell = |i: usize| plane.coordinate(axis, if axis == 0 { i % side } else { side - 1 - i / side });
        let mean: f64 = weights.iter().enumerate().map(|(i, w)| w * cell(i)).sum::<f64>() / total;
        let variance: f64 = weights.iter().enumerate().map(|(i, w)| w * (cell(i) - mean).powi(2)).sum::<f64>() / total;
        let drawn: f64 = seen.draws.iter().skip(axis).step_by(2).map(|&z| f64::from(z)).sum::<f64>() / 400.0;
        let error = (variance / seen.effective_samples.min(400.0)).sqrt();
        assert!((drawn - mean).abs() < 5.0 * error, "{drawn} drawn, {mean} on the grid, ± {error}");
    }
    assert_eq!(seen.terms.method, Method::ClosedForm);
    assert_eq!(seen.terms.log_px.se, 0.0);
    let question = Question::MicroscopeBest { subject: Subject::Image { split: Split::Test, index: 3 }, axes: [0, 1] };
    let best = match explore::answer(&trainer, &question).expect("answered") {
        Answer::MicroscopeBest(best) => best,
        other => panic!("{other:?}"),
    };
    // q* is no worse than q and no better than log p(x); its means are those of the posterior.
    assert!(best.amortisation_gap.value > -4.0 * best.amortisation_gap.se, "{best:?}");
    assert!(best.elbo.value < seen.terms.log_px.value + 4.0 * best.elbo.se + 0.05, "{best:?}");
    for terms in [seen.terms, best.terms] {
        let residual = terms.log_px.value - terms.posterior_kl.value - terms.elbo.value;
        let errors = [terms.log_px, terms.posterior_kl, terms.elbo];
        let error = errors.iter().map(|e| e.se.powi(2)).sum::<f64>().sqrt();
        assert!(residual.abs() < 5.0 * error, "{residual} ± {error}");
    }
    assert_eq!(best.terms.log_px, seen.terms.log_px);
}

/// Ten dimensions of a linear-Gaussian model, and an encoder that has hardly begun: everything is known in closed form,
/// however little q covers.
#[test]
fn item_02_the_microscope_of_a_linear_model_is_exact_where_q_is_useless() {
    let mut experiment = linear(1_000_000);
    experiment.latent.dimension = 10;
    experiment.decoder.likelihood = Likelihood::GaussianFixed { sigma: 0.1 };
    let mut trainer = trainer(experiment);
    take(&mut trainer, 40);
    let subject = Subject::Image { split: Split::Test, index: 5 };
    let seen = look(&trainer, subject.clone());
    assert!(seen.effective_samples < 20.0, "q is to be useless: {}", seen.effective_samples);
    assert_eq!((seen.terms.method, seen.terms.log_px.se), (Method::ClosedForm, 0.0));
    assert!(seen.terms.posterior_kl.value > 0.0 && !seen.evidence.degenerate, "{:?}", seen.terms);
    let images = trainer.dataset().gather(Split::Test, &[5]);
    let snapshot = trainer.snapshot();
    let joint = ModelJoint::new(trainer.model(), &snapshot.parameters, &snapshot.state, &images);
    let linear = LinearGaussian::of(trainer.experiment(), &joint).expect("the CPU works").expect("a linear model");
    let (exact, covariance) = (linear.posterior(images.image(0)), linear.covariance());
    assert!((exact.log_px - seen.terms.log_px.value).abs() < 1e-9);
    for (d, mean) in exact.mean.iter().enumerate() {
        let drawn = seen.draws.iter().skip(d).step_by(10).map(|&z| f64::from(z)).sum::<f64>() / 400.0;
        let error = (covariance[11 * d] / 400.0).sqrt();
        assert!((drawn - mean).abs() < 5.0 * error, "z{d}: {drawn} drawn, {mean} ± {error} in truth");
    }
    let question = Question::MicroscopeBest { subject, axes: [0, 1] };
    let Answer::MicroscopeBest(best) = explore::answer(&trainer, &question).expect("answered") else { panic!("q*") };
    let gap = best.terms.log_px.value - best.elbo.value;
    assert!(gap > -4.0 * best.elbo.se, "L[q*] lies below log p(x): {gap}");
}

/// Two dimensions and half an image: p(z|x) is wide and bent, and the dots lie on the map as its density says.
#[test]
fn item_02_the_dots_lie_where_the_map_has_its_mass() {
    let mut experiment = small();
    experiment.latent.dimension = 2;
    let mut trainer = trainer(experiment);
    take(&mut trainer, 300);
    let image = trainer.dataset().gather(Split::Test, &[0]);
    let pixels = image.pixels.len();
    let half = (0..pixels).map(|i| i < pixels / 2).collect::<Vec<bool>>();
    let seen = look(&trainer, Subject::Drawn { pixels: image.pixels.as_slice().into(), seen: half.into() });
    assert_eq!(seen.terms.method, Method::Quadrature);
    let (plane, side) = (&seen.plane, seen.plane.side);
    let cell = |axis: usize, z: f64| {
        let share = (z - plane.centre[axis]) / (2.0 * plane.half) + 0.5;
        (share * side as f64).clamp(0.0, side as f64 - 1.0) as usize
    };
    let density: Vec<f64> = seen.log_density.iter().map(|&log| f64::from(log).exp()).collect();
    let whole: f64 = density.iter().sum();
    // Sixteen fields of the map: the share of the draws in each is that of its density.
    let (mut mass, mut dots) = ([0.0; 16], [0.0; 16]);
    let field = |row: usize, column: usize| 4 * (4 * row / side) + 4 * column / side;
    for (i, density) in density.iter().enumerate() {
        mass[field(i / side, i % side)] += density / whole;
    }
    for z in seen.draws.chunks(2) {
        let (row, column) = (side - 1 - cell(1, f64::from(z[1])), cell(0, f64::from(z[0])));
        dots[field(row, column)] += 2.0 / seen.draws.len() as f64;
        assert!(density[row * side + column] > 1e-7, "a dot where the map is empty: {z:?}");
    }
    for (mass, dots) in mass.into_iter().zip(dots) {
        // Systematic draws vary less than independent ones; the map's cells are finite.
        assert!((mass - dots).abs() < 0.03, "{dots} of the dots where {mass} of the density is");
    }
}

#[test]
fn hidden_pixels_leave_the_likelihood() {
    let mut experiment = linear(1_000_000);
    experiment.latent.dimension = 2;
    let mut trainer = trainer(experiment);
    take(&mut trainer, 60);
    let image = trainer.dataset().gather(Split::Test, &[0]);
    let drawn = |seen: Vec<bool>| Subject::Drawn { pixels: image.pixels.as_slice().into(), seen: seen.into() };
    let pixels = image.pixels.len();
    // All seen: the image of the data, but for its label.
    let (whole, given) =
        (look(&trainer, Subject::Image { split: Split::Test, index: 0 }), look(&trainer, drawn(vec![true; pixels])));
    assert_eq!((whole.log_density, whole.q), (given.log_density, given.q));
    // None seen: the prior, and nothing to explain.
    let blind = look(&trainer, drawn(vec![false; pixels]));
    let side = blind.plane.side;
    let log_prior = |i: usize| {
        let z = [blind.plane.coordinate(0, i % side), blind.plane.coordinate(1, side - 1 - i / side)];
        -0.5 * (z[0] * z[0] + z[1] * z[1])
    };
    let peak = (0..side * side).map(log_prior).fold(f64::NEG_INFINITY, f64::max);
    for (i, &shown) in blind.log_density.iter().enumerate() {
        assert!((f64::from(shown) - (log_prior(i) - peak)).abs() < 1e-4, "{i}: {shown}");
    }
    assert!(blind.terms.log_px.value.abs() < 2e-3, "log p of nothing is 0: {:?}", blind.terms);
    // Half seen: less to explain, and a wider posterior.
    let half = look(&trainer, drawn((0..pixels).map(|i| i < pixels / 2).collect()));
    assert!(half.plane.half >= whole.plane.half);
}

#[test]
fn a_number_that_is_not_one_pauses_at_the_last_good_parameters_and_says_where() {
    let mut experiment = small();
    experiment.decoder.likelihood = Likelihood::GaussianFixed { sigma: 0.1 };
    experiment.training.optimiser = Optimiser::Sgd { momentum: 0.0 };
    let mut trainer = trainer(experiment);
    let mut states = vec![fingerprint(&trainer)];
    for _ in 0..2 {
        take(&mut trainer, 1);
        states.push(fingerprint(&trainer));
    }
    trainer.set_learning_rate(1e20);
    let message = loop {
        match trainer.step() {
            Ok(_) => assert!(trainer.progress().step < 50, "a rate of 1e20 must diverge"),
            Err(TrainError::NonFinite(message)) => {
                let step = trainer.progress().step as usize;
                assert!(states[step] == fingerprint(&trainer), "the parameters must be those of the run's step");
                let bound = trainer.measure(Split::Validation, None).expect("a bound").elbo;
                assert!(bound.is_finite(), "the parameters must be the last ones with a finite bound");
                break message;
            }
            Err(other) => panic!("{other}"),
        }
        states.push(fingerprint(&trainer));
    };
    assert!(message.contains("step") && message.contains("not a finite number"), "{message}");
    assert!(
        ["encoder", "decoder", "KL", "log p(x|z)", "sample"].iter().any(|what| message.contains(what)),
        "{message}"
    );
}

#[test]
fn item_02_a_diverged_run_goes_on_from_its_last_good_state_as_another() {
    let client = spawn(WorkerOptions::default());
    let mut experiment = small();
    experiment.decoder.likelihood = Likelihood::GaussianFixed { sigma: 0.1 };
    experiment.training.optimiser = Optimiser::Sgd { momentum: 0.0 };
    experiment.training.learning_rate = 1e-9;
    experiment.training.length = Length::Steps(1_000_000);
    client.send(Command::Start(Box::new(experiment)));
    wait(&client, "the first steps", |s| s.step > 5);
    client.send(Command::Edit(LiveEdit::LearningRate(1e20)));
    let failed = wait(&client, "the end", |s| matches!(s.state, RunState::Failed(_)));
    let steps = || client.with_history(|h| h.reports.iter().map(|report| report.step).collect::<Vec<_>>());
    // What was seen of the divergence is there to look at.
    assert!(failed.run == 1 && steps().last() > Some(&failed.step), "{failed:?}");
    client.send(Command::Edit(LiveEdit::LearningRate(1e-9)));
    client.send(Command::Resume);
    let resumed = wait(&client, "steps from there", |s| s.state == RunState::Running && s.step > failed.step + 20);
    client.send(Command::Pause);
    assert_eq!((resumed.run, client.with_history(|h| h.run)), (2, 2));
    assert!(steps().is_sorted(), "{:?}", steps());
}

#[test]
fn damaged_checkpoints_are_refused_with_their_path() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let trainer = trainer(small());
    RunFolder::at(folder.path()).save_checkpoint(&trainer).expect("saved");
    let load = |experiment: Experiment| {
        RunFolder::at(folder.path()).load_checkpoint(experiment, trainer.dataset().clone(), trainer.device().clone())
    };
    let mut wider = small();
    wider.encoder[1] = Layer::dense(17, Activation::Relu);
    let error = load(wider).err().expect("another architecture does not fit").to_string();
    assert!(error.contains("model.safetensors") && error.contains("encoder.1.weight"), "{error}");
    let path = folder.path().join("checkpoint/optimiser.safetensors");
    let bytes = std::fs::read(&path).expect("read");
    std::fs::write(&path, &bytes[..bytes.len() / 2]).expect("written");
    let error = load(small()).err().expect("half a file does not load").to_string();
    assert!(error.contains("optimiser.safetensors") && error.contains("damaged"), "{error}");
    let nowhere = RunFolder::at(folder.path().join("none")).experiment().expect_err("not a run").to_string();
    assert!(nowhere.contains("not a run folder"), "{nowhere}");
}

/// Wait for something, but not for ever.
fn wait(client: &Client, what: &str, mut until: impl FnMut(&Status) -> bool) -> Status {
    let start = Instant::now();
    loop {
        let status = client.status();
        if until(&status) {
            return status;
        }
        assert!(start.elapsed() < Duration::from_secs(120), "waited for {what}; the status is {status:?}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn looking_at_kept_states_while_it_trains_changes_nothing_of_the_run() {
    const LOOKED: Asker = Asker("of what is looked at");
    const FIXED: Asker = Asker("of step 4");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut experiment = small();
    experiment.training.length = Length::Steps(60);
    experiment.training.shards = 1;
    experiment.data.limit = Some(200);
    experiment.data.validation = 40;
    // Steps that take a while, so that there is time to look.
    experiment.objective.samples = 60;
    let question = Question::PriorSamples { sampler: Sampler::Prior, count: 4, temperature: 1.0, seed: 1 };
    let runs = ["alone", "looked at"].map(|name| folder.path().join(name));
    for (path, looks) in runs.iter().zip([false, true]) {
        let client = spawn(WorkerOptions::default());
        client.send(Command::Start(Box::new(experiment.clone())));
        if looks {
            client.send(Command::Ask(LOOKED, question.clone()));
            let mut seen = 0;
            while !matches!(client.status().state, RunState::Finished(_)) {
                let status = client.status();
                if status.last_step > 4 && client.answer(FIXED).is_none() {
                    client.send(Command::AskAt(FIXED, At::Step(4), question.clone()));
                }
                // The best gives way to a better one, and is gone then.
                let stops: Vec<_> = status.stops.iter().filter(|stop| !stop.is_best).collect();
                if let Some(&stop) = stops.get(seen % stops.len().max(1)) {
                    let stop = *stop;
                    client.send(Command::LookAt(At::Step(stop.step)));
                    // A state of the last step is the run itself, which goes on.
                    wait(&client, "an answer of the state", |status| {
                        let answered = client.answer(LOOKED).is_some_and(|answered| answered.step == stop.step);
                        answered || (client.is_settled(status) && !status.looks_back)
                    });
                    seen += 1;
                }
            }
            let failed = client.drain_events().into_iter().find(|event| matches!(event, Event::Failed(_)));
            assert!(failed.is_none() && seen > 1, "{failed:?}, {seen} states were looked at");
            client.send(Command::LookAt(At::Last));
            wait(&client, "the last state", |status| !status.looks_back && status.step == 60);
            wait(&client, "an answer of it", |_| client.answer(LOOKED).is_some_and(|answered| answered.step == 60));
            let fixed = client.answer(FIXED).expect("it was answered");
            assert_eq!(fixed.step, 4, "whatever was looked at");
        }
        wait(&client, "the end", |status| matches!(status.state, RunState::Finished(_)));
        client.send(Command::Save(path.clone()));
        wait(&client, "the save", |status| client.is_settled(status));
    }
    let read = runs.map(|path| {
        let folder = RunFolder::at(path);
        let experiment = folder.experiment().expect("read");
        let dataset = Dataset::load(&experiment.data, experiment.seed, &mut |_| {}).expect("MNIST is embedded");
        let device = TrainingDevice::open(DeviceChoice::Cpu).expect("there is always a CPU");
        let run = folder.load_checkpoint(experiment, Arc::new(dataset), device).expect("loaded");
        let best = run.history().best().map(|best| (best.step(), best.head.bound));
        let kept: Vec<u64> = run.history().kept().iter().map(|kept| kept.step()).collect();
        (fingerprint(&run), kept, best)
    });
    assert!(read[0] == read[1], "the runs differ");
}

#[test]
fn a_state_that_has_left_the_history_is_stood_for_by_the_one_before_it() {
    const FIXED: Asker = Asker("of step 9");
    let client = spawn(WorkerOptions::default());
    client.send(Command::Prepare(Box::new(small())));
    client.send(Command::Step(30));
    wait(&client, "30 steps", |status| status.last_step == 30 && status.state == RunState::Paused);
    let question = Question::PriorSamples { sampler: Sampler::Prior, count: 4, temperature: 1.0, seed: 1 };
    // Of the steps from 8 to 16 every second or third is kept: 8, 10, 11, 13, 16.
    for (asked, shown) in [(9, 8), (12, 11), (8, 8), (29, 27)] {
        client.send(Command::LookAt(At::Step(asked)));
        let status = wait(&client, "the look", |status| client.is_settled(status));
        assert!(status.looks_back && status.step == shown, "step {} for {asked}", status.step);
    }
    // An answer is of the state that was asked for, or there is none.
    client.send(Command::AskAt(FIXED, At::Step(9), question));
    wait(&client, "an answer", |_| client.answer(FIXED).is_some());
    let answered = client.answer(FIXED).expect("it was waited for");
    assert_eq!(answered.at, Some(At::Step(9)));
    assert!(matches!(&answered.answer, Answer::NoState(why) if why.contains("no step 9")), "{:?}", answered.answer);
    let failed = client.drain_events().into_iter().find(|event| matches!(event, Event::Failed(_)));
    assert!(failed.is_none(), "{failed:?}");
}

#[test]
fn an_answer_about_a_kept_state_is_what_that_state_answered() {
    let mut run = trainer(small());
    let question = Question::PriorSamples { sampler: Sampler::Prior, count: 4, temperature: 1.0, seed: 1 };
    take(&mut run, 5);
    let then = explore::answer(&run, &question).expect("answered");
    take(&mut run, 30);
    let now = (fingerprint(&run), explore::answer(&run, &question).expect("answered"));
    run.look_at(At::Step(5)).expect("it is kept");
    assert!(run.looks_back() && explore::answer(&run, &question).expect("answered") == then);
    let looked = run.put_aside().expect("it is looked at");
    assert!((fingerprint(&run), explore::answer(&run, &question).expect("answered")) == now && !run.looks_back());
    take(&mut run, 3);
    run.look_again(looked).expect("looked at");
    assert!(run.looks_back() && explore::answer(&run, &question).expect("answered") == then);
    assert_eq!((run.progress().step, run.last().progress.step), (5, 38));
}

#[test]
fn the_status_says_when_kernels_are_compiled() {
    let device = match TrainingDevice::open(DeviceChoice::Wgpu) {
        Ok(_) => DeviceChoice::Wgpu,
        Err(error) if std::env::var("ELBOW_REQUIRE_VULKAN").is_ok_and(|value| value == "1") => {
            panic!("ELBOW_REQUIRE_VULKAN=1, but {error}")
        }
        // The CPU compiles nothing.
        Err(_) => DeviceChoice::Cpu,
    };
    let client = spawn(WorkerOptions::default());
    let mut experiment = small();
    experiment.encoder = vec![Layer::dense(8, Activation::Tanh)];
    experiment.device = device;
    client.send(Command::Start(Box::new(experiment)));
    if device == DeviceChoice::Wgpu {
        let status = wait(&client, "the kernels", |s| s.compiling || s.step > 0);
        assert!(status.compiling && status.state == RunState::Running, "{status:?}");
    }
    let status = wait(&client, "the first steps", |s| s.step > 1);
    assert!(!status.compiling, "{status:?}");
}

#[test]
fn the_worker_trains_answers_pauses_edits_saves_and_loads() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let client = spawn(WorkerOptions::default());
    let mut experiment = small();
    experiment.training.length = Length::Steps(1_000_000);
    let question = Question::PriorSamples { sampler: Sampler::Prior, count: 4, temperature: 1.0, seed: 1 };
    client.send(Command::Ask(Asker("a test"), question));
    client.send(Command::Start(Box::new(experiment)));
    wait(&client, "the first steps", |s| s.state == RunState::Running && s.step > 5);
    let serial = |client: &Client| client.answer(Asker("a test")).map(|a| a.serial);
    wait(&client, "a second answer while training", |_| serial(&client).is_some_and(|s| s >= 2));

    client.send(Command::Pause);
    let paused = wait(&client, "the pause", |s| s.state == RunState::Paused);
    client.send(Command::Edit(LiveEdit::Samples(4)));
    client.send(Command::Edit(LiveEdit::BatchSize(25)));
    client.send(Command::Step(3));
    let stepped = wait(&client, "three steps", |s| s.step == paused.step + 3 && s.state == RunState::Paused);
    assert_eq!((stepped.samples, stepped.batch), (4, 25));
    let marks = client.with_history(|h| h.marks.iter().map(|m| m.text.clone()).collect::<Vec<_>>());
    assert_eq!(marks, ["K = 4", "batch 25"]);

    client.send(Command::begin(EvaluationRequest { images: 25, samples: 130, ..EvaluationRequest::new() }));
    let saved = folder.path().join("run");
    client.send(Command::Save(saved.clone()));
    let mut events = Vec::new();
    let start = Instant::now();
    let evaluation = loop {
        events.extend(client.drain_events());
        let found = events.iter().find_map(|e| if let Event::Evaluated(e) = e { Some(e.clone()) } else { None });
        if let (Some(found), true) = (found, events.iter().any(|e| matches!(e, Event::Saved(p) if *p == saved))) {
            break found;
        }
        assert!(start.elapsed() < Duration::from_secs(120), "{events:?}");
    };
    assert_eq!((evaluation.images, evaluation.samples), (25, 130));
    assert!(evaluation.log_px >= evaluation.elbo - 3.0 * evaluation.elbo_se);

    let reports = client.with_history(|h| h.reports.len());
    client.send(Command::load(saved));
    let loaded = wait(&client, "the run read back", |s| s.run == 2 && s.state == RunState::Paused);
    assert_eq!((loaded.step, loaded.samples), (stepped.step, 4));
    assert_eq!(client.with_history(|h| h.reports.len()), reports);
    client.send(Command::Resume);
    wait(&client, "more steps", |s| s.step > stepped.step + 2);
    client.send(Command::Stop);
    wait(&client, "the stop", |s| matches!(&s.state, RunState::Finished(_)));
    client.send(Command::Ask(Asker("another"), Question::Sculptor { z: vec![1.0] }));
    wait(&client, "an answer from the stopped model", |_| client.answer(Asker("another")).is_some());
}

#[test]
fn item_18_a_run_that_is_stopped_before_its_first_step_is_saved_and_goes_on() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let client = spawn(WorkerOptions::default());
    client.send(Command::Prepare(Box::new(small())));
    wait(&client, "the model", |status| status.state == RunState::Paused);
    client.send(Command::Stop);
    let mut ended = None;
    wait(&client, "the stop", |_| {
        ended = client.drain_events().into_iter().find_map(|event| match event {
            Event::Finished(finished) => Some(finished),
            _ => None,
        });
        ended.is_some()
    });
    let ended = ended.expect("it was waited for");
    assert!(ended.stopped && ended.status.step == 0, "{ended:?}");
    let saved = folder.path().join("run");
    client.send(Command::Save(saved.clone()));
    client.send(Command::load(saved));
    wait(&client, "the run read back", |s| s.run == 2 && s.state == RunState::Paused);
    assert_eq!(client.with_history(|h| h.reports.len()), 0);
    // Counted steps end the training, and leave the run to go on.
    client.send(Command::TrainFor(3));
    let status = wait(&client, "three steps", |s| matches!(s.state, RunState::Finished(_)));
    assert_eq!((status.step, status.total_steps), (3, Some(1_000)));
    client.send(Command::TrainFor(2));
    wait(&client, "two more", |s| s.step == 5 && s.state == RunState::Finished("2 steps of this call".into()));
    client.send(Command::Extend(Length::Steps(5), Extension::KeepSchedule));
    wait(&client, "its end", |s| s.state == RunState::Finished("5 steps".into()));
    client.send(Command::Resume);
    client.send(Command::Extend(Length::Steps(7), Extension::KeepSchedule));
    client.send(Command::Resume);
    wait(&client, "the new end", |s| s.step == 7 && s.state == RunState::Finished("7 steps".into()));
    let marks = client.with_history(|h| h.marks.iter().map(|m| m.text.clone()).collect::<Vec<_>>());
    assert_eq!(marks, ["length 5 steps", "length 7 steps"]);
}

#[test]
fn one_kind_of_question_is_answered_to_each_asker_until_that_asker_withdraws_it() {
    const TRAIN: Asker = Asker("of training images");
    const TEST: Asker = Asker("of test images");
    let client = spawn(WorkerOptions::default());
    let mut experiment = small();
    experiment.training.length = Length::Steps(1_000_000);
    let question = |split| Question::Scatter { split, count: 5 };
    client.send(Command::Ask(TRAIN, question(Split::Train)));
    client.send(Command::Ask(TEST, question(Split::Test)));
    client.send(Command::Start(Box::new(experiment)));
    let serial = |asker| client.answer(asker).map_or(0, |answered| answered.serial);
    wait(&client, "an answer to each", |_| serial(TRAIN) > 0 && serial(TEST) > 0);
    for (asker, split) in [(TRAIN, Split::Train), (TEST, Split::Test)] {
        assert_eq!(client.answer(asker).expect("it is there").question, question(split));
    }
    client.send(Command::Unask(TEST));
    let newer = |asker| {
        let before = serial(asker);
        wait(&client, "a newer answer", |_| serial(asker) > before);
    };
    newer(TRAIN);
    newer(TRAIN);
    let last = serial(TEST);
    newer(TRAIN);
    newer(TRAIN);
    assert_eq!(serial(TEST), last);
}

/// A linear model with Gaussian pixels on a few procedural images: its posterior is Gaussian.
fn linear(steps: u64) -> Experiment {
    let mut experiment = elbow::experiment::preset("linear-ppca").expect("bundled");
    experiment.latent.dimension = 3;
    experiment.data.limit = Some(500);
    experiment.data.validation = 100;
    experiment.training.batch = 50;
    experiment.training.length = Length::Steps(steps);
    experiment.device = DeviceChoice::Cpu;
    experiment
}

/// Train to the end, with or without a ledger; where it was saved, and the ledger's entries.
fn trained(experiment: Experiment, ledger: Option<LedgerOptions>, folder: &std::path::Path) -> Vec<LedgerEntry> {
    let client = spawn(WorkerOptions::default());
    client.send(Command::Ledger(ledger));
    client.send(Command::Start(Box::new(experiment)));
    let end = wait(&client, "the end", |s| matches!(s.state, RunState::Finished(_))).step;
    // The last entry is the finished model's.
    let last = |client: &Client| client.with_history(|h| h.ledger.last().map(|entry| entry.step));
    wait(&client, "the last entry", |_| ledger.is_none() || last(&client) == Some(end));
    client.send(Command::Save(folder.to_path_buf()));
    wait(&client, "the run to be saved", |_| {
        client.drain_events().iter().any(|event| matches!(event, Event::Saved(_)))
    });
    client.with_history(|h| h.ledger.clone())
}

#[test]
fn the_ledger_does_not_change_the_run() {
    let folders = [(); 2].map(|()| tempfile::tempdir().expect("a temporary folder"));
    let mut experiment = small();
    experiment.training.length = Length::Steps(150);
    let kept = trained(experiment.clone(), Some(LedgerOptions { images: 20, samples: 60 }), folders[0].path());
    let none = trained(experiment, None, folders[1].path());
    assert!(kept.len() > 1 && none.is_empty(), "{} entries", kept.len());
    let bytes = |file: &str| [0, 1].map(|i| std::fs::read(folders[i].path().join(file)).expect("saved"));
    for file in ["checkpoint/model.safetensors", "checkpoint/optimiser.safetensors", "latents.csv"] {
        let [with, without] = bytes(file);
        assert!(with == without, "{file} differs");
    }
    assert!(folders[0].path().join("ledger.csv").exists() && !folders[1].path().join("ledger.csv").exists());
}

#[test]
fn item_02_an_entry_of_the_ledger_that_came_after_the_last_step_is_saved_too() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let own = folder.path().join("own");
    let client = spawn(WorkerOptions { autosave: Some(own.clone()), ..WorkerOptions::default() });
    let mut experiment = small();
    experiment.training.length = Length::Steps(30);
    client.send(Command::Start(Box::new(experiment)));
    wait(&client, "the end", |s| matches!(s.state, RunState::Finished(_)));
    client.send(Command::Ledger(Some(LedgerOptions { images: 20, samples: 60 })));
    wait(&client, "the entry", |_| client.with_history(|h| h.ledger.last().map(|entry| entry.step) == Some(30)));
    drop(client);
    let saved = RunFolder::at(&own).ledger().expect("readable");
    assert_eq!(saved.iter().map(|entry| entry.step).collect::<Vec<_>>(), [30]);
}

/// Train to the end; with a request, gradients are measured from the first steps on, to their end.
fn trained_beside_the_gradient_lab(
    request: Option<GradientRequest>,
    folder: &std::path::Path,
) -> Vec<GradientFindings> {
    let client = spawn(WorkerOptions::default());
    let mut experiment = small();
    experiment.training.length = Length::Steps(150);
    client.send(Command::Prepare(Box::new(experiment)));
    wait(&client, "the model", |s| s.state == RunState::Paused);
    client.send(Command::Step(10));
    wait(&client, "ten steps", |s| s.step == 10 && s.state == RunState::Paused);
    let wanted = request.is_some();
    request.into_iter().for_each(|request| client.send(Command::begin(request)));
    client.send(Command::Resume);
    wait(&client, "the end", |s| matches!(s.state, RunState::Finished(_)));
    let mut found: Vec<GradientFindings> = Vec::new();
    let start = Instant::now();
    while wanted && !found.last().is_some_and(|found| found.complete) {
        found.extend(client.drain_events().into_iter().filter_map(|event| match event {
            Event::Gradients(found) => Some(*found),
            _ => None,
        }));
        assert!(start.elapsed() < Duration::from_secs(120), "{found:?}");
    }
    client.send(Command::Save(folder.to_path_buf()));
    wait(&client, "the run to be saved", |_| {
        client.drain_events().iter().any(|event| matches!(event, Event::Saved(_)))
    });
    found
}

#[test]
fn the_gradient_lab_measures_what_was_asked_and_does_not_change_the_run() {
    let folders = [(); 2].map(|()| tempfile::tempdir().expect("a temporary folder"));
    let request = GradientRequest { images: 7, samples: vec![4, 1, 2], repeats: 5, ..GradientRequest::default() };
    let found = trained_beside_the_gradient_lab(Some(request), folders[0].path());
    trained_beside_the_gradient_lab(None, folders[1].path());
    for file in ["checkpoint/model.safetensors", "checkpoint/optimiser.safetensors"] {
        let [with, without] = [0, 1].map(|i| std::fs::read(folders[i].path().join(file)).expect("saved"));
        assert!(with == without, "{file} differs");
    }
    // An event for every K of every estimator, each with one point more.
    let points = |found: &GradientFindings| found.curves.iter().map(|curve| curve.points.len()).sum::<usize>();
    assert!(found.iter().enumerate().all(|(i, found)| points(found) == i + 1));
    assert!(found.iter().rev().skip(1).all(|found| !found.complete));
    let last = found.last().expect("it has come to its end");
    assert_eq!((last.images, last.repeats, last.step, last.split), (7, 5, 10, Split::Train));
    assert_eq!(last.curves.len(), 6);
    for curve in &last.curves {
        let samples: Vec<usize> = curve.points.iter().map(|point| point.samples).collect();
        let all = [1, 2, 4];
        assert_eq!(samples, all[all.len() - samples.len()..], "{:?}", curve.gradient);
        assert!(samples.len() >= 2 && curve.points[0].samples >= curve.gradient.fewest_samples());
        let positive = |v: f64| v.is_finite() && v >= 0.0;
        assert!(curve.points.iter().all(|p| positive(p.encoder) && positive(p.decoder) && p.seconds > 0.0));
        assert!(curve.points.iter().all(|p| p.bound.value < 0.0 && p.bound_variance > 0.0), "{curve:?}");
    }
}

#[test]
fn the_gradient_lab_can_be_cancelled_and_refuses_what_makes_no_sense() {
    let client = spawn(WorkerOptions::default());
    let refused = |client: &Client, what: &'static str| {
        wait(client, what, |_| {
            client
                .drain_events()
                .iter()
                .any(|e| matches!(e, Event::Failed(failure) if failure.message().starts_with(what)))
        });
    };
    client.send(Command::Prepare(Box::new(small())));
    wait(&client, "the model", |s| s.state == RunState::Paused);
    client.send(Command::begin(GradientRequest { samples: vec![1, 0], ..GradientRequest::default() }));
    refused(&client, "samples");
    client.send(Command::begin(GradientRequest { repeats: 1, ..GradientRequest::default() }));
    refused(&client, "repeats");
    client.send(Command::begin(GradientRequest { images: 0, ..GradientRequest::default() }));
    refused(&client, "images");
    assert!(client.status().job(GradientRequest::KIND).is_none());
    client.send(Command::begin(GradientRequest { repeats: 1_000_000, ..GradientRequest::default() }));
    wait(&client, "the lab to begin", |s| s.job(GradientRequest::KIND).is_some());
    client.send(Command::Cancel(GradientRequest::KIND));
    wait(&client, "the cancel", |s| s.job(GradientRequest::KIND).is_none());
    client.send(Command::Step(2));
    wait(&client, "training after it", |s| s.step == 2);
}

/// A kind of job that the program does not know: it counts slices and tells of each.
#[derive(Clone, Copy, Debug)]
struct Count {
    to: usize,
}

impl Count {
    const KIND: JobKind = JobKind { name: "count", doing: "counting: " };
}

impl JobRequest for Count {
    fn kind(&self) -> JobKind {
        Self::KIND
    }

    fn begin(&self, _trainer: &Trainer, _run: u64) -> Result<Box<Job>, String> {
        if self.to == 0 {
            Err("to: count to 1 at least.".into())
        } else {
            Ok(Box::new(Counting { at: 0, to: self.to }))
        }
    }
}

struct Counting {
    at: usize,
    to: usize,
}

impl Counting {
    fn said(&self) -> Event {
        Event::Log { level: Level::Info, text: format!("counted {} of {}", self.at, self.to) }
    }
}

impl Sliced<Trainer> for Counting {
    type Found = Event;
    type Error = TrainError;

    fn slice(&mut self, _trainer: &Trainer, _threads: usize) -> Result<bool, TrainError> {
        self.at += 1;
        Ok(self.at == self.to)
    }

    fn progress(&self) -> Progress {
        Progress { done: self.at, all: self.to, what: "slices" }
    }

    fn news(&mut self) -> Option<Event> {
        Some(self.said())
    }

    fn finish(self: Box<Self>) -> Event {
        self.said()
    }
}

/// All of it is above: nothing in the worker but the list of jobs stands between a new kind and its events.
#[test]
fn a_new_kind_of_job_runs_beside_training_reports_and_is_cancelled() {
    let client = spawn(WorkerOptions::default());
    let mut experiment = small();
    experiment.training.length = Length::Steps(10_000_000);
    client.send(Command::Start(Box::new(experiment)));
    wait(&client, "the first steps", |s| s.step > 5);
    client.send(Command::begin(Count { to: 0 }));
    let refused = Failure::Input("to: count to 1 at least.".into());
    wait(&client, "the refusal", |_| {
        client.drain_events().iter().any(|e| matches!(e, Event::Failed(failure) if *failure == refused))
    });

    client.send(Command::begin(Count { to: usize::MAX }));
    client.send(Command::begin(EvaluationRequest { samples: 100_000, ..EvaluationRequest::new() }));
    let begun = wait(&client, "both jobs", |s| s.jobs.len() == 2);
    assert_eq!(begun.jobs.iter().map(|(kind, _)| kind.name).collect::<Vec<_>>(), ["count", "evaluation"]);
    let at = begun.job(Count::KIND).expect("it is under way").done;
    wait(&client, "both to go on beside training", |s| {
        s.step > begun.step + 5 && s.job(Count::KIND).is_some_and(|progress| progress.done > at + 5)
    });
    // Another takes the place of the first, and the rest go on.
    client.send(Command::begin(Count { to: usize::MAX - 1 }));
    let replaced = |s: &Status| s.job(Count::KIND).is_some_and(|progress| progress.all == usize::MAX - 1);
    let status = wait(&client, "the second count", replaced);
    assert_eq!(status.jobs.len(), 2);
    client.send(Command::Cancel(Count::KIND));
    let status = wait(&client, "the cancel", |s| s.job(Count::KIND).is_none());
    assert!(status.job(EvaluationRequest::KIND).is_some());
    client.send(Command::Cancel(EvaluationRequest::KIND));

    client.drain_events();
    client.send(Command::begin(Count { to: 3 }));
    let mut said = Vec::new();
    wait(&client, "all that is counted", |_| {
        said.extend(client.drain_events().into_iter().filter_map(|event| match event {
            Event::Log { text, .. } => Some(text),
            _ => None,
        }));
        said.last().is_some_and(|last| last == "counted 3 of 3")
    });
    assert_eq!(said[said.len() - 3..], ["counted 1 of 3", "counted 2 of 3", "counted 3 of 3"]);
    wait(&client, "its end", |s| s.jobs.is_empty());
    client.send(Command::Stop);
    let finished = |event: Event| if let Event::Finished(finished) = event { Some(finished) } else { None };
    let mut ended = None;
    wait(&client, "the end of the run", |_| {
        ended = client.drain_events().into_iter().find_map(finished);
        ended.is_some()
    });
    let ended = ended.expect("it was waited for");
    assert!(ended.stopped && ended.why == "stopped" && ended.status.step > 5, "{ended:?}");
    assert!(ended.status.experiment.is_some() && ended.status.state == RunState::Finished("stopped".into()));
}

#[test]
fn the_worker_s_own_files_name_no_kind_of_job() {
    let files = [
        include_str!("../src/worker/thread.rs"),
        include_str!("../src/worker/run.rs"),
        include_str!("../src/worker/job.rs"),
        include_str!("../src/worker/protocol/command.rs"),
        include_str!("../src/worker/protocol/status.rs"),
    ];
    for kind in ["EvaluationRequest", "GradientRequest", "evaluation::", "gradients::"] {
        assert!(files.iter().all(|file| !file.contains(kind)), "{kind}: a new kind of job should not have to be named");
    }
}

/// Of `n` independent events of probability `p`, as many as are exceeded with a chance under 0.1 %.
fn allowance(n: usize, p: f64) -> usize {
    let (mut probability, mut below, mut k) = ((1.0 - p).powi(n as i32), 0.0, 0);
    while below + probability < 0.999 && k < n {
        below += probability;
        probability *= (n - k) as f64 / (k + 1) as f64 * p / (1.0 - p);
        k += 1;
    }
    k
}

/// The light is green where the residual's 3 standard errors hold zero. Those are of 64 images, so that one true
/// residual of zero in 260 lies outside (Student's t, 63 degrees of freedom): every point must be green but for what
/// that chance allows (0.1 % for the whole run), none may be red, and all points together must not lean to one side.
fn assert_green(entries: &[LedgerEntry]) {
    const OUTSIDE: f64 = 0.0039;
    let not_green: Vec<&LedgerEntry> = entries.iter().filter(|entry| entry.verdict() != Verdict::Holds).collect();
    assert!(
        not_green.len() <= allowance(entries.len(), OUTSIDE),
        "{} of {}: {not_green:?}",
        not_green.len(),
        entries.len()
    );
    assert!(entries.iter().all(|entry| entry.verdict() != Verdict::Broken), "{not_green:?}");
    // Every point has noise of its own: the mean of n standardised residuals has a standard error of 1/√n.
    let standardised = |entry: &LedgerEntry| entry.residual.value / entry.residual.se.hypot(1e-5 * entry.elbo.value);
    let n = entries.len() as f64;
    let mean = entries.iter().map(standardised).sum::<f64>() / n;
    assert!(mean.abs() < 4.0 / n.sqrt(), "{mean} over {n} points");
    for entry in entries {
        assert!((entry.reconstruction.value - entry.kl - entry.elbo.value).abs() < 1e-9);
        assert!(entry.posterior_kl.value > -3.0 * entry.posterior_kl.se, "{entry:?}");
    }
}

#[test]
fn the_residual_light_is_green_throughout_training_and_the_ledger_is_read_back() {
    for latent in [2, 5] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut experiment = linear(1_500);
        experiment.latent.dimension = latent;
        let entries = trained(experiment, Some(LedgerOptions { images: 64, samples: 200 }), folder.path());
        assert!(entries.len() >= 2, "{} entries", entries.len());
        assert_green(&entries);
        let (first, last) = (&entries[0], &entries[entries.len() - 1]);
        assert!(entries.iter().all(|entry| entry.method == Method::ClosedForm && entry.samples == 0));
        assert!(last.log_px.value > first.log_px.value + 10.0, "{first:?} {last:?}");

        let client = spawn(WorkerOptions::default());
        client.send(Command::load(folder.path()));
        wait(&client, "the run read back", |s| s.step == 1_500);
        wait(&client, "its ledger", |_| client.with_history(|h| h.ledger == entries));
    }
}

#[test]
fn the_ledger_takes_the_best_method_and_all_agree() {
    for (latent, method) in [(1, Method::Quadrature), (2, Method::Quadrature), (3, Method::Importance)] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut experiment = small();
        experiment.latent.dimension = latent;
        experiment.training.length = Length::Steps(60);
        let entries = trained(experiment, Some(LedgerOptions { images: 32, samples: 300 }), folder.path());
        for entry in &entries {
            assert_eq!(entry.method, method);
            assert_ne!(entry.verdict(), Verdict::Broken, "{entry:?}");
            assert!(entry.log_px.value > entry.elbo.value - 3.0 * entry.elbo.se, "{entry:?}");
        }
    }
}

/// On a circle p(z) is a density over directions: a lattice over the plane would integrate something else.
#[test]
fn on_a_circle_the_ledger_and_the_microscope_sample() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut experiment = small();
    experiment.latent.dimension = 2;
    (experiment.latent.posterior, experiment.latent.prior) = (Posterior::VonMisesFisher, Prior::UniformSphere);
    experiment.training.length = Length::Steps(60);
    let entries = trained(experiment.clone(), Some(LedgerOptions { images: 32, samples: 300 }), folder.path());
    for entry in &entries {
        assert_eq!(entry.method, Method::Importance);
        assert_ne!(entry.verdict(), Verdict::Broken, "{entry:?}");
    }
    let seen = look(&trainer(experiment), Subject::Image { split: Split::Test, index: 3 });
    assert_eq!(seen.terms.method, Method::Importance);
    let residual = seen.terms.log_px.value - seen.terms.posterior_kl.value - seen.terms.elbo.value;
    let errors = [seen.terms.log_px, seen.terms.posterior_kl, seen.terms.elbo].map(|term| term.se.powi(2));
    assert!(residual.abs() < 5.0 * errors.iter().sum::<f64>().sqrt() + 1e-3, "{:?}", seen.terms);
}

#[test]
fn training_keeps_its_share_of_the_time_beside_an_evaluation() {
    let client = spawn(WorkerOptions::default());
    let mut experiment = small();
    experiment.training.length = Length::Steps(10_000_000);
    client.send(Command::Start(Box::new(experiment)));
    wait(&client, "the first steps", |s| s.step > 5);
    let request = EvaluationRequest { images: 100, samples: 4_000, ..EvaluationRequest::new() };
    client.send(Command::begin(request));
    let before = wait(&client, "the evaluation to begin", |s| s.job(EvaluationRequest::KIND).is_some());
    let start = Instant::now();
    let after = wait(&client, "its end", |s| s.job(EvaluationRequest::KIND).is_none());
    let share = (after.seconds - before.seconds) / start.elapsed().as_secs_f64();
    println!("training has {share:.2} of the time beside an evaluation");
    // Half, less what the status costs and where the two moments fall.
    assert!(share > 0.35, "{share}");
}

#[test]
fn the_worker_survives_what_cannot_be_run() {
    let client = spawn(WorkerOptions::default());
    let mut wrong = small();
    wrong.encoder = vec![Layer::conv(4, 40, 1, 0, Activation::Relu)];
    client.send(Command::Start(Box::new(wrong)));
    let failed = wait(&client, "the refusal", |s| matches!(s.state, RunState::Failed(_)));
    let RunState::Failed(message) = failed.state else { unreachable!() };
    assert!(message.contains("encoder"), "{message}");
    client.send(Command::Start(Box::new(small())));
    wait(&client, "a run after the refusal", |s| s.step > 3);
    client.send(Command::Edit(LiveEdit::LearningRate(-1.0)));
    wait(&client, "the edit to be refused", |_| {
        client
            .drain_events()
            .iter()
            .any(|e| matches!(e, Event::Failed(failure) if failure.message().contains("refused")))
    });
    let refused_at = client.status().step;
    wait(&client, "training to go on", |s| s.step > refused_at + 3);
}

#[test]
fn item_12_a_new_start_calls_off_the_reading_before_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let noise = image::GrayImage::from_fn(1_500, 1_500, |x, y| image::Luma([(x * x + 31 * y * x) as u8]));
    noise.save(folder.path().join("0.png")).expect("writable");
    for i in 1..1_000 {
        let name = folder.path().join(format!("{i}.png"));
        std::fs::hard_link(folder.path().join("0.png"), name).expect("writable");
    }
    let mut slow = small();
    slow.data.source = Source::folder(folder.path(), 28);
    let client = spawn(WorkerOptions::default());
    client.send(Command::Start(Box::new(slow)));
    wait(&client, "the reading", |s| matches!(&s.state, RunState::Preparing(what) if what.contains("reading image")));
    let start = Instant::now();
    client.send(Command::Start(Box::new(small())));
    wait(&client, "the other run", |s| s.step > 0);
    println!("{:.2} s from one run's reading to the other's first step", start.elapsed().as_secs_f64());
    let events = client.drain_events();
    let failed = events.iter().any(|event| matches!(event, Event::Failed(_)));
    let said = events.iter().any(|event| matches!(event, Event::Log { text, .. } if text.contains("called off")));
    assert!(said && !failed, "{events:?}");
}

#[test]
fn every_preset_trains_a_few_steps() {
    for preset in elbow::experiment::presets() {
        let mut experiment = elbow::experiment::preset(preset.name).expect("bundled presets are valid");
        if let Source::Idx { images, .. } = &experiment.data.source
            && !images.exists()
        {
            eprintln!("SKIPPED: {} needs {}", preset.name, images.display());
            continue;
        }
        if let Source::Shapes { count, .. } = &mut experiment.data.source {
            *count = 300;
        }
        experiment.data.limit = Some(300);
        experiment.data.validation = experiment.data.validation.min(50);
        let mut trainer = trainer(experiment);
        let mut elbo = Vec::new();
        for _ in 0..4 {
            let outcome = trainer.step().expect("the run is healthy");
            elbo.extend(outcome.reports.iter().filter(|r| r.split == Split::Train).map(|r| r.elbo));
        }
        assert!(elbo.len() >= 4 && elbo.iter().all(|e| e.is_finite()), "{}: {elbo:?}", preset.name);
    }
}

#[test]
fn what_would_not_fit_into_memory_is_refused_with_the_estimate() {
    let client = spawn(WorkerOptions::default());
    let mut huge = small();
    huge.objective.samples = 5_000;
    huge.training.batch = 65_536;
    client.send(Command::Start(Box::new(huge)));
    let failed = wait(&client, "the refusal", |s| matches!(s.state, RunState::Failed(_)));
    let RunState::Failed(message) = failed.state else { unreachable!() };
    assert!(message.contains("objective.samples") && message.contains("B"), "{message}");
}

#[test]
fn item_08_an_idle_worker_says_nothing() {
    let notified = Arc::new(AtomicUsize::new(0));
    let counter = notified.clone();
    let notify: elbow::worker::Notify = Arc::new(move || {
        counter.fetch_add(1, Ordering::Relaxed);
    });
    let folder = tempfile::tempdir().unwrap();
    let autosave = Some(folder.path().join("autosave"));
    let client = spawn(WorkerOptions { notify: Some(notify), autosave, ..WorkerOptions::default() });
    let quiet = |what: &str| {
        wait(&client, what, |status| client.is_settled(status));
        // The last status is there before its notification.
        std::thread::sleep(Duration::from_millis(200));
        let before = notified.load(Ordering::Relaxed);
        std::thread::sleep(Duration::from_millis(1_600));
        assert_eq!(notified.load(Ordering::Relaxed), before, "{what}");
    };
    quiet("there is no model");
    client.send(Command::Ask(Asker("scatter"), Question::Scatter { split: Split::Test, count: 10 }));
    client.send(Command::Prepare(Box::new(small())));
    wait(&client, "a model", |status| status.state == RunState::Paused && client.answer(Asker("scatter")).is_some());
    quiet("ready");
    client.send(Command::Ledger(Some(LedgerOptions { images: 4, samples: 4 })));
    client.send(Command::Step(3));
    wait(&client, "steps and a ledger of the last one", |status| {
        let newest = client.with_history(|history| history.ledger.last().map(|entry| entry.step));
        status.state == RunState::Paused && newest == Some(3)
    });
    quiet("paused");
}

#[test]
fn item_04_a_trained_run_that_is_replaced_is_kept_unless_its_user_has_saved_it() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("replaced");
    let client = spawn(WorkerOptions { replaced: Some(root.clone()), ..WorkerOptions::default() });
    let kept = || ReplacedRun::list(&root).into_iter().map(|run| (run.name, run.step)).collect::<Vec<_>>();
    let prepare = |name: &str| {
        client.send(Command::Prepare(Box::new(Experiment { name: name.into(), ..small() })));
        wait(&client, name, |status| {
            client.is_settled(status) && status.experiment.as_ref().is_some_and(|of| of.name == name)
        });
    };
    let step = |steps: u64| {
        let before = client.status().step;
        client.send(Command::Step(steps));
        wait(&client, "steps", |status| status.step == before + steps && status.state == RunState::Paused);
    };
    prepare("untrained");
    prepare("saved");
    assert_eq!(kept(), [], "no training is lost with it");
    step(3);
    client.send(Command::Save(folder.path().join("mine")));
    prepare("on");
    assert_eq!(kept(), [], "its user has saved it");
    step(4);
    client.send(Command::Edit(LiveEdit::Samples(3)));
    let reports = client.with_history(|history| history.reports.len());
    prepare("next");
    assert_eq!(kept(), [("on".to_owned(), 4)]);
    let found = client.drain_events().into_iter().find_map(|event| match event {
        Event::Replaced { folder, name, step } => Some((folder, name, step)),
        _ => None,
    });
    let (place, name, step_then) = found.expect("it is said");
    assert_eq!((name.as_str(), step_then), ("on", 4));

    // It comes back whole.
    client.send(Command::load(place));
    wait(&client, "the run that was replaced", |status| client.is_settled(status) && status.step == 4);
    assert_eq!(client.status().experiment.map(|of| of.name.clone()).as_deref(), Some("on"));
    assert_eq!(client.with_history(|history| history.reports.len()), reports);
    let marks = client.with_history(|history| history.marks.clone());
    assert_eq!(marks.iter().map(|mark| (mark.step, mark.text.as_str())).collect::<Vec<_>>(), [(4, "K = 3")]);
    prepare("last");
    assert_eq!(kept(), [("on".to_owned(), 4)], "it is there already");
}
