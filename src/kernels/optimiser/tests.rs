//! The rules against their definition in f64, and the CPU's loop against tensor operations.

use super::{Rule, Step};
use crate::experiment::Optimiser;
use crate::kernels::{Executor, Scaling};
use crate::random::{Purpose, Stream};
use burn::tensor::{Device, Tensor};

/// One of each rule, with numbers that leave nothing out.
pub const OPTIMISERS: [Optimiser; 5] = [
    Optimiser::Sgd { momentum: 0.9 },
    Optimiser::Adam { beta1: 0.9, beta2: 0.99, epsilon: 1e-4 },
    Optimiser::AdamW { beta1: 0.9, beta2: 0.99, epsilon: 1e-4, weight_decay: 0.1 },
    Optimiser::Adagrad { epsilon: 1e-4 },
    Optimiser::RmsProp { decay: 0.99, epsilon: 1e-4, momentum: 0.9 },
];

/// A parameter after step `count` at learning rate `rate`, and its moments in their place, by the definition in f64.
pub fn expected(
    optimiser: Optimiser,
    (rate, count): (f64, u64),
    parameter: f32,
    moments: &mut [f32; 2],
    gradient: f64,
) -> f32 {
    let (g, p) = (gradient, f64::from(parameter));
    let [first, second] = moments.map(f64::from);
    let adam = |betas: [f64; 2], epsilon: f64, weight_decay: f64| {
        let [beta1, beta2] = betas;
        let (m, v) = (first * beta1 + g * (1.0 - beta1), second * beta2 + g * g * (1.0 - beta2));
        let [m_hat, v_hat] = [m / (1.0 - beta1.powi(count as i32)), v / (1.0 - beta2.powi(count as i32))];
        (p * (1.0 - rate * weight_decay) - rate * m_hat / (v_hat.sqrt() + epsilon), m, v)
    };
    let (new, first, second) = match optimiser {
        Optimiser::Sgd { momentum } => {
            let v = first * momentum + g;
            (p - rate * v, v, second)
        }
        Optimiser::Adam { beta1, beta2, epsilon } => adam([beta1, beta2], epsilon, 0.0),
        Optimiser::AdamW { beta1, beta2, epsilon, weight_decay } => adam([beta1, beta2], epsilon, weight_decay),
        Optimiser::Adagrad { epsilon } => {
            let sum = first + g * g;
            (p - rate * g / (sum.sqrt() + epsilon), sum, second)
        }
        Optimiser::RmsProp { decay, epsilon, momentum } => {
            let mean = first * decay + g * g * (1.0 - decay);
            let v = second * momentum + g / (mean.sqrt() + epsilon);
            (p - rate * v, mean, v)
        }
    };
    *moments = [first as f32, second as f32];
    new as f32
}

fn normals(count: usize, counter: u64) -> Vec<f32> {
    let mut values = vec![0.0; count];
    Stream::new(8, Purpose::Choice).fill_normal(counter, &mut values);
    values
}

fn upload(values: &[Vec<f32>]) -> Vec<Tensor<1>> {
    values.iter().map(|values| Tensor::from_floats(values.as_slice(), &Device::flex())).collect()
}

fn read(tensors: &[Tensor<1>]) -> Vec<Vec<f32>> {
    tensors.iter().map(|tensor| tensor.to_data().iter::<f32>().collect()).collect()
}

/// Parameters, their gradients and two moments; the last tensor has more than one block.
fn numbers() -> [Vec<Vec<f32>>; 4] {
    let lengths = [1, 300, 40_000];
    let of = |counter: u64| lengths.iter().map(|&n| normals(n, counter + n as u64)).collect::<Vec<_>>();
    let squares = |values: Vec<Vec<f32>>| -> Vec<Vec<f32>> {
        values.into_iter().map(|values| values.into_iter().map(|v| v * v).collect()).collect()
    };
    [of(1), of(2), squares(of(3)), squares(of(4))]
}

#[test]
fn steps_on_the_cpu_are_those_of_their_rules_on_any_number_of_threads() {
    let [parameters, gradients, first, second] = numbers();
    for optimiser in OPTIMISERS {
        let (rate, count) = (0.01, 3);
        let moments = Rule::of(optimiser).moments().iter().zip([&first, &second]).map(|(_, values)| values.clone());
        let moments: Vec<Vec<Vec<f32>>> = moments.collect();
        let found = [1, 3].map(|threads| {
            let executor = Executor::new(Device::flex(), threads);
            let (step, clip) = (Step::new(optimiser, rate, count), None);
            let moments = moments.iter().map(|moment| upload(moment)).collect();
            let scaling = Scaling { factor: -0.25, clip };
            let (parameters, moments) =
                executor.update(step, upload(&parameters), moments, upload(&gradients), scaling);
            (read(&parameters), moments.iter().map(|moment| read(moment)).collect::<Vec<_>>())
        });
        assert!(found[0] == found[1], "{optimiser:?} on threads");
        let (new, new_moments) = &found[0];
        for (tensor, values) in parameters.iter().enumerate() {
            for (i, &parameter) in values.iter().enumerate() {
                let mut own = [0, 1].map(|which| moments.get(which).map_or(0.0, |m| m[tensor][i]));
                let gradient = -0.25 * f64::from(gradients[tensor][i]);
                let expected = expected(optimiser, (rate, count), parameter, &mut own, gradient);
                let near = |found: f32, expected: f32| (found - expected).abs() <= 4e-6 * expected.abs().max(1.0);
                assert!(near(new[tensor][i], expected), "{optimiser:?}: {}, not {expected}", new[tensor][i]);
                for (moment, own) in new_moments.iter().zip(own) {
                    assert!(near(moment[tensor][i], own), "{optimiser:?}: moment {}, not {own}", moment[tensor][i]);
                }
            }
        }
    }
}

