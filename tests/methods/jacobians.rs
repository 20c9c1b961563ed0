//! Log determinants against numeric Jacobians of the same maps written down in double precision, for ordinary numbers,
//! zeros, denormal ones and large ones.

use crate::jacobian::log_determinant;
use crate::support::{IMAGE, Small, experiment, matrix, prior_beside, read};
use elbow::experiment::{Likelihood, Posterior, Prior};
use proptest::prelude::*;
use std::f64::consts::TAU;

/// Step of the differences by which Jacobians are computed.
const H: f64 = 1e-3;

fn log_normal(epsilon: &[f64]) -> f64 {
    -0.5 * epsilon.iter().map(|e| e * e + TAU.ln()).sum::<f64>()
}

fn doubles(values: &[f32]) -> Vec<f64> {
    values.iter().map(|&v| f64::from(v)).collect()
}

/// A model whose parameters are drawn with the deviation `spread`.
fn small(posterior: Posterior, prior: Prior, latent: usize, spread: f32) -> Small {
    Small::new(&experiment(Likelihood::default(), latent, posterior, prior), IMAGE, spread)
}

/// A parameter by its name.
fn parameter(small: &Small, name: &str) -> Vec<f64> {
    let index = small.model.parameters().iter().position(|spec| spec.name == name);
    read(small.parameters[index.unwrap_or_else(|| panic!("there is no {name}"))].clone())
}

/// One layer, `z.len() × units`: `reads` says whether a unit sees an input.
fn affine(z: &[f64], weight: &[f64], bias: &[f64], reads: impl Fn(usize, usize) -> bool) -> Vec<f64> {
    let units = bias.len();
    let unit = |unit: usize| {
        let seen = z.iter().enumerate().filter(|(i, _)| reads(*i, unit));
        bias[unit] + seen.map(|(i, z)| z * weight[i * units + unit]).sum::<f64>()
    };
    (0..units).map(unit).collect()
}

/// Numbers of an encoder or coordinates: ordinary, 0, denormal, or up to `large`.
fn number(large: f32) -> impl Strategy<Value = f32> {
    prop_oneof![4 => -2.0_f32..2.0, 1 => Just(0.0_f32), 1 => Just(-1e-40_f32), 1 => -large..large]
}

fn numbers(large: f32, count: usize) -> impl Strategy<Value = Vec<f32>> {
    prop_oneof![4 => prop::collection::vec(number(large), count), 1 => Just(vec![0.0; count])]
}

