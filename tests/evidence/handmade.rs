//! Posteriors made by hand: a banana, two modes, and one so narrow that the first lattice steps over it.

use crate::support::{Handmade, column, gaussians, matrix};
use burn::tensor::Tensor;
use elbow::evidence::{Block, Joint, gap, quadrature};
use std::f64::consts::{LN_2, TAU};

/// The curvature a and width s of the banana z₁ ~ N(0, 1), z₂ ~ N(a·z₁², s²).
const BEND: f64 = 0.5;
const WIDTH: f64 = 0.3;
/// The modes of the other lie at ±(3, 0), each N(·, 0.4²I).
const APART: f64 = 3.0;
const MODE: f64 = 0.4;

fn log_normal(z: Tensor<1>, sigma: f64) -> Tensor<1> {
    z.square() * (-0.5 / (sigma * sigma)) - sigma.ln() - 0.5 * TAU.ln()
}

fn banana(z: Tensor<2>) -> Tensor<1> {
    let (a, b) = (column(&z, 0), column(&z, 1));
    log_normal(a.clone(), 1.0) + log_normal(b - a.square() * BEND, WIDTH)
}

fn two_modes(z: Tensor<2>) -> Tensor<1> {
    let (a, b) = (column(&z, 0), column(&z, 1));
    let (left, right) = (log_normal(a.clone() + APART, MODE), log_normal(a - APART, MODE));
    let top = left.clone().max_pair(right.clone());
    let sum = (left - top.clone()).exp() + (right - top.clone()).exp();
    top + sum.log() - LN_2 + log_normal(b, MODE)
}

fn needle(z: Tensor<2>) -> Tensor<1> {
    log_normal(column(&z, 0) - 0.637, 0.004) + log_normal(column(&z, 1) + 1.411, 0.006)
}

fn wide_and_away(z: Tensor<2>) -> Tensor<1> {
    log_normal(column(&z, 0) - 11.0, 2.0) + log_normal(column(&z, 1) - 3.0, 1.0)
}

/// KL[q ‖ banana] of a diagonal Gaussian q: the log density is a polynomial, so that its mean is one in q's moments.
fn kl_to_banana(mean: [f64; 2], deviation: [f64; 2]) -> f64 {
    let (v0, v1) = (deviation[0].powi(2), deviation[1].powi(2));
    // E[z₁²] and E[z₁⁴] of N(m, v).
    let m2 = mean[0].powi(2);
    let (second, fourth) = (m2 + v0, m2 * m2 + 6.0 * m2 * v0 + 3.0 * v0 * v0);
    let residual = v1 + mean[1].powi(2) - 2.0 * BEND * mean[1] * second + BEND * BEND * fourth;
    let cross = -0.5 * second - 0.5 * residual / (WIDTH * WIDTH) - WIDTH.ln() - TAU.ln();
    let entropy = (deviation[0] * deviation[1]).ln() + TAU.ln() + 1.0;
    -entropy - cross
}

/// The best diagonal Gaussian: m₁ = 0, s₂ = s, m₂ = a·v, and 4a²v²/s² + v − 1 = 0 for v = s₁².
fn best_for_banana() -> ([f64; 2], [f64; 2]) {
    let c = 4.0 * BEND * BEND / (WIDTH * WIDTH);
    let v = ((1.0 + 4.0 * c).sqrt() - 1.0) / (2.0 * c);
    ([0.0, BEND * v], [v.sqrt(), WIDTH])
}

fn handmade() -> Handmade {
    Handmade::new(2, vec![(-123.4, banana), (-87.6, two_modes), (-10.0, needle), (-5.5, wide_and_away)])
}

