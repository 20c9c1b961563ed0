//! The views of every family of posteriors and of every prior in the lists, some of them compared with known
//! distributions.

use super::contour::SHARES;
use super::outline::Outline;
use super::plane::{Plane, Surface};
use super::{Answer, OneStep, PriorComponents, PriorView, Question, Subject, answer};
use crate::data::{Dataset, Split};
use crate::experiment::method::{PriorKind, Sizes};
use crate::experiment::{Choice, DeviceChoice, Experiment, ImageShape, Length, Posterior, Prior, preset};
use crate::model::{Model, Pass};
use crate::random::{Purpose, Stream};
use crate::train::{Trainer, TrainingDevice};
use burn::tensor::{Device, Tensor, TensorData};
use std::sync::Arc;

/// An untrained model of these methods on a few images.
fn trainer(latent: usize, posterior: Posterior, prior: Option<Prior>) -> Trainer {
    let mut experiment = Experiment { encoder: Vec::new(), device: DeviceChoice::Cpu, ..Experiment::default() };
    experiment.latent.dimension = latent;
    experiment.set_posterior(posterior);
    if let Some(prior) = prior {
        experiment.latent.prior = prior;
    }
    if let Posterior::TwoLayer { upper, .. } = &mut experiment.latent.posterior {
        *upper = 2;
    }
    experiment.data.limit = Some(60);
    experiment.data.validation = 20;
    experiment.training.batch = 20;
    experiment.training.length = Length::Steps(10);
    let dataset = Dataset::load(&experiment.data, experiment.seed, &mut |_| {}).expect("MNIST is embedded");
    let device = TrainingDevice::open(DeviceChoice::Cpu).expect("there is always a CPU");
    Trainer::new(experiment, Arc::new(dataset), device).unwrap_or_else(|problem| panic!("{prior:?}: {problem}"))
}

/// The first posterior that goes with a prior in so many dimensions.
fn beside(prior: Prior, latent: usize) -> Option<Posterior> {
    let mut experiment = Experiment::default();
    experiment.latent.dimension = latent;
    experiment.latent.prior = prior;
    Posterior::ALL.iter().copied().find(|&posterior| {
        experiment.latent.posterior = posterior;
        prior.why_not(&experiment, None).is_none()
    })
}

fn view(trainer: &Trainer, axes: [usize; 2]) -> PriorView {
    match answer(trainer, &Question::Prior { axes }).expect("answered") {
        Answer::Prior(view) => view,
        other => panic!("{other:?}"),
    }
}

fn is_drawn(outline: &Outline, what: &str) {
    let points = outline.contours.iter().flatten().flatten().chain(&outline.draws);
    assert!(points.clone().count() > 20 || outline.profile.len() > 20, "{what}: {outline:?}");
    assert!(points.flatten().chain(&outline.centre).all(|v| v.is_finite()), "{what}");
    assert!(outline.profile.iter().flatten().all(|v| v.is_finite()), "{what}");
}

#[test]
fn item_11_every_posterior_is_drawn_in_the_microscope_and_in_the_latent_space() {
    for &posterior in Posterior::ALL {
        for latent in [1, 2, 3] {
            let sphere = posterior == Posterior::VonMisesFisher;
            if sphere && latent == 1 {
                continue;
            }
            let trainer = trainer(latent, posterior, None);
            let what = format!("{} in {latent}", posterior.name());
            let subject = Subject::Image { split: Split::Test, index: 3 };
            let question = Question::Microscope { subject: subject.clone(), axes: None, side: 16, draws: 5 };
            let Answer::Microscope(seen) = answer(&trainer, &question).expect("answered") else { panic!("{what}") };
            is_drawn(&seen.outline, &what);
            assert!(seen.log_density.iter().all(|log| log.is_finite()), "{what}");
            match (&seen.plane.surface, sphere, latent) {
                (Surface::Flat, false, _) | (Surface::Circle, true, 2) => {}
                (Surface::Sphere(sphere), true, _) => {
                    assert_eq!(seen.log_density.len(), sphere.lattice().iter().product::<usize>());
                }
                (surface, ..) => panic!("{what}: {surface:?}"),
            }
            let axes = seen.plane.axes;
            let question = Question::MicroscopeBest { subject, axes };
            let Answer::MicroscopeBest(best) = answer(&trainer, &question).expect("answered") else { panic!("{what}") };
            is_drawn(&best.outline, &what);
            if trainer.experiment().latent.total() > 1 {
                let question = Question::Posterior { split: Split::Test, index: 3, axes: [0, 1] };
                let Answer::Posterior(q) = answer(&trainer, &question).expect("answered") else { panic!("{what}") };
                is_drawn(&q, &what);
            }
        }
    }
}

