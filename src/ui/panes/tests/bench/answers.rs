//! Made-up answers to every question, of the right shapes.

use super::images::{picture, stack};
use super::microscope::{evidence, microscope, outline, terms};
use crate::estimate::Estimate;
use crate::explore::{
    Answer, Axis, BestPosterior, Codes, Ellipsoid, Encode, ImputationError, Imputations, Imputed, MovedTensor, OneStep,
    PriorComponents, PriorView, Question, Reconstruction, ScatterPoint, Traversal,
};
use crate::random::{Purpose, Stream};

/// A made-up answer of the right shape.
pub fn answer(question: &Question, dimension: usize) -> Answer {
    let kl = |d: usize| 3.1 * (-(d as f64) / 4.0).exp();
    match *question {
        Question::Reconstructions { count, choice, .. } => Answer::Reconstructions {
            items: (0..count)
                .map(|i| Reconstruction {
                    index: i + 100 * choice as usize,
                    label: Some((i % 10) as u8),
                    elbo: -104.2 - i as f64,
                    reconstruction: -79.1 - i as f64,
                    kl: 25.1,
                })
                .collect(),
            inputs: stack(count, |i| picture(i, (i as f32).sin(), (i as f32).cos(), 0.05)),
            means: stack(count, |i| picture(i, 0.8 * (i as f32).sin(), 0.5, 0.5)),
            draws: stack(count, |i| {
                let mut noise = vec![0.0; 784];
                Stream::new(1, Purpose::Likelihood).fill_uniform(i as u64, &mut noise);
                let mean = picture(i, 0.8 * (i as f32).sin(), 0.5, 0.5);
                mean.iter().zip(noise).map(|(m, u)| f32::from(u8::from(*m > u))).collect()
            }),
        },
        Question::Imputations { first, count, draws, .. } => {
            let whole = stack(count, |i| picture(i, (i as f32).sin(), 0.5, 0.05));
            let gaps = whole.pixels.iter().enumerate().map(|(i, &pixel)| if i % 2 == 0 { f32::NAN } else { pixel });
            let imputed = Imputed { index: first, label: None, missing: 392, effective: 12.5 };
            Answer::Imputations(Box::new(Imputations {
                items: (0..count).map(|i| Imputed { index: first + i, ..imputed.clone() }).collect(),
                given: whole.alike(count, gaps.collect()),
                means: whole.clone(),
                draws: vec![whole.clone(); draws],
                truth: whole,
                error: ImputationError::default(),
            }))
        }
        Question::Traversals { rows, columns, .. } => {
            let rows = rows.min(dimension);
            Answer::Traversals {
                traversal: Traversal {
                    axes: (0..rows).map(|d| Axis { dimension: (3 * d + 2) % dimension, kl: Some(kl(d)) }).collect(),
                    values: (0..columns).map(|c| 4.1 * c as f32 / (columns - 1) as f32 - 2.05).collect(),
                    start: vec![0.0; dimension],
                },
                means: stack(rows * columns, |i| {
                    let z = 4.0 * (i % columns) as f32 / columns as f32 - 2.0;
                    let row = i / columns;
                    picture(row, if row % 2 == 0 { z } else { 0.0 }, if row % 2 == 1 { 2.0 * z } else { 0.0 }, 0.4)
                }),
            }
        }
        Question::PriorSamples { sampler, count, seed, .. } => {
            let at = move |i: usize| (i as f32 * 1.7 + seed as f32).sin() * 1.5;
            let means = stack(count, |i| picture(i / 3 + i, at(i), at(i + 7), 0.5));
            let draws = means.alike(means.count, means.pixels.iter().map(|p| p.round()).collect());
            Answer::PriorSamples { sampler, means, draws }
        }
        Question::Manifold { side, axes, .. } => Answer::Manifold {
            side,
            axes,
            values: (0..side).map(|i| 4.1 * i as f32 / (side - 1) as f32 - 2.05).collect(),
            means: stack(side * side, |i| {
                let (x, y) = ((i % side) as f32 / side as f32, (i / side) as f32 / side as f32);
                picture((4.0 * x) as usize, 3.0 * x - 1.5, 4.0 * y - 2.0, 0.4)
            }),
        },
        Question::Scatter { count, .. } => {
            let mut noise = vec![0.0; 2 * count];
            Stream::new(2, Purpose::Epsilon).fill_normal(0, &mut noise);
            let point = |i: usize| {
                let angle = std::f32::consts::TAU * (i % 10) as f32 / 10.0;
                let radius = 0.9 + 0.7 * ((i % 10) % 2) as f32;
                let mut mean = vec![0.0; dimension];
                let placed =
                    [radius * angle.cos() + 0.24 * noise[2 * i], radius * angle.sin() + 0.24 * noise[2 * i + 1]];
                mean.iter_mut().zip(placed).for_each(|(m, p)| *m = p);
                ScatterPoint { index: i, label: Some((i % 10) as u8), mean, deviation: vec![0.12; dimension] }
            };
            Answer::Scatter { points: (0..count).map(point).collect(), kl_per_dimension: vec![1.0; dimension] }
        }
        Question::Microscope { ref subject, axes, side, draws } => microscope(subject, axes, side, draws, dimension),
        Question::Posterior { axes, .. } => Answer::Posterior(outline([0.9, 0.0], [0.12; 2], axes)),
        Question::Prior { axes } => {
            Answer::Prior(PriorView { outline: outline([0.0; 2], [1.0; 2], axes), components: Vec::new() })
        }
        Question::PriorComponents { count } => Answer::PriorComponents(PriorComponents {
            numbers: (0..count).rev().collect(),
            weights: vec![1.0 / count as f32; count],
            z: (0..count * dimension).map(|i| (i / dimension) as f32).collect(),
            inputs: Some(stack(count, |i| picture(i, 0.1, 0.2, 0.05))),
            means: stack(count, |i| picture(i, 0.1, 0.2, 0.5)),
        }),
        Question::PriorPoint { seed } => Answer::Point {
            z: (0..dimension).map(|d| seed.map_or(0.0, |seed| 0.3 + (d as f32 + seed as f32).sin().abs())).collect(),
        },
        Question::MicroscopeBest { axes, .. } => {
            let (mut mean, mut deviation) = (vec![0.05; dimension], vec![0.3; dimension]);
            (mean[0], deviation[dimension.min(2) - 1]) = (0.2, 0.16);
            let estimate = |value, se| Estimate { value, se };
            let of_axes = |values: &[f32]| axes.map(|axis| values[axis]);
            Answer::MicroscopeBest(BestPosterior {
                outline: outline(of_axes(&mean), of_axes(&deviation), axes),
                q: Ellipsoid { mean, deviation },
                elbo: estimate(-102.1, 0.03),
                amortisation_gap: estimate(2.1, 0.02),
                terms: terms(dimension),
                evidence: evidence(dimension),
            })
        }
        Question::Density { .. } => Answer::Density(None),
        Question::OneStep { images } => Answer::OneStep(Some(Box::new(one_step(images, dimension)))),
        Question::Codes(Encode { count, .. }) => Answer::Codes(Codes {
            all: count,
            latent: dimension,
            images: Vec::new(),
            factors: Vec::new(),
            levels: Vec::new(),
            mean: Vec::new(),
            deviation: Vec::new(),
            draws: Vec::new(),
        }),
        Question::Model => unimplemented!("no pane asks for the model itself"),
        Question::Interpolations { .. } | Question::Walk { .. } => unimplemented!("films ask them, no pane does"),
        Question::Decoded { ref z, .. } => {
            Answer::Decoded(stack(z.len() / dimension, |i| picture(i, z[i * dimension], 0.5, 0.4)))
        }
        Question::Sculptor { ref z } | Question::MicroscopePoint { ref z } => {
            let at = |d: usize| z.get(d).copied().unwrap_or(0.0);
            Answer::Sculptor { z: z.clone(), mean: stack(1, |_| picture(0, at(0), at(1), 0.4)) }
        }
    }
}