#[test]
fn quadrature_finds_log_px_the_kl_and_the_moments() {
    let joint = handmade();
    let (mean, deviation) = ([0.3, 0.4], [0.8, 0.35]);
    let outputs = gaussians(&[
        (&mean, &deviation),
        (&[APART, 0.0], &[MODE, MODE]),
        (&[0.65, -1.4], &[0.01, 0.01]),
        (&[0.0, 0.0], &[1.0, 0.5]),
    ]);
    let found = quadrature::integrate(&joint, outputs, quadrature::Settings::default(), 2).expect("the CPU works");
    let gaussian_kl = |m: f64, s: f64, centre: f64, sigma: f64| {
        (sigma / s).ln() + (s * s + (m - centre).powi(2)) / (2.0 * sigma * sigma) - 0.5
    };
    let expected = [
        kl_to_banana(mean, deviation),
        // The other mode is fifteen deviations away: log (q/p) = log 2 wherever q has mass.
        LN_2,
        gaussian_kl(0.65, 0.01, 0.637, 0.004) + gaussian_kl(-1.4, 0.01, -1.411, 0.006),
        gaussian_kl(0.0, 1.0, 11.0, 2.0) + gaussian_kl(0.0, 0.5, 3.0, 1.0),
    ];
    for (i, (found, kl)) in found.iter().zip(expected).enumerate() {
        let log_px = joint.images[i].0;
        assert!((found.log_px - log_px).abs() < 1e-3, "image {i}: {found:?}");
        assert!((found.kl - kl).abs() < 1e-3, "image {i}: KL {kl}, {found:?}");
        assert!(found.log_px_error < 1e-3 && found.kl_error < 1e-3, "image {i}: {found:?}");
        assert!((found.q_mass - 1.0).abs() < 1e-4, "image {i}: {found:?}");
    }
    let close = |a: &[f64], b: [f64; 2]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-3);
    // E[z₂] = a, Var[z₂] = s² + 2a².
    assert!(close(&found[0].mean, [0.0, BEND]), "{:?}", found[0]);
    assert!(close(&found[0].deviation, [1.0, (WIDTH * WIDTH + 2.0 * BEND * BEND).sqrt()]), "{:?}", found[0]);
    assert!(close(&found[1].mean, [0.0, 0.0]) && close(&found[1].deviation, [(9.0_f64 + 0.16).sqrt(), 0.4]));
    assert!(close(&found[3].mean, [11.0, 3.0]) && close(&found[3].deviation, [2.0, 1.0]), "{:?}", found[3]);
    // What a picture shows reaches √24 = 4.9 deviations of q or p.
    for (range, (low, high)) in found[1].window.iter().zip([(-4.95, 4.95), (-1.95, 1.95)]) {
        assert!((range[0] - low).abs() < 0.2 && (range[1] - high).abs() < 0.2, "{:?}", found[1].window);
    }
}

#[test]
fn one_dimension_works_the_same_way() {
    fn log_posterior(z: Tensor<2>) -> Tensor<1> {
        log_normal(column(&z, 0) - 0.7, 0.05)
    }
    let joint = Handmade::new(1, vec![(-42.0, log_posterior)]);
    let outputs = gaussians(&[(&[0.75], &[0.06])]);
    let found = quadrature::integrate(&joint, outputs, quadrature::Settings::default(), 1).expect("the CPU works");
    let kl = (0.05_f64 / 0.06).ln() + (0.06 * 0.06 + 0.05 * 0.05) / (2.0 * 0.05 * 0.05) - 0.5;
    assert!((found[0].log_px + 42.0).abs() < 1e-4 && (found[0].kl - kl).abs() < 1e-3, "{:?}", found[0]);
}

/// Where not all can be covered, the error says so.
#[test]
fn too_few_points_are_not_passed_off_as_a_result() {
    let joint = handmade();
    let outputs = gaussians(&[(&[0.0, 0.0][..], &[1.0, 1.0][..]); 4]);
    let settings = quadrature::Settings { max_points: 256, ..quadrature::Settings::default() };
    let found = quadrature::integrate(&joint, outputs, settings, 1).expect("the CPU works");
    assert!(found[2].log_px_error > 0.1 || found[2].kl_error > 0.1, "{:?}", found[2]);
    for (found, (log_px, _)) in found.iter().zip(&joint.images) {
        assert!((found.log_px - log_px).abs() <= found.log_px_error + 1e-3, "{found:?}");
    }
}