#[test]
fn item_11_every_prior_has_its_contours_and_its_components() {
    for &prior in Prior::ALL {
        let mut found = 0;
        for latent in [2, 3] {
            let Some(posterior) = beside(prior, latent) else { continue };
            let trainer = trainer(latent, posterior, Some(prior));
            let view = view(&trainer, [0, 1]);
            is_drawn(&view.outline, prior.name());
            assert!(!view.outline.contours[1].is_empty(), "{}", prior.name());
            let experiment = trainer.experiment();
            let image = trainer.model().image();
            let counts = prior.counts(Sizes { image, latent, upper: experiment.latent.upper() });
            assert_eq!(view.components.len(), counts.components, "{}", prior.name());
            let question = Question::PriorComponents { count: 7 };
            let components: PriorComponents = match answer(&trainer, &question).expect("answered") {
                Answer::PriorComponents(components) => components,
                other => panic!("{other:?}"),
            };
            assert_eq!(components.numbers.len(), counts.components.min(7), "{}", prior.name());
            assert_eq!(components.means.count, components.numbers.len());
            assert_eq!(components.inputs.is_some(), counts.images > 0, "{}", prior.name());
            assert!(components.weights.windows(2).all(|pair| pair[0] >= pair[1]), "{}", prior.name());
            for seed in [None, Some(4)] {
                let Answer::Point { z } = answer(&trainer, &Question::PriorPoint { seed }).expect("answered") else {
                    panic!("{}", prior.name())
                };
                let length: f32 = z.iter().map(|v| v * v).sum();
                assert!(prior.kind() != PriorKind::Sphere || (length - 1.0).abs() < 1e-5, "{z:?}");
            }
            found += 1;
        }
        assert!(found > 0, "{} is nowhere drawn", prior.name());
    }
}

/// Distances from 0 of the places of a line.
fn radii(line: &[[f32; 3]]) -> [f32; 2] {
    line.iter().map(|[x, y, _]| x.hypot(*y)).fold([f32::INFINITY, 0.0], |[least, most], r| [least.min(r), most.max(r)])
}

#[test]
fn item_11_contours_of_priors_are_those_of_their_formulas() {
    let normal = view(&trainer(2, Posterior::DiagonalGaussian, None), [0, 1]);
    for (lines, radius) in normal.outline.contours.iter().zip([1.0, 2.0]) {
        let [least, most] = radii(&lines[0]);
        assert!(lines.len() == 1 && least > 0.98 * radius && most < 1.02 * radius, "{least} to {most}, not {radius}");
    }
    // In more dimensions, along any two.
    let normal = view(&trainer(5, Posterior::DiagonalGaussian, None), [1, 4]);
    let [least, most] = radii(&normal.outline.contours[1][0]);
    assert!(least > 1.96 && most < 2.04, "{least} to {most}");

    let ring = Prior::Ring { radius: 2.0, width: 0.2 };
    let ring = view(&trainer(2, Posterior::DiagonalGaussian, Some(ring)), [0, 1]);
    let mut found: Vec<[f32; 2]> = ring.outline.contours[0].iter().map(|line| radii(line)).collect();
    found.sort_by(|a, b| a[0].total_cmp(&b[0]));
    // The densest 39 % of a normal lie within ±0.515 deviations.
    let expected = [2.0 - 0.515 * 0.2, 2.0 + 0.515 * 0.2];
    assert_eq!(found.len(), 2, "{found:?}");
    for ([least, most], radius) in found.into_iter().zip(expected) {
        assert!(least > radius - 0.03 && most < radius + 0.03, "{least} to {most}, not {radius}");
    }

    let ball = Prior::UniformBall { radius: 2.0, edge: 0.05 };
    let ball = view(&trainer(2, Posterior::DiagonalGaussian, Some(ball)), [0, 1]);
    let [least, most] = radii(&ball.outline.contours[0][0]);
    // The edge lies within a cell of the lattice, 0.07.
    assert!(least > 1.93 && most < 2.07, "{least} to {most}");

    let sphere = view(&trainer(4, Posterior::VonMisesFisher, None), [0, 3]);
    let [least, most] = radii(&sphere.outline.contours[1][0]);
    assert!((least - 1.0).abs() < 1e-5 && (most - 1.0).abs() < 1e-5);
}