#[test]
fn moments_that_nothing_is_added_to_become_0_and_are_never_subnormal() {
    for optimiser in OPTIMISERS {
        let executor = Executor::new(Device::flex(), 1);
        let count = Rule::of(optimiser).moments().len();
        let mut parameters = upload(&[vec![0.5; 40]]);
        let mut moments = vec![upload(&[vec![0.0; 40]]); count];
        let mut expected = (0.5, [0.0; 2]);
        for step in 1..20_000 {
            let gradient = if step < 3 { 0.7 } else { 0.0 };
            expected.0 = self::expected(optimiser, (0.01, step), expected.0, &mut expected.1, gradient.into());
            let gradients = upload(&[vec![gradient; 40]]);
            let scaling = Scaling { factor: 1.0, clip: None };
            (parameters, moments) =
                executor.update(Step::new(optimiser, 0.01, step), parameters, moments, gradients, scaling);
            let all = moments.iter().flat_map(|moment| read(moment)).flatten();
            assert!(all.into_iter().all(|m| m == 0.0 || m.is_normal()), "{optimiser:?}, step {step}");
        }
        let near = |found: f32| (found - expected.0).abs() < 1e-4;
        assert!(read(&parameters)[0].iter().all(|&found| near(found)), "{optimiser:?}: {expected:?}");
        let zero = |moment: &[Tensor<1>]| read(moment)[0].iter().all(|&m| m == 0.0);
        // Adagrad's sum does not decay.
        assert!(matches!(optimiser, Optimiser::Adagrad { .. }) || moments.iter().all(|moment| zero(moment)));
    }
}

#[test]
fn steps_on_the_cpu_are_rounded_as_tensor_operations_are() {
    let [parameters, gradients, first, second] = numbers();
    let (rate, factor) = (3e-3, 0.37);
    for optimiser in OPTIMISERS {
        let mut moments = [upload(&first), upload(&second)];
        let count = Rule::of(optimiser).moments().len();
        let old = moments[..count].to_vec();
        let pairs = upload(&parameters).into_iter().zip(upload(&gradients)).enumerate();
        let expected = pairs.map(|(index, (parameter, gradient))| {
            let g = gradient * factor;
            match optimiser {
                Optimiser::Sgd { momentum } => {
                    let v = moments[0][index].clone() * momentum + g;
                    moments[0][index] = v.clone();
                    parameter - v * rate
                }
                Optimiser::Adagrad { epsilon } => {
                    let sum = moments[0][index].clone() + g.clone().square();
                    moments[0][index] = sum.clone();
                    parameter - g / (sum.sqrt() + epsilon) * rate
                }
                Optimiser::RmsProp { decay, epsilon, momentum } => {
                    let mean = moments[0][index].clone() * decay + g.clone().square() * (1.0 - decay);
                    moments[0][index] = mean.clone();
                    let v = moments[1][index].clone() * momentum + g / (mean.sqrt() + epsilon);
                    moments[1][index] = v.clone();
                    parameter - v * rate
                }
                // Adam never was written in tensor operations.
                Optimiser::Adam { .. } | Optimiser::AdamW { .. } => parameter,
            }
        });
        let expected = read(&expected.collect::<Vec<_>>());
        if Rule::of(optimiser) == Rule::Adam {
            continue;
        }
        let executor = Executor::new(Device::flex(), 2);
        let scaling = Scaling { factor, clip: None };
        let step = Step::new(optimiser, rate, 1);
        let (new, new_moments) = executor.update(step, upload(&parameters), old, upload(&gradients), scaling);
        assert!(read(&new) == expected, "{optimiser:?}");
        for (found, expected) in new_moments.iter().zip(&moments) {
            assert!(read(found) == read(expected), "a moment of {optimiser:?}");
        }
    }
}

#[test]
fn clipped_gradients_have_the_largest_norm_that_they_may_have() {
    let gradients = vec![vec![3.0, 0.0], vec![0.0, -4.0]];
    let executor = Executor::new(Device::flex(), 1);
    for (limit, expected) in [(10.0, [-3.0, 4.0]), (2.5, [-1.5, 2.0])] {
        let (gradients, norms) = executor.sum_gradients(vec![upload(&gradients)]);
        let step = Step::new(Optimiser::Sgd { momentum: 0.0 }, 1.0, 1);
        let zeros = || upload(&[vec![0.0; 2], vec![0.0; 2]]);
        let scaling = Scaling { factor: 1.0, clip: Some((limit, norms)) };
        let (new, _) = executor.update(step, zeros(), vec![zeros()], gradients, scaling);
        assert_eq!(read(&new), [vec![expected[0], 0.0], vec![0.0, expected[1]]], "limit {limit}");
    }
}
