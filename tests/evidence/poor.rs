//! Quadrature under a poor q(z|x): far from the posterior, or of quite another width. log p(x) must not suffer.

use crate::support::{Handmade, column, gaussians};
use burn::tensor::Tensor;
use elbow::evidence::quadrature::{self, Open, Settings};
use std::f64::consts::TAU;

/// Independent Gaussians: means and deviations along both axes.
type Axes = [[f64; 2]; 2];

const ORDINARY: Axes = [[0.4, 0.5], [-0.8, 0.3]];
const NARROW: Axes = [[1.237, 0.01], [-0.711, 0.02]];
const AWAY: Axes = [[11.0, 2.0], [3.0, 1.0]];

/// log p(x) of an image and log p(z|x), in nats.
type Image = (f64, fn(Tensor<2>) -> Tensor<1>);

fn log_density(z: Tensor<2>, axes: Axes) -> Tensor<1> {
    let axis = |d: usize| {
        let [mean, sigma] = axes[d];
        ((column(&z, d) - mean) / sigma).square() * -0.5 - sigma.ln() - 0.5 * TAU.ln()
    };
    axis(0) + axis(1)
}

fn joint() -> (Handmade, [Axes; 3]) {
    let images: Vec<Image> = vec![
        (-80.0, |z| log_density(z, ORDINARY)),
        (-300.0, |z| log_density(z, NARROW)),
        (-5.5, |z| log_density(z, AWAY)),
    ];
    (Handmade::new(2, images), [ORDINARY, NARROW, AWAY])
}

fn kl(q: Axes, p: Axes) -> f64 {
    q.iter()
        .zip(p)
        .map(|([m, s], [centre, sigma])| {
            (sigma / s).ln() + (s * s + (m - centre).powi(2)) / (2.0 * sigma * sigma) - 0.5
        })
        .sum()
}

#[test]
fn item_21_a_poor_q_does_not_spoil_log_px() {
    let (joint, posteriors) = joint();
    for q in [
        // Near, far, very far.
        [[0.0, 1.0], [0.0, 1.0]],
        [[-2.5, 0.3], [2.0, 0.2]],
        [[30.0, 0.5], [-20.0, 0.5]],
        [[1e3, 1.0], [1e3, 1.0]],
        // Wide, narrow, both.
        [[0.0, 20.0], [0.0, 20.0]],
        [[5.0, 60.0], [-40.0, 50.0]],
        [[-3.0, 1e-3], [2.0, 1e-3]],
        [[-40.0, 1e-3], [200.0, 2e-3]],
        [[0.0, 0.02], [0.0, 1.0]],
    ] {
        let [[m0, s0], [m1, s1]] = q;
        let outputs = gaussians(&[(&[m0, m1][..], &[s0, s1][..]); 3]);
        let found = quadrature::integrate(&joint, outputs, Settings::default(), 2).expect("the CPU works");
        for (i, found) in found.iter().enumerate() {
            let (log_px, _) = joint.images[i];
            assert!((found.log_px - log_px).abs() < 2e-3, "image {i}, q {q:?}: {found:?}");
            assert!(found.log_px_error < 5e-3 && found.log_px_open.is_none(), "image {i}, q {q:?}: {found:?}");
            let expected = kl(q, posteriors[i]);
            let error = 5e-3 + 1e-5 * expected;
            assert!((found.kl - expected).abs() < error, "image {i}, q {q:?}: KL {expected}, {found:?}");
            assert!(found.kl_error < error && found.kl_open.is_none(), "image {i}, q {q:?}: {found:?}");
            for (axis, [mean, sigma]) in posteriors[i].iter().enumerate() {
                assert!((found.mean[axis] - mean).abs() < 1e-2 * sigma, "image {i}, q {q:?}: {found:?}");
                assert!((found.deviation[axis] - sigma).abs() < 1e-2 * sigma, "image {i}, q {q:?}: {found:?}");
            }
        }
    }
}

/// A failure names the distribution that is to blame.
#[test]
fn item_21_the_true_cause_is_named() {
    /// Ripples where the posterior has no mass.
    fn rippled(z: Tensor<2>) -> Tensor<1> {
        let a = column(&z, 0);
        let ripples = (a.clone() * 300.0).sin().abs() * -2_000.0 * a.lower_elem(-5.0).float();
        log_density(z, ORDINARY) + ripples
    }
    let outputs = |q: [f64; 2], images: usize| gaussians(&vec![(&q[..], &[1.0, 1.0][..]); images]);
    let found = |joint: &Handmade, outputs, settings| {
        quadrature::integrate(joint, outputs, settings, 2).expect("the CPU works")
    };
    let there = found(&Handmade::new(2, vec![(-80.0, rippled)]), outputs([-10.0, 0.0], 1), Settings::default());
    assert_eq!((there[0].log_px_open, there[0].kl_open), (None, Some(Open::Fine)), "{:?}", there[0]);
    assert!((there[0].log_px + 80.0).abs() < 1e-3 && there[0].kl_error > 5e-3, "{:?}", there[0]);
    // Too few points for the posterior itself: the first lattice does not reach it, or cannot resolve it.
    let (joint, _) = joint();
    let few = Settings { max_points: 256, ..Settings::default() };
    let found = found(&joint, outputs([0.0, 0.0], 3), few);
    assert_eq!(found[1].log_px_open, Some(Open::Fine), "{:?}", found[1]);
    assert!(found[1].log_px_error > 5e-3, "{:?}", found[1]);
}

#[test]
fn item_21_one_dimension_too() {
    let images: Vec<Image> =
        vec![(-42.0, |z| ((column(&z, 0) - 0.7) / 0.01).square() * -0.5 - 0.01_f64.ln() - 0.5 * TAU.ln())];
    let joint = Handmade::new(1, images);
    for (mean, sigma) in [(0.0, 1.0), (-30.0, 0.01), (0.0, 3e4), (2e4, 1.0), (1.0, 1e-4)] {
        let outputs = gaussians(&[(&[mean], &[sigma])]);
        let found = quadrature::integrate(&joint, outputs, Settings::default(), 1).expect("the CPU works").remove(0);
        let expected = (0.01_f64 / sigma).ln() + (sigma * sigma + (mean - 0.7_f64).powi(2)) / (2.0 * 0.01 * 0.01) - 0.5;
        assert!((found.log_px + 42.0).abs() < 1e-3 && found.log_px_open.is_none(), "q ({mean}, {sigma}): {found:?}");
        let error = 5e-3 + 1e-5 * expected;
        assert!((found.kl - expected).abs() < error, "q ({mean}, {sigma}): KL {expected}, {found:?}");
    }
}