#[test]
fn item_11_a_prior_that_is_known_by_its_draws_alone_has_their_contours() {
    // Untrained, a RealNVP is near N(0, I); three dimensions have no closed form along two.
    let prior = Prior::RealNvp { blocks: 4, hidden: 16 };
    let view = view(&trainer(3, Posterior::DiagonalGaussian, Some(prior)), [0, 2]);
    let longest = view.outline.contours[1].iter().max_by_key(|line| line.len()).expect("there is one");
    let average = longest.iter().map(|[x, y, _]| x.hypot(*y)).sum::<f32>() / longest.len() as f32;
    // Two deviations; 4,000 draws and the smoothing move the line by some hundredths.
    assert!(average > 1.85 && average < 2.25, "{average}");
}

/// q of one image with these numbers from the encoder.
fn with_q<R>(
    latent: usize,
    posterior: Posterior,
    numbers: &[f32],
    of: impl FnOnce(&dyn crate::model::posterior::Distribution) -> R,
) -> R {
    let mut experiment = Experiment { encoder: Vec::new(), ..Experiment::default() };
    experiment.latent.dimension = latent;
    experiment.set_posterior(posterior);
    let image = ImageShape { channels: 1, height: 2, width: 2 };
    let model = Model::new(&experiment, image, &[0.5; 4]).expect("the experiment is sound");
    let device = Device::flex();
    let tensors: Vec<Tensor<1>> = model
        .parameters()
        .iter()
        .enumerate()
        .map(|(i, spec)| Tensor::from_floats(spec.initial_values(0, i).as_slice(), &device))
        .collect();
    let pass = Pass::evaluation(&tensors, &[]);
    let output = Tensor::from_data(TensorData::new(numbers.to_vec(), [1, numbers.len()]), &device);
    of(model.posterior().distribution(&pass, output).as_ref())
}

fn plane(origin: &[f32], axes: [usize; 2]) -> Plane {
    Plane { surface: Surface::Flat, axes, origin: origin.to_vec(), centre: [0.0; 2], half: 1.0, side: 1 }
}

#[test]
fn item_11_contours_of_a_full_covariance_follow_it() {
    // The packed triangle of two dimensions is (L₂₂'s log, L₂₁ …) in the family's order: the covariance is read off
    // samples instead.
    let numbers = [0.5, -0.3, -0.2, 0.7, -0.9];
    with_q(2, Posterior::FullGaussian, &numbers, |q| {
        let device = Device::flex();
        let mut epsilon = vec![0.0; 200_000];
        Stream::new(9, Purpose::Epsilon).fill_normal(0, &mut epsilon);
        let z: Vec<f64> = q
            .sample(Tensor::from_data(TensorData::new(epsilon, [100_000, 2]), &device))
            .into_data()
            .iter::<f64>()
            .collect();
        let mean = [0.5, -0.3];
        let moment =
            |i: usize, j: usize| z.chunks(2).map(|z| (z[i] - mean[i]) * (z[j] - mean[j])).sum::<f64>() / 100_000.0;
        let (a, b, c) = (moment(0, 0), moment(1, 1), moment(0, 1));
        assert!(c.abs() > 0.2 * (a * b).sqrt(), "they are correlated: {a} {b} {c}");
        let outline = Outline::in_picture(q, &plane(&[0.5, -0.3], [0, 1]), &device).expect("drawn");
        for (lines, deviations) in outline.contours.iter().zip([1.0, 2.0]) {
            assert_eq!(lines.len(), 1);
            for [x, y, _] in &lines[0] {
                let (x, y) = (f64::from(*x) - mean[0], f64::from(*y) - mean[1]);
                let distance = ((b * x * x - 2.0 * c * x * y + a * y * y) / (a * b - c * c)).sqrt();
                assert!((distance - deviations).abs() < 0.05 * deviations, "{distance}, not {deviations}");
            }
        }
    });
}

