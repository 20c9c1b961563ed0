//! Adaptive importance sampling where log p(x) is known by construction.

use crate::support::{Handmade, column, gaussians};
use burn::tensor::Tensor;
use elbow::evidence::marginal::{AdaptiveSampling, adaptive, importance};
use elbow::evidence::quadrature;
use elbow::sliced::{Progress, Sliced};
use std::f64::consts::{LN_2, TAU};

fn log_normal(z: Tensor<1>, sigma: f64) -> Tensor<1> {
    z.square() * (-0.5 / (sigma * sigma)) - sigma.ln() - 0.5 * TAU.ln()
}

/// Three quarters of the mass at (1.5, 0.5), a quarter at (−1.2, −1), each 0.06 wide.
fn two_modes(z: Tensor<2>) -> Tensor<1> {
    let mode = |x: f64, y: f64| log_normal(column(&z, 0) - x, 0.06) + log_normal(column(&z, 1) - y, 0.06);
    let (large, small) = (mode(1.5, 0.5) + 0.75_f64.ln(), mode(-1.2, -1.0) + 0.25_f64.ln());
    let top = large.clone().max_pair(small.clone());
    top.clone() + ((large - top.clone()).exp() + (small - top).exp()).log()
}

/// z₁ ~ N(0, 1), z₂ ~ N(z₁²/2, 0.1²).
fn banana(z: Tensor<2>) -> Tensor<1> {
    let (a, b) = (column(&z, 0), column(&z, 1));
    log_normal(a.clone(), 1.0) + log_normal(b - a.square() * 0.5, 0.1)
}

fn round(z: Tensor<2>) -> Tensor<1> {
    log_normal(column(&z, 0) - 0.5, 0.3) + log_normal(column(&z, 1) + 0.4, 0.2)
}

/// A Gaussian in ten dimensions, each leaning on the one before: z_d ~ N(0.9·z_{d−1}, 0.3²).
fn chain(z: Tensor<2>) -> Tensor<1> {
    let link = |d: usize| log_normal(column(&z, d) - column(&z, d - 1) * 0.9, 0.3);
    (2..10).fold(log_normal(column(&z, 0), 0.3) + link(1), |sum, d| sum + link(d))
}

#[test]
fn a_mode_that_q_misses_is_found() {
    let joint = Handmade::new(2, vec![(-80.0, two_modes); 8]);
    let outputs = gaussians(&[(&[1.5, 0.5][..], &[0.06, 0.06][..]); 8]);
    let plain = importance(&joint, outputs.clone(), 5_000, 1, 2).expect("the CPU works");
    let found = adaptive(&joint, outputs, 5_000, 1, 2).expect("the CPU works");
    for (i, (plain, found)) in plain.iter().zip(&found).enumerate() {
        // All weights of q are the same, wrong one, and nothing says so.
        assert!(
            (plain.log_px.value + 80.0 - 0.75_f64.ln()).abs() < 1e-3 && !plain.weights.is_degenerate(),
            "{plain:?}"
        );
        let error = found.log_px.value + 80.0;
        assert!(error.abs() < 4.0 * found.log_px.se && found.log_px.se < 0.02, "image {i}: {found:?}");
        assert!(!found.weights.is_degenerate() && found.weights.effective_samples > 1_000.0, "image {i}: {found:?}");
        // KL[q ‖ p(z|x)] = −log ¾.
        assert!((found.kl.value + 0.75_f64.ln()).abs() < 4.0 * found.kl.se + 1e-3, "image {i}: {found:?}");
    }
}

/// Draws from a posterior of two modes of which q sees one: three quarters near the large one, a quarter near the
/// other, each as wide as it is, by either method that has draws.
#[test]
fn item_02_draws_come_from_all_modes_and_not_from_q() {
    let joint = Handmade::new(2, vec![(-80.0, two_modes); 2]);
    let outputs = gaussians(&[(&[1.5, 0.5][..], &[0.06, 0.06][..]); 2]);
    let count = 2_000;
    let sampled =
        AdaptiveSampling::new(&joint, outputs.clone(), 2_000, 1).drawing(count).run(&joint, 2).expect("works");
    let settings = quadrature::Settings { draws: count, ..quadrature::Settings::default() };
    let lattice = quadrature::integrate(&joint, outputs.clone(), settings, 2).expect("the CPU works");
    let all = sampled.iter().map(|found| &found.draws).chain(lattice.iter().map(|found| &found.draws));
    for (i, draws) in all.enumerate() {
        assert_eq!(draws.len(), 2 * count, "{i}");
        for (share, centre) in [(0.75, [1.5, 0.5]), (0.25, [-1.2, -1.0])] {
            let offset = |z: &[f32]| [0, 1].map(|d| f64::from(z[d]) - centre[d]);
            let near: Vec<[f64; 2]> = draws.chunks(2).map(offset).filter(|o| o[0].hypot(o[1]) < 0.06 * 6.0).collect();
            // Weights of about a thousand samples: their shares are within some per cent; a lattice is exact.
            let found = near.len() as f64 / count as f64;
            assert!((found - share).abs() < 0.05, "{i}: {found} of the draws where {share} are");
            for d in 0..2 {
                let deviation = (near.iter().map(|o| o[d] * o[d]).sum::<f64>() / near.len() as f64).sqrt();
                assert!((deviation / 0.06 - 1.0).abs() < 0.15, "{i}: a mode {deviation} wide");
            }
        }
    }
    // Whoever wants none pays for none.
    assert!(adaptive(&joint, outputs, 2_000, 1, 2).expect("works").iter().all(|found| found.draws.is_empty()));
}

