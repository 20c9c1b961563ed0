//! Two layers of latent variables: p(h₂) p(h₁|h₂) and q(h₁|x) q(h₂|h₁), against sums by hand in double precision.

use crate::support::{IMAGE, Small, experiment, matrix, normals, read};
use elbow::experiment::{Experiment, Likelihood, Posterior, Prior};
use std::f64::consts::TAU;

/// h₁ has three dimensions, h₂ two.
const LOWER: usize = 3;
const LATENT: usize = 5;
const ROWS: usize = 8;

fn two_layers() -> Experiment {
    let posterior = Posterior::TwoLayer { upper: 2, hidden: 4, depth: 2 };
    experiment(Likelihood::default(), LATENT, posterior, Prior::TwoLayer { hidden: 6, depth: 1 })
}

fn small() -> Small {
    Small::new(&two_layers(), IMAGE, 0.6)
}

/// A parameter by its name, with its shape.
fn parameter(small: &Small, name: &str) -> (Vec<usize>, Vec<f64>) {
    let index = small.model.parameters().iter().position(|spec| spec.name == name);
    let index = index.unwrap_or_else(|| panic!("there is no {name}"));
    (small.model.parameters()[index].shape.clone(), read(small.parameters[index].clone()))
}

/// One affine layer.
fn affine(small: &Small, name: &str, h: &[f64]) -> Vec<f64> {
    let (shape, weight) = parameter(small, &format!("{name}.weight"));
    let (_, bias) = parameter(small, &format!("{name}.bias"));
    assert_eq!(shape, [h.len(), bias.len()], "{name}");
    (0..bias.len())
        .map(|o| bias[o] + h.iter().enumerate().map(|(i, h)| h * weight[i * shape[1] + o]).sum::<f64>())
        .collect()
}

/// Mean and log variance of the layer that a network gives: `depth` tanh layers and the heads.
fn given(small: &Small, name: &str, depth: usize, h: &[f64]) -> Vec<[f64; 2]> {
    let hidden = (0..depth)
        .fold(h.to_vec(), |h, layer| affine(small, &format!("{name}.{layer}"), &h).iter().map(|v| v.tanh()).collect());
    let heads = affine(small, &format!("{name}.heads"), &hidden);
    let (means, log_variances) = heads.split_at(heads.len() / 2);
    means.iter().zip(log_variances).map(|(&mean, &log_variance)| [mean, log_variance]).collect()
}

/// log N(v; mean, e^log variance), entry by entry.
fn log_normal(v: &[f64], of: &[[f64; 2]]) -> Vec<f64> {
    let entry = |(v, [mean, log_variance]): (&f64, &[f64; 2])| {
        -0.5 * (TAU.ln() + log_variance + (v - mean).powi(2) / log_variance.exp())
    };
    v.iter().zip(of).map(entry).collect()
}

fn assert_near(what: &str, found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() < 1e-4 * expected.abs().max(1.0), "{what}: {found}, not {expected}");
    }
}

fn points() -> Vec<f32> {
    normals(51, ROWS * LATENT)
}

#[test]
fn log_p_and_log_q_are_the_sums_of_their_layers() {
    let small = small();
    let z = points();
    // Two images, four samples each: row k·2 + b belongs to image b.
    let heads: Vec<f32> = normals(52, 2 * 2 * LOWER).iter().map(|v| 0.7 * v).collect();
    let q = small.model.posterior().distribution(&small.pass(), matrix(&heads, 2 * LOWER));
    let p = small.model.prior(&small.pass());
    let (mut prior, mut posterior) = (Vec::new(), Vec::new());
    for (row, z) in z.chunks(LATENT).enumerate() {
        let z: Vec<f64> = z.iter().map(|&v| f64::from(v)).collect();
        let (h1, h2) = z.split_at(LOWER);
        prior.extend(log_normal(h1, &given(&small, "prior.lower", 1, h2)));
        prior.extend(log_normal(h2, &[[0.0; 2]; 2]));
        let (means, log_variances) = heads[row % 2 * 2 * LOWER..][..2 * LOWER].split_at(LOWER);
        let first: Vec<[f64; 2]> =
            means.iter().zip(log_variances).map(|(&m, &v)| [f64::from(m), f64::from(v)]).collect();
        posterior.extend(log_normal(h1, &first));
        posterior.extend(log_normal(h2, &given(&small, "posterior.upper", 2, h1)));
    }
    let sums = |factors: &[f64]| factors.chunks(LATENT).map(|row| row.iter().sum()).collect::<Vec<f64>>();
    let z = matrix(&z, LATENT);
    assert_near("log p", &read(p.log_prob(z.clone())), &sums(&prior));
    assert_near("log q", &read(q.log_prob(z.clone())), &sums(&posterior));
    assert_near("log p by entry", &read(p.log_factors(z.clone()).expect("a product")), &prior);
    assert_near("log q by entry", &read(q.log_factors(z).expect("a product")), &posterior);
}