#[test]
fn item_11_contours_of_a_flow_hold_their_shares_of_its_draws() {
    // One step that bends a round Gaussian: u along z₂, w along z₁ and z₂.
    let numbers = [0.2, -0.1, 0.3, -0.4, 0.4, 2.5, 1.6, -0.9, 0.5];
    with_q(2, Posterior::PlanarFlow { length: 1 }, &numbers, |q| {
        let device = Device::flex();
        let outline = Outline::in_picture(q, &plane(&[0.0, 0.0], [0, 1]), &device).expect("drawn");
        let z = super::outline::draws(q, 4_000, 2, &device).expect("drawn");
        for (lines, share) in outline.contours.iter().zip(SHARES) {
            // Inside, a ray crosses the lines an odd number of times.
            let crossings = |z: &[f32]| {
                let crosses = |pair: &[[f32; 3]]| {
                    let ([ax, ay, _], [bx, by, _]) = (pair[0], pair[1]);
                    (ay > z[1]) != (by > z[1]) && z[0] < ax + (bx - ax) * (z[1] - ay) / (by - ay)
                };
                lines.iter().flat_map(|line| line.windows(2)).filter(|pair| crosses(pair)).count()
            };
            let inside = z.chunks(2).filter(|z| crossings(z) % 2 == 1).count() as f64 / 4_000.0;
            // Four standard errors of 4,000 draws.
            let error = 4.0 * (share * (1.0 - share) / 4_000.0).sqrt();
            assert!((inside - share).abs() < error + 0.005, "{inside} of the draws inside, not {share}");
        }
    });
}

#[test]
fn item_11_what_depends_on_other_dimensions_is_drawn_by_its_draws() {
    let numbers: Vec<f32> = (0..9).map(|i| (i as f32).sin()).collect();
    with_q(3, Posterior::FullGaussian, &numbers, |q| {
        let outline = Outline::marginal(q, 3, [0, 2], false, &Device::flex()).expect("drawn");
        assert!(outline.contours.iter().all(Vec::is_empty) && outline.draws.len() == 300);
    });
    with_q(3, Posterior::DiagonalGaussian, &numbers[..6], |q| {
        let outline = Outline::marginal(q, 3, [0, 2], false, &Device::flex()).expect("drawn");
        let deviation = |axis: usize| (0.5 * numbers[3 + axis]).exp();
        for [x, y, _] in &outline.contours[0][0] {
            let distance = ((x - numbers[0]) / deviation(0)).hypot((y - numbers[2]) / deviation(2));
            assert!((distance - 1.0).abs() < 0.02, "{distance}");
        }
    });
    // On a circle, arcs around the mean's direction.
    with_q(2, Posterior::VonMisesFisher, &[3.0, 4.0, 19.0], |q| {
        let outline = Outline::marginal(q, 2, [0, 1], true, &Device::flex()).expect("drawn");
        assert!((outline.centre[0] - 0.6).abs() < 1e-4 && (outline.centre[1] - 0.8).abs() < 1e-4);
        assert!(outline.contours.iter().all(|arcs| arcs.len() == 1));
        let [inner, outer] = outline.contours.each_ref().map(|arcs| arcs[0].len());
        // Of a normal 39 % lie within ±0.515 deviations and 86 % within ±1.494.
        let ratio = outer as f64 / inner as f64;
        assert!((ratio - 1.494 / 0.515).abs() < 0.2, "{ratio}");
    });
}

/// The experiment `mnist-2d` on a few images.
fn mnist_2d() -> Trainer {
    let mut experiment = preset("mnist-2d").expect("a bundled preset");
    experiment.device = DeviceChoice::Cpu;
    experiment.data.limit = Some(400);
    experiment.data.validation = 100;
    let dataset = Dataset::load(&experiment.data, experiment.seed, &mut |_| {}).expect("MNIST is embedded");
    let device = TrainingDevice::open(DeviceChoice::Cpu).expect("there is always a CPU");
    Trainer::new(experiment, Arc::new(dataset), device).expect("a preset is sound")
}