#[test]
fn other_shapes_are_right_within_their_error() {
    let joint = Handmade::new(2, vec![(-12.0, banana), (-33.0, round), (-5.0, two_modes), (-7.0, banana)]);
    let outputs = gaussians(&[
        (&[0.3, 0.2], &[0.3, 0.1]),
        // q is p(z|x).
        (&[0.5, -0.4], &[0.3, 0.2]),
        // q is far from everything.
        (&[3.0, -3.0], &[0.2, 0.2]),
        (&[-1.5, 1.0], &[0.1, 0.1]),
    ]);
    let found = adaptive(&joint, outputs, 5_000, 3, 2).expect("the CPU works");
    for (i, (found, (log_px, _))) in found.iter().zip(&joint.images).enumerate() {
        let error = found.log_px.value - log_px;
        assert!(error.abs() < 4.0 * found.log_px.se + 1e-6 && found.log_px.se < 0.05, "image {i}: {found:?}");
    }
    assert!(found[1].kl.value.abs() < 4.0 * found[1].kl.se + 1e-4, "{:?}", found[1]);
}

#[test]
fn ten_dimensions_are_sampled_far_better_than_by_q() {
    let joint = Handmade::new(10, vec![(-100.0, chain); 4]);
    // The best diagonal Gaussian: deviations are those of each dimension given the others.
    let deviation = [0.3 / 1.81_f64.sqrt(); 10];
    let outputs = gaussians(&[(&[0.0; 10][..], &deviation[..]); 4]);
    let plain = importance(&joint, outputs.clone(), 5_000, 1, 2).expect("the CPU works");
    let found = adaptive(&joint, outputs, 5_000, 1, 2).expect("the CPU works");
    for (i, (plain, found)) in plain.iter().zip(&found).enumerate() {
        let error = found.log_px.value + 100.0;
        assert!(error.abs() < 4.0 * found.log_px.se, "image {i}: {found:?}");
        assert!(
            found.weights.effective_samples > 4.0 * plain.weights.effective_samples,
            "image {i}: {found:?} {plain:?}"
        );
        assert!(found.weights.pareto_k.is_some_and(|k| k < 0.5), "image {i}: {found:?}");
    }
}

/// The mean of the estimates of p(x) itself, over many pilots of few samples, is p(x); also where there are too few for
/// any pilot (then of a posterior that q and the prior can reach by themselves).
#[test]
fn the_estimate_is_unbiased_given_the_pilot() {
    const IMAGES: usize = 200;
    type LogPosterior = fn(Tensor<2>) -> Tensor<1>;
    let near = (&[0.3, -0.3][..], &[0.3, 0.3][..]);
    let missing = (&[1.5, 0.5][..], &[0.07, 0.07][..]);
    let cases: [(usize, LogPosterior, _, f64); 3] =
        [(40, round, near, 0.05), (500, two_modes, missing, 0.15), (2_000, two_modes, missing, 0.08)];
    for (samples, log_posterior, q, most) in cases {
        let joint = Handmade::new(2, vec![(-3.0, log_posterior); IMAGES]);
        let outputs = gaussians(&[q; IMAGES]);
        let found = adaptive(&joint, outputs, samples, 9, 2).expect("the CPU works");
        let ratios: Vec<f64> = found.iter().map(|f| (f.log_px.value + 3.0).exp()).collect();
        let mean = ratios.iter().sum::<f64>() / IMAGES as f64;
        let variance = ratios.iter().map(|r| (r - mean).powi(2)).sum::<f64>() / IMAGES as f64;
        let se = (variance / IMAGES as f64).sqrt();
        assert!((mean - 1.0).abs() < 4.0 * se, "{samples} samples: {mean} ± {se}");
        assert!(se < most, "{samples} samples: {mean} ± {se}");
    }
}

#[test]
fn images_do_not_depend_on_their_neighbours_nor_on_threads() {
    let joint = Handmade::new(2, vec![(-3.0, banana); 20]);
    let outputs = gaussians(&[(&[0.0, 0.3][..], &[0.5, 0.2][..]); 20]);
    let two = adaptive(&joint, outputs.clone(), 1_000, 4, 2).expect("the CPU works");
    let mut sampling = AdaptiveSampling::new(&joint, outputs, 1_000, 4);
    let mut before = 0;
    while !sampling.slice(&joint, 1).expect("the CPU works") {
        let Progress { done, all, .. } = sampling.progress();
        assert!(done >= before && done <= all && all == 20_000, "{done} of {all}");
        before = done;
    }
    for (a, b) in Box::new(sampling).finish().iter().zip(&two) {
        assert!((a.log_px.value - b.log_px.value).abs() < 1e-3, "{a:?} {b:?}");
    }
    // Images of the same x have pilots and samples of their own.
    assert!(two.windows(2).all(|pair| pair[0].log_px != pair[1].log_px));
}

/// On average over where q sits, log 2 of two equal modes is what q alone loses.
#[test]
fn the_loss_of_a_missed_mode_is_what_it_should_be() {
    fn equal(z: Tensor<2>) -> Tensor<1> {
        let mode = |x: f64| log_normal(column(&z, 0) - x, 0.1) + log_normal(column(&z, 1), 0.1);
        let (left, right) = (mode(-1.0), mode(1.0));
        let top = left.clone().max_pair(right.clone());
        top.clone() + ((left - top.clone()).exp() + (right - top).exp()).log() - LN_2
    }
    let joint = Handmade::new(2, vec![(-20.0, equal); 4]);
    let outputs = gaussians(&[(&[1.0, 0.0][..], &[0.1, 0.1][..]); 4]);
    let found = adaptive(&joint, outputs, 2_000, 6, 1).expect("the CPU works");
    assert!(found.iter().all(|f| (f.kl.value - LN_2).abs() < 4.0 * f.kl.se), "{found:?}");
}