#[test]
fn the_decoder_reads_the_lower_layer_alone() {
    let small = small();
    let decoded = |z: &[f32]| read(small.model.decode(&small.pass(), matrix(z, LATENT)));
    let z = points();
    let moved = |dimension: usize| {
        let mut z = z.clone();
        z.iter_mut().skip(dimension).step_by(LATENT).for_each(|v| *v += 1.0);
        decoded(&z)
    };
    let before = decoded(&z);
    (0..LATENT).for_each(|d| assert_eq!(moved(d) == before, d >= LOWER, "dimension {d}"));
    assert_eq!((small.model.latent(), small.model.plan().lower()), (LATENT, LOWER));
}

/// A traversal shows h₁ at its mean given h₂ where h₂ was moved, and z as it is where h₁ was moved.
#[test]
fn the_lower_layer_follows_the_upper_one() {
    let small = small();
    let density = small.model.prior(&small.pass());
    let z = points();
    let follow = |moved: &[usize]| read(density.follow(matrix(&z, LATENT), moved));
    let expected: Vec<f64> = z
        .chunks(LATENT)
        .flat_map(|z| {
            let h2: Vec<f64> = z[LOWER..].iter().map(|&v| f64::from(v)).collect();
            given(&small, "prior.lower", 1, &h2).iter().map(|of| of[0]).chain(h2).collect::<Vec<f64>>()
        })
        .collect();
    assert_near("h₂ moved", &follow(&[LOWER, LATENT - 1]), &expected);
    assert_eq!(follow(&[0, LOWER]), z.iter().map(|&v| f64::from(v)).collect::<Vec<f64>>());
}

/// Where the networks between the layers give constants, q is a diagonal Gaussian and p another one: the sampled KL of
/// each dimension is the closed form of two Gaussians.
#[test]
fn the_kl_of_each_dimension_is_that_of_its_gaussians() {
    let mut small = small();
    let names: Vec<String> = small.model.parameters().iter().map(|spec| spec.name.clone()).collect();
    for (name, values) in names.iter().zip(&mut small.parameters) {
        if name.ends_with("heads.weight") {
            *values = values.clone().zeros_like();
        }
    }
    let heads: Vec<f32> = normals(53, 2 * LOWER).iter().map(|v| 0.7 * v).collect();
    let q = small.model.posterior().distribution(&small.pass(), matrix(&heads, 2 * LOWER));
    let p = small.model.prior(&small.pass());
    let constants = |name: &str| {
        let (_, values) = parameter(&small, name);
        let (means, log_variances) = values.split_at(values.len() / 2);
        means.iter().zip(log_variances).map(|(&m, &v)| [m, v]).collect::<Vec<_>>()
    };
    let first = (0..LOWER).map(|d| [f64::from(heads[d]), f64::from(heads[LOWER + d])]);
    let of_q: Vec<[f64; 2]> = first.chain(constants("posterior.upper.heads.bias")).collect();
    let of_p: Vec<[f64; 2]> = constants("prior.lower.heads.bias").into_iter().chain([[0.0; 2]; 2]).collect();
    let draws = 40_000;
    let z = q.sample(matrix(&normals(54, draws * LATENT), LATENT));
    let ratios = read(q.log_factors(z.clone()).expect("a product") - p.log_factors(z).expect("a product"));
    for d in 0..LATENT {
        let ([m, v], [prior_m, prior_v]) = (of_q[d], of_p[d]);
        let closed = 0.5 * (prior_v - v + ((m - prior_m).powi(2) + v.exp()) / prior_v.exp() - 1.0);
        let values: Vec<f64> = ratios.iter().skip(d).step_by(LATENT).copied().collect();
        let mean = values.iter().sum::<f64>() / draws as f64;
        let variance = values.iter().map(|r| (r - mean).powi(2)).sum::<f64>() / draws as f64;
        let error = 5.0 * (variance / draws as f64).sqrt();
        assert!((mean - closed).abs() < error, "dimension {d}: {mean} ± {error}, not {closed}");
    }
}