#[test]
fn the_density_of_a_picture_is_the_posterior() {
    let joint = handmade();
    let outputs = gaussians(&[(&[0.3, -0.2][..], &[0.8, 0.5][..]); 4]);
    let point = |index: usize| [-4.5 + 0.25 * (index % 37) as f64, -3.0 + 0.2 * (index / 37) as f64];
    let z: Vec<f32> = (0..37 * 81).flat_map(point).map(|z| z as f32).collect();
    for image in 0..2 {
        let block = Block { points: 0..37 * 81, images: vec![image] };
        let log_joints = joint.log_joint_of_blocks(&z, &[block]).expect("works").remove(0);
        assert_eq!(log_joints.len(), 37 * 81);
        let log_qs = joint.approximation(outputs.rows(&[image], &joint.device())).log_prob(matrix(&z, 2));
        let log_qs: Vec<f64> = log_qs.into_data().iter::<f64>().collect();
        let (log_px, log_posterior) = joint.images[image];
        let mut total = 0.0;
        for (index, log_joint) in log_joints.iter().enumerate() {
            let [x, y] = point(index);
            let truth = log_posterior(matrix(&[x as f32, y as f32], 2)).into_scalar::<f32>();
            let found = log_joint - log_px;
            assert!((found - f64::from(truth)).abs() < 1e-3 * (1.0 + found.abs() * 1e-2), "{x} {y}: {found} {truth}");
            let log_q = -0.5 * (((x - 0.3) / 0.8).powi(2) + ((y + 0.2) / 0.5).powi(2)) - TAU.ln() - 0.4_f64.ln();
            assert!((log_qs[index] - log_q).abs() < 1e-3 * (1.0 + log_q.abs() * 1e-2));
            total += found.exp() * 0.25 * 0.2;
        }
        assert!((total - 1.0).abs() < 1e-3, "image {image}: {total}");
    }
}

/// The gap and its parts, of a q that is not the best, and q* itself.
#[test]
fn the_gap_splits_into_its_parts() {
    let joint = handmade();
    let (mean, deviation) = ([0.4, 0.6], [0.5, 0.5]);
    let start = gaussians(&[
        (&mean, &deviation),
        (&[2.5, 0.3], &[0.6, 0.3]),
        (&[0.65, -1.4], &[0.01, 0.01]),
        (&[9.0, 2.0], &[1.0, 0.5]),
    ]);
    let best = gap::search(&joint, start, gap::Settings::default(), 2).expect("the CPU works");
    assert!(best.converged, "{} steps", best.steps);
    let exact = quadrature::integrate(&joint, best.outputs.clone(), quadrature::Settings::default(), 2).expect("works");
    let (best_mean, best_deviation) = best_for_banana();
    // The approximation gap is KL[q* ‖ p(z|x)]: of the two modes it is log 2, and 0 where p is a Gaussian.
    let approximation = [kl_to_banana(best_mean, best_deviation), LN_2, 0.0, 0.0];
    for (i, expected) in approximation.into_iter().enumerate() {
        let (exact, bounds) = (&exact[i], best.bounds[i]);
        assert!((exact.kl - expected).abs() < 1e-3, "image {i}: {expected} {exact:?}");
        let sampled = joint.images[i].0 - bounds.best.value;
        assert!((sampled - expected).abs() < 4.0 * bounds.best.se + 1e-3, "image {i}: {expected} {bounds:?}");
    }
    // log p(x) − L[q] = approximation gap + amortisation gap.
    let whole = kl_to_banana(mean, deviation);
    let amortisation = best.bounds[0].amortisation_gap;
    let found = amortisation.value + approximation[0];
    assert!((found - whole).abs() < 4.0 * amortisation.se, "{amortisation:?}, whole {whole}");
    let q = joint.approximation(best.outputs.rows(&[0], &joint.device()));
    let [m, s] = [q.mean(), q.deviation()].map(|t| t.into_data().iter::<f64>().collect::<Vec<f64>>());
    for d in 0..2 {
        assert!((m[d] - best_mean[d]).abs() < 0.02 && (s[d] - best_deviation[d]).abs() < 0.02, "{m:?} {s:?}");
    }
}
