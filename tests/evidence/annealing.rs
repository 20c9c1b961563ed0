//! Annealed importance sampling on posteriors that are far narrower than the prior, as those of pPCA are.

use crate::support::{Handmade, column, gaussians};
use burn::tensor::Tensor;
use elbow::evidence::ais::{self, Annealed, AnnealedSampling, Direction, Schedule, anneal};
use elbow::sliced::{Progress, Sliced};
use std::f64::consts::TAU;

/// Centre and deviation of each dimension.
const AXES: [(f64, f64); 6] = [(0.8, 0.01), (-1.1, 0.01), (0.3, 0.05), (1.4, 0.1), (-0.6, 0.2), (0.0, 0.9)];
const IMAGES: usize = 24;

fn narrow(z: Tensor<2>) -> Tensor<1> {
    let log_normal = |d: usize| {
        let (centre, sigma) = AXES[d];
        (column(&z, d) - centre).square() * (-0.5 / (sigma * sigma)) - sigma.ln() - 0.5 * TAU.ln()
    };
    (1..AXES.len()).fold(log_normal(0), |sum, d| sum + log_normal(d))
}

/// Chains for many images with the same posterior, from the prior.
fn run(settings: ais::Settings) -> Vec<Annealed> {
    let joint = Handmade::new(AXES.len(), vec![(-7.5, narrow); IMAGES]);
    let outputs = gaussians(&[(&[0.0; 6][..], &[1.0; 6][..]); IMAGES]);
    anneal(&joint, outputs, Direction::Forward, settings, 2).expect("the CPU works")
}

/// Root of the mean squared error of log p(x).
fn error(found: &[Annealed]) -> f64 {
    (found.iter().map(|a| (a.log_px.value + 7.5).powi(2)).sum::<f64>() / found.len() as f64).sqrt()
}

#[test]
fn temperatures_along_the_measured_length_err_far_less_than_a_sigmoid() {
    let settings = ais::Settings { chains: 8, temperatures: 150, leapfrog: 2, ..ais::Settings::default() };
    let measured = run(settings);
    let sigmoid = run(ais::Settings { schedule: Schedule::Sigmoid, ..settings });
    let (a, b) = (error(&measured), error(&sigmoid));
    assert!(a < 0.5 * b, "measured {a}, sigmoid {b}");
    // The errors that are reported are as large as those that are there.
    let reported = (measured.iter().map(|a| a.log_px.se.powi(2)).sum::<f64>() / IMAGES as f64).sqrt();
    assert!(a < 2.0 * reported && reported < 2.0 * a, "{a}, {reported} reported");
}

/// The path is a function of the seed alone: slices, threads and the number of images do not matter.
#[test]
fn chains_do_not_depend_on_how_the_work_is_cut() {
    let settings = ais::Settings { chains: 4, temperatures: 20, leapfrog: 1, ..ais::Settings::default() };
    let whole = run(settings);
    let joint = Handmade::new(AXES.len(), vec![(-7.5, narrow); 3]);
    let outputs = gaussians(&[(&[0.0; 6][..], &[1.0; 6][..]); 3]);
    let mut sampling = AnnealedSampling::new(&joint, outputs, Direction::Forward, settings);
    let mut slices = 1;
    while !sampling.slice(&joint, 1).expect("the CPU works") {
        let Progress { done, all, .. } = sampling.progress();
        assert!(done == slices && done <= all, "{done} of {all} in {slices} slices");
        slices += 1;
    }
    for (a, b) in Box::new(sampling).finish().iter().zip(&whole) {
        assert!((a.log_px.value - b.log_px.value).abs() < 1e-3 * (1.0 + b.log_px.value.abs()), "{a:?} {b:?}");
    }
}