fn one_step(trainer: &Trainer) -> Option<OneStep> {
    match answer(trainer, &Question::OneStep { images: 5 }).expect("answered") {
        Answer::OneStep(step) => step.map(|step| *step),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_one_step_shows_is_what_the_trainer_did() {
    let mut trainer = mnist_2d();
    assert_eq!(one_step(&trainer), None, "no step has been taken");
    trainer.step().expect("a step");
    assert_eq!(one_step(&trainer), None, "nobody asked for a trace of it");
    let numbers = |tensors: &[Tensor<1>]| -> Vec<Vec<f32>> {
        tensors.iter().map(|tensor| tensor.to_data().iter::<f32>().collect()).collect()
    };
    let before = numbers(&trainer.snapshot().parameters);
    trainer.trace_next();
    let report = trainer.step().expect("a step").reports.remove(0);
    let after = numbers(&trainer.snapshot().parameters);
    let shown = one_step(&trainer).expect("a trace");

    // The step's own report, which is of this step alone.
    assert_eq!((shown.step, report.step), (2, 2));
    let close = |a: f64, b: f64, what: &str| assert!((a - b).abs() < 1e-4 * (1.0 + b.abs()), "{what}: {a}, not {b}");
    close(shown.mean_terms[0], report.reconstruction, "E[log p(x|z)]");
    close(shown.mean_terms[1], report.kl, "KL");
    close(shown.gradient_norm, report.gradient_norm, "the gradient's norm");
    assert_eq!((shown.batch, shown.rate), (trainer.experiment().training.batch, report.learning_rate));

    // Codes: z = μ + σ ⊙ ε, and the images' own KL and log p(x|z), decoded here from the z that is shown.
    let latent = shown.latent;
    for (i, z) in shown.z.iter().enumerate() {
        let expected = shown.mean[i] + shown.deviation[i] * shown.epsilon[i];
        assert!((z - expected).abs() < 1e-5, "z of entry {i}: {z}, not {expected}");
    }
    let device = Device::flex();
    let old: Vec<Tensor<1>> = before.iter().map(|v| Tensor::from_floats(v.as_slice(), &device)).collect();
    let pass = Pass::evaluation(&old, &[]);
    let tensor = |values: &[f32], columns: usize| {
        Tensor::<2>::from_data(TensorData::new(values.to_vec(), [values.len() / columns, columns]), &device)
    };
    let images = tensor(&shown.inputs.pixels, 784);
    let likelihood = trainer.model().log_likelihood(&pass, images.clone(), tensor(&shown.z, latent));
    for (own, [told, _]) in likelihood.to_data().iter::<f32>().zip(&shown.terms) {
        close(f64::from(*told), f64::from(own), "log p(x|z) of an image");
    }
    for (row, [_, told]) in shown.terms.iter().enumerate() {
        let kl: f64 = (row * latent..(row + 1) * latent)
            .map(|i| {
                let (mean, deviation) = (f64::from(shown.mean[i]), f64::from(shown.deviation[i]));
                0.5 * (mean * mean + deviation * deviation - 1.0) - deviation.ln()
            })
            .sum();
        close(f64::from(*told), kl, "KL of an image");
    }
    // The pull of log p(x|z), by finite differences.
    let (i, h) = (latent, 1e-2_f32);
    let at = |shift: f32| {
        let mut z = shown.z.clone();
        z[i] += shift;
        trainer.model().log_likelihood(&pass, images.clone(), tensor(&z, latent)).to_data().iter::<f32>().nth(1)
    };
    let slope = (at(h).expect("five images") - at(-h).expect("five images")) / (2.0 * h);
    assert!((slope - shown.pull[i]).abs() < 0.02 * (1.0 + slope.abs()), "{} and {slope}", shown.pull[i]);
    assert!(shown.hold.iter().zip(&shown.z).all(|(hold, z)| (hold + z).abs() < 1e-5), "of N(0, 1): −z");

    // Parameters: those before and after the step, entry by entry.
    for (moved, (before, after)) in shown.moved.iter().zip(before.iter().zip(&after)) {
        assert_eq!(moved.count, before.len());
        for [old, gradient, new] in &moved.entries {
            let index = before.iter().position(|v| v == old).expect("an entry of the tensor");
            assert!(after.iter().any(|v| v == new) && gradient.is_finite(), "{} {index}", moved.name);
        }
    }
    assert!(shown.moved.iter().any(|moved| moved.is_of_the_encoder()));
    assert!(shown.moved.iter().any(|moved| !moved.is_of_the_encoder()));
}

#[test]
fn a_step_with_a_trace_is_the_same_step() {
    let parameters = |traced: bool| {
        let mut trainer = mnist_2d();
        for _ in 0..3 {
            if traced {
                trainer.trace_next();
            }
            trainer.step().expect("a step");
        }
        let tensors = &trainer.snapshot().parameters;
        tensors.iter().flat_map(|tensor| tensor.to_data().iter::<f32>().collect::<Vec<f32>>()).collect::<Vec<f32>>()
    };
    assert_eq!(parameters(false), parameters(true));
}