/// A made-up step of the right shapes.
fn one_step(images: usize, latent: usize) -> OneStep {
    let codes = |scale: f32| (0..images * latent).map(|i| scale * (1.3 * i as f32 + scale).sin()).collect::<Vec<f32>>();
    let moved = |name: &str, count| MovedTensor {
        name: name.into(),
        count,
        sizes: [0.05, 0.003, 0.001],
        entries: vec![[0.12, 0.031, 0.119], [-0.4, -0.02, -0.399]],
    };
    OneStep {
        step: 12_300,
        batch: 100,
        samples: 1,
        beta: 1.0,
        rate: 1e-3,
        mean_terms: [-79.1, 25.1],
        gradient_norm: 12.5,
        latent,
        inputs: stack(images, |i| picture(i, (i as f32).sin(), (i as f32).cos(), 0.05)),
        decoded: stack(images, |i| picture(i, 0.8 * (i as f32).sin(), 0.5, 0.5)),
        terms: (0..images).map(|i| [-80.0 - i as f32, 24.0]).collect(),
        mean: codes(1.4),
        deviation: vec![0.25; images * latent],
        epsilon: codes(0.9),
        z: codes(1.5),
        pull: codes(8.0),
        hold: codes(-1.5),
        moved: vec![moved("encoder.0.weight", 78_400), moved("decoder.output.weight", 78_400)],
    }
}
