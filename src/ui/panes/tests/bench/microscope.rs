//! A made-up posterior of two modes under a q that covers one of them, with its evidence.

use super::images::{picture, stack};
use crate::estimate::Estimate;
use crate::evidence::{Evidence, Identity, Method};
use crate::explore::{Answer, Ellipsoid, Microscope, Outline, Plane, Subject, Surface};
use crate::random::{Purpose, Stream};

/// The outline of a Gaussian of independent dimensions.
pub fn outline(mean: [f32; 2], deviation: [f32; 2], axes: [usize; 2]) -> Outline {
    let ellipse = |times: f32| {
        let point = |i: usize| {
            let (sine, cosine) = (std::f32::consts::TAU * i as f32 / 72.0).sin_cos();
            [mean[0] + times * deviation[0] * cosine, mean[1] + times * deviation[1] * sine, 0.0]
        };
        vec![(0..=72).map(point).collect()]
    };
    let at = |i: usize| (i as f32 / 40.0 - 1.0) * 4.0;
    let profile = |i: usize| [mean[0] + at(i) * deviation[0], (-0.5 * at(i) * at(i)).exp()];
    let line = axes[0] == axes[1];
    Outline {
        centre: [mean[0], mean[1], 0.0],
        contours: if line { Default::default() } else { [ellipse(1.0), ellipse(2.0)] },
        profile: if line { (0..=80).map(profile).collect() } else { Vec::new() },
        draws: Vec::new(),
    }
}

/// Two modes under a q that covers one of them.
pub fn microscope(subject: &Subject, axes: Option<[usize; 2]>, side: usize, draws: usize, dimension: usize) -> Answer {
    let axes = if dimension == 1 { [0, 0] } else { axes.unwrap_or([0, 1.max(dimension.min(4) - 1)]) };
    let (mut mean, deviation) = (vec![0.0; dimension], vec![0.25; dimension]);
    mean[axes[0]] = 0.4;
    let plane = Plane { surface: Surface::Flat, axes, origin: mean.clone(), centre: [0.2, 0.1], half: 1.6, side };
    let log_density = |x: f64, y: f64| {
        let bent = y - 0.1 - 0.6 * (x - 0.2).powi(2);
        let near = -0.5 * ((x - 0.2) / 0.5).powi(2) - 0.5 * (bent / 0.15).powi(2);
        let far = -1.0 - 0.5 * ((x + 0.8) / 0.15).powi(2) - 0.5 * ((y - 1.1) / 0.15).powi(2);
        near.max(far)
    };
    let rows = if plane.is_line() { 1 } else { side };
    let density = (0..rows * side).map(|i| {
        let y = if plane.is_line() { 0.1 } else { plane.coordinate(1, side - 1 - i / side) };
        log_density(plane.coordinate(0, i % side), y) as f32
    });
    let log_density: Vec<f32> = density.collect();
    let mut noise = vec![0.0; draws * dimension];
    Stream::new(5, Purpose::Epsilon).fill_normal(0, &mut noise);
    let draws = noise.iter().enumerate().map(|(i, e)| mean[i % dimension] + 0.3 * e).collect();
    let input = match subject {
        Subject::Image { index, .. } => stack(1, |_| picture(*index, 0.3, 0.2, 0.05)),
        Subject::Drawn { pixels, .. } => stack(1, |_| pixels.to_vec()),
    };
    Answer::Microscope(Box::new(Microscope {
        input,
        label: Some(3),
        reconstruction: stack(1, |_| picture(3, 0.3, 0.2, 0.5)),
        outline: outline(axes.map(|axis| mean[axis]), axes.map(|axis| deviation[axis]), axes),
        q: Ellipsoid { mean: mean.clone(), deviation },
        plane,
        log_density,
        draws,
        terms: terms(dimension),
        evidence: evidence(dimension),
        effective_samples: 63.2,
        samples: 2_000,
    }))
}

/// Evidence by quadrature in one or two dimensions, by samples with too heavy a tail in more.
pub fn evidence(dimension: usize) -> Evidence {
    let Identity { log_px, posterior_kl, .. } = terms(dimension);
    let settled = Evidence::without_samples(log_px, Some(posterior_kl));
    if dimension <= 2 {
        return settled;
    }
    Evidence { effective_samples: 3.2, samples: 1_000, pareto_k: Some(0.91), degenerate: true, ..settled }
}

/// Terms of the identity that add up.
pub fn terms(dimension: usize) -> Identity {
    let estimate = |value, se| Estimate { value, se };
    Identity {
        method: if dimension <= 2 { Method::Quadrature } else { Method::Adaptive },
        log_px: estimate(-101.0, 0.06),
        elbo: estimate(-104.2, 0.03),
        posterior_kl: estimate(3.2, 0.05),
    }
}
