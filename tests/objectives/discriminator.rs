//! FactorVAE's discriminator: the density ratio that it learns, and what each network's gradient is of.

use super::support::{Case, experiment, read};
use burn::tensor::{Device, Tensor, TensorData};
use elbow::experiment::method::Sizes;
use elbow::experiment::{Choice, Objective, Penalty};
use elbow::model::TensorSpec;
use elbow::objective::{Discriminator, DiscriminatorPass, penalties};
use elbow::random::{Purpose, Stream};

fn objective(weight: f64) -> Objective {
    let penalty = Penalty::FactorVae { weight, layers: 2, hidden: 8, rate: 1e-3 };
    Objective { penalty, ..Objective::default() }
}

fn network(objective: &Objective, latent: usize) -> Discriminator {
    penalties::build(objective.penalty).discriminator(latent).expect("FactorVAE has a discriminator")
}

#[test]
fn its_tensors_are_as_many_as_the_list_says() {
    let image = super::support::IMAGE;
    for latent in [1, 3, 20] {
        for &penalty in Penalty::ALL {
            let specs = penalties::build(penalty).discriminator(latent).map(|network| network.parameters());
            let numbers: usize = specs.iter().flatten().map(TensorSpec::count).sum();
            assert_eq!(penalty.counts(Sizes { image, latent, upper: 0 }).parameters, numbers, "{}", penalty.name());
        }
    }
}

/// Adam as it is published, on the host.
struct Adam {
    moments: Vec<[f64; 2]>,
    steps: i32,
}

impl Adam {
    fn update(&mut self, parameters: &mut [Vec<f32>], gradient: &[f64], rate: f64) {
        self.steps += 1;
        let (correct1, correct2) = (1.0 - 0.5_f64.powi(self.steps), 1.0 - 0.9_f64.powi(self.steps));
        let numbers = parameters.iter_mut().flatten().zip(&mut self.moments).zip(gradient);
        for ((value, [first, second]), g) in numbers {
            *first = 0.5 * *first + 0.5 * g;
            *second = 0.9 * *second + 0.1 * g * g;
            *value -= (rate * (*first / correct1) / ((*second / correct2).sqrt() + 1e-8)) as f32;
        }
    }
}

/// z ~ N(0, R) with R a correlation matrix: TC = −½ ln det R (the entries' own densities are standard normal).
#[test]
fn it_learns_the_total_correlation_of_a_gaussian() {
    // z₂ = ρ z₁ + √(1 − ρ²)·…, z₃ apart: det R = 1 − ρ².
    for rho in [0.0_f32, 0.9] {
        let truth = -0.5 * f64::from(1.0 - rho * rho).ln();
        let learned = learned_total_correlation(rho);
        assert!((learned - truth).abs() < 0.03 + 0.06 * truth, "{learned} nats, not {truth}");
    }
}

/// The total correlation by a discriminator, after 2,000 steps, on fresh codes; in nats.
fn learned_total_correlation(rho: f32) -> f64 {
    let device = Device::flex();
    let network = Discriminator { latent: 3, layers: 2, hidden: 32, rate: 0.0 };
    let specs = network.parameters();
    let mut parameters: Vec<Vec<f32>> = specs.iter().enumerate().map(|(i, spec)| spec.initial_values(5, i)).collect();
    let codes = |counter: u64, rows: usize| {
        let mut z = vec![0.0; 3 * rows];
        Stream::new(6, Purpose::Prior).fill_normal(counter, &mut z);
        z.chunks_mut(3).for_each(|z| z[1] = rho * z[0] + (1.0 - rho * rho).sqrt() * z[1]);
        Tensor::<2>::from_data(TensorData::new(z, [rows, 3]), &device)
    };
    let order = Stream::new(7, Purpose::Permute);
    let tensors = |parameters: &[Vec<f32>]| -> Vec<Tensor<1>> {
        parameters.iter().map(|p| Tensor::from_floats(p.as_slice(), &device)).collect()
    };
    let mut adam = Adam { moments: vec![[0.0; 2]; parameters.iter().map(Vec::len).sum()], steps: 0 };
    let steps = 2_000;
    for step in 0..steps {
        let leaves: Vec<Tensor<1>> = tensors(&parameters).into_iter().map(|p| p.autodiff().require_grad()).collect();
        let pass = DiscriminatorPass { parameters: &leaves, order, counter: step };
        let mut gradients = network.loss(pass, codes(step, 256)).backward();
        let of =
            |leaf: &Tensor<1>| read(leaf.grad_remove(&mut gradients).expect("the loss depends on every parameter"));
        let gradient: Vec<f64> = leaves.iter().flat_map(of).collect();
        // To a rate of 0, so that the last steps' noise averages out.
        adam.update(&mut parameters, &gradient, 3e-3 * (1.0 - step as f64 / steps as f64));
    }
    let parameters = tensors(&parameters);
    let pass = DiscriminatorPass { parameters: &parameters, order, counter: 0 };
    read(network.total_correlation(pass, codes(u64::MAX, 20_000)))[0]
}

