//! The divided KL term of an aggregate posterior that is known.

use crate::support::{Handmade, gaussians};
use burn::tensor::Tensor;
use elbow::estimate::Estimate;
use elbow::evidence::aggregate::{active_units, aggregate};
use std::f64::consts::{LN_2, TAU};

fn unused(z: Tensor<2>) -> Tensor<1> {
    z.sum_dim(1).squeeze()
}

/// ∫ f by the trapezium rule on ±12.
fn integral(f: impl Fn(f64) -> f64) -> f64 {
    let h = 1e-3;
    (-12_000..=12_000).map(|i| f(f64::from(i) * h) * h).sum()
}

/// Two codes, (1, 1) and (−1, −1), each N(·, s²I), shared by half of the images each: both marginals are the same
/// mixture, whose entropy is a one-dimensional integral, and the joint is one along the diagonal.
#[test]
fn the_parts_of_the_kl_are_those_of_a_mixture_of_two() {
    let s = 0.5_f64;
    let images = 400;
    let joint = Handmade::new(2, vec![(0.0, unused); images]);
    let (plus, minus, deviation) = ([1.0, 1.0], [-1.0, -1.0], [s, s]);
    let codes: Vec<(&[f64], &[f64])> =
        (0..images).map(|i| (if i % 2 == 0 { &plus[..] } else { &minus[..] }, &deviation[..])).collect();
    let found = aggregate(&joint, gaussians(&codes), 100, 3, 2).expect("the CPU works");

    let normal = |z: f64, m: f64, v: f64| (-0.5 * (z - m).powi(2) / v).exp() / (TAU * v).sqrt();
    let entropy = |m: f64| {
        integral(|z| {
            let p = 0.5 * (normal(z, m, s * s) + normal(z, -m, s * s));
            if p > 0.0 { -p * p.ln() } else { 0.0 }
        })
    };
    let gaussian = 0.5 * (TAU * s * s).ln() + 0.5;
    // Along the diagonal the codes are ±√2, across it there is one Gaussian.
    let (marginal, whole) = (entropy(1.0), entropy(2.0_f64.sqrt()) + gaussian);
    let mutual_information = whole - 2.0 * gaussian;
    let total_correlation = 2.0 * marginal - whole;
    // −E log p(z_j) of N(0, 1) with E z² = 1 + s².
    let dimension_wise = -marginal + 0.5 * TAU.ln() + 0.5 * (1.0 + s * s);
    let near = |what: &str, found: Estimate, expected: f64| {
        assert!(
            found.se < 0.01 && (found.value - expected).abs() < 4.0 * found.se + 1e-3,
            "{what}: {expected} {found:?}"
        );
    };
    near("mutual information", found.mutual_information, mutual_information);
    assert!(found.mutual_information.value < LN_2);
    near("total correlation", found.total_correlation.expect("Gaussians have marginals"), total_correlation);
    for kl in found.dimension_wise_kl.as_ref().expect("N(0, I) factorises") {
        near("dimension-wise KL", *kl, dimension_wise);
    }
    near("KL[q(z) ‖ p(z)]", found.marginal_kl, total_correlation + 2.0 * dimension_wise);
    near("KL", found.kl, 2.0 * (0.5 * (1.0 + s * s - 1.0) - s.ln()));
    let parts = found.mutual_information.value + found.marginal_kl.value;
    assert!((found.kl.value - parts).abs() < 1e-6, "the parts are the whole, draw by draw");
}

#[test]
fn units_are_active_where_their_mean_moves() {
    // Variances 0.25, 0.0001 and 0.0144.
    let means: Vec<f32> = [0.5, 0.01, 0.12, -0.5, -0.01, -0.12].iter().copied().cycle().take(60).collect();
    assert_eq!(active_units(&means, 3), [true, false, true]);
}