/// Weights as they are at first, in training, and gone.
fn spread() -> impl Strategy<Value = f32> {
    prop_oneof![Just(0.0_f32), Just(1e-40_f32), Just(0.05_f32), Just(0.3_f32), Just(0.8_f32)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// z = μ + L·ε, with the numbers of L packed as the encoder gives them.
    #[test]
    fn item_19_cholesky(
        (d, output, epsilon) in (1_usize..6)
            .prop_flat_map(|d| (Just(d), numbers(6.0, d + d * (d + 1) / 2), numbers(30.0, d))),
    ) {
        let small = small(Posterior::FullGaussian, Prior::default(), d, 0.1);
        let q = small.model.posterior().distribution(&small.pass(), matrix(&output, output.len()));
        let (z, found) = q.sample_with_log_prob(matrix(&epsilon, d));
        let packed = doubles(&output[d..]);
        let square: Vec<f64> = packed[d..].iter().chain(packed.iter().rev()).copied().collect();
        let map = |epsilon: &[f64]| -> Vec<f64> {
            let row = |i: usize| {
                let below: f64 = (0..i).map(|j| square[i * d + j] * epsilon[j]).sum();
                f64::from(output[i]) + below + square[i * d + i].exp() * epsilon[i]
            };
            (0..d).map(row).collect()
        };
        let epsilon = doubles(&epsilon);
        let expected = log_normal(&epsilon) - log_determinant(map, &epsilon, H);
        let found = read(found)[0];
        let error = 1e-4 + 1e-6 * expected.abs();
        prop_assert!((found - expected).abs() < error, "{} instead of {}", found, expected);
        for (z, exact) in read(z).iter().zip(map(&epsilon)) {
            prop_assert!((z - exact).abs() < 1e-4 * (1.0 + exact.abs()) + 1e-3, "{} instead of {}", z, exact);
        }
    }

    /// Blocks g⊙z + (1 − g)⊙m, m and g by the masked network.
    #[test]
    fn item_19_inverse_autoregressive_flow(
        (d, output, epsilon) in (1_usize..5).prop_flat_map(|d| (Just(d), numbers(6.0, 2 * d + 7), numbers(10.0, d))),
        spread in spread(),
    ) {
        let posterior = Posterior::InverseAutoregressiveFlow { blocks: 3, hidden: 7 };
        let small = small(posterior, prior_beside(posterior), d, spread);
        let q = small.model.posterior().distribution(&small.pass(), matrix(&output, output.len()));
        let (_, found) = q.sample_with_log_prob(matrix(&epsilon, d));
        let output = doubles(&output);
        let (mean, log_variance, context) = (&output[..d], &output[d..2 * d], &output[2 * d..]);
        let least = std::cell::Cell::new(1.0_f64);
        let block = |number: usize, z: Vec<f64>| -> Vec<f64> {
            let own = |part: &str| parameter(&small, &format!("posterior.block.{number}.{part}"));
            let rank = |i: usize| if number.is_multiple_of(2) { i } else { d - 1 - i };
            let hidden = affine(&z, &own("in.weight"), &own("in.bias"), |i, unit| rank(i) < unit % d);
            let elu = |h: f64| if h > 0.0 { h } else { h.exp_m1() };
            let hidden: Vec<f64> = hidden.iter().zip(context).map(|(h, c)| elu(h + c)).collect();
            let out = affine(&hidden, &own("out.weight"), &own("out.bias"), |unit, o| unit % d <= rank(o % d));
            let gate = |i: usize| 1.0 / (1.0 + (-(out[d + i] + 1.5)).exp());
            (0..d).for_each(|i| least.set(least.get().min(gate(i))));
            (0..d).map(|i| out[i] + gate(i) * (z[i] - out[i])).collect()
        };
        // Block by block: each Jacobian is triangular, so that their smallest entries are not lost beside the largest.
        let epsilon = doubles(&epsilon);
        let base = (0..d).map(|i| mean[i] + (0.5 * log_variance[i]).exp() * epsilon[i]).collect();
        let start = log_normal(&epsilon) - 0.5 * log_variance.iter().sum::<f64>();
        let (expected, _) = (0..3).fold((start, base), |(log_q, z): (f64, Vec<f64>), number| {
            let map = |z: &[f64]| block(number, z.to_vec());
            (log_q - log_determinant(map, &z, H), map(&z))
        });
        // Beyond, differences tell nothing in double precision either.
        prop_assume!(least.get() > 1e-9);
        let found = read(found)[0];
        let error = 1e-3 + 1e-5 * expected.abs();
        prop_assert!((found - expected).abs() < error, "{} instead of {}", found, expected);
    }

    /// Couplings z ↦ e^s⊙z + t, every other entry at a time.
    #[test]
    fn item_19_real_nvp(
        (d, z) in (1_usize..5).prop_flat_map(|d| (Just(d), numbers(10.0, d))),
        spread in spread(),
    ) {
        let small = small(Posterior::default(), Prior::RealNvp { blocks: 3, hidden: 7 }, d, spread);
        let found = read(small.model.prior(&small.pass()).log_prob(matrix(&z, d)))[0];
        let coupling = |number: usize, z: Vec<f64>| -> Vec<f64> {
            let own = |part: &str| parameter(&small, &format!("prior.block.{number}.{part}"));
            let moved = |i: usize| (i + number).is_multiple_of(2);
            let hidden = affine(&z, &own("in.weight"), &own("in.bias"), |i, _| !moved(i));
            let hidden: Vec<f64> = hidden.iter().map(|h| h.tanh()).collect();
            let out = affine(&hidden, &own("out.weight"), &own("out.bias"), |_, _| true);
            let scale = |i: usize| (3.0 * (out[i] / 3.0).tanh()).exp();
            (0..d).map(|i| if moved(i) { z[i] * scale(i) + out[d + i] } else { z[i] }).collect()
        };
        let map = |z: &[f64]| (0..3).fold(z.to_vec(), |z, number| coupling(number, z));
        let z = doubles(&z);
        let expected = log_normal(&map(&z)) + log_determinant(map, &z, H);
        let error = 1e-3 + 2e-5 * expected.abs();
        prop_assert!((found - expected).abs() < error, "{} instead of {}", found, expected);
    }
}