/// A case whose discriminator has weights that matter.
fn case() -> Case {
    let mut case = Case::new(&experiment(2), 0.7);
    let specs = network(&objective(1.0), 2).parameters();
    let values = |(i, spec): (usize, &TensorSpec)| {
        let mut values = vec![0.0; spec.count()];
        Stream::new(8, Purpose::Initialise).fill_normal(i as u64, &mut values);
        values.iter().map(|v| 0.8 * v).collect()
    };
    case.discriminator = specs.iter().enumerate().map(values).collect();
    case
}

/// Central differences of what `value` says of each number that `of` names.
fn differences(case: &mut Case, of: fn(&mut Case) -> &mut Vec<Vec<f32>>, value: impl Fn(&Case) -> f64) -> Vec<f64> {
    // Small beside the discriminator's kinks.
    let step = 5e-4_f32;
    let sizes: Vec<usize> = of(case).iter().map(Vec::len).collect();
    let mut found = Vec::new();
    for (tensor, size) in sizes.into_iter().enumerate() {
        for i in 0..size {
            let at = of(case)[tensor][i];
            let mut moved = |to: f32| {
                of(case)[tensor][i] = to;
                value(case)
            };
            let (above, below) = (moved(at + step), moved(at - step));
            of(case)[tensor][i] = at;
            found.push((above - below) / (2.0 * f64::from(step)));
        }
    }
    found
}

const DRAWS: usize = 40;

fn assert_near(what: &str, found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    assert!(expected.iter().any(|e| e.abs() > 10.0 * tolerance), "{what}: nothing to see");
    for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert!((found - expected).abs() < tolerance, "{what}, number {i}: {found}, not {expected}");
    }
}

#[test]
fn neither_network_climbs_the_other_s_objective() {
    let mut case = case();
    let step = |case: &Case, weight: f64| case.step(&objective(weight), DRAWS, 3);
    let plain = case.step(&Objective::default(), DRAWS, 3);
    let (with, without) = (step(&case, 2.0), step(&case, 0.0));

    // The model's: the ELBO's less γ times that of the total correlation with the discriminator held fixed.
    assert_near("the loss alone", &without.gradient, &plain.gradient, 1e-5);
    let penalty: Vec<f64> = with.gradient.iter().zip(&plain.gradient).map(|(a, b)| a - b).collect();
    let expected = differences(
        &mut case,
        |case| &mut case.parameters,
        |case| step(case, 2.0).objective - step(case, 0.0).objective,
    );
    assert_near("the penalty", &penalty, &expected, 5e-3);

    // The discriminator's: that of its own loss, whatever γ is.
    let expected = differences(&mut case, |case| &mut case.discriminator, |case| step(case, 0.0).objective);
    assert_near("the discriminator", &with.discriminator, &expected, 5e-3);
    assert_near("the discriminator at γ = 0", &without.discriminator, &with.discriminator, 1e-6);
}
