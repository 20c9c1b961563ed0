//! The residual log p(x) − KL[q(z|x) ‖ p(z|x)] − ELBO of a linear model through its training. All three terms have a
//! closed form there, so that nothing but rounding may be left, on every image at every point.

use burn::tensor::{Tensor, TensorData};
use elbow::data::{Dataset, Split};
use elbow::evidence::marginal::LinearGaussian;
use elbow::evidence::{Joint, ModelJoint};
use elbow::experiment::{DeviceChoice, Experiment};
use elbow::train::{Trainer, TrainingDevice};
use std::f64::consts::TAU;
use std::sync::Arc;

const IMAGES: usize = 32;

fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f64> {
    tensor.into_data().iter::<f64>().collect()
}

/// log p(x), KL[q(z|x) ‖ p(z|x)], E_q[log p(x|z)] and KL[q(z|x) ‖ p(z)] of each image, each by a formula of its own.
fn terms(trainer: &Trainer) -> Vec<[f64; 4]> {
    let images = trainer.dataset().gather(Split::Validation, &(0..IMAGES).collect::<Vec<_>>());
    let snapshot = trainer.snapshot();
    let joint = ModelJoint::new(trainer.model(), &snapshot.parameters, &snapshot.state, &images);
    let linear = LinearGaussian::of(trainer.experiment(), &joint).expect("the CPU works").expect("a linear model");
    let (model, latent, pixels) = (trainer.model(), joint.latent(), images.pixels_per_image());
    // b, then a row of W for each latent dimension.
    let mut z = vec![0.0_f32; (latent + 1) * latent];
    (0..latent).for_each(|d| z[(d + 1) * latent + d] = 1.0);
    let z = Tensor::<2>::from_data(TensorData::new(z, [latent + 1, latent]), &joint.device());
    let outputs = numbers(model.decode(&joint.pass(), z));
    let (bias, rows) = outputs.split_at(pixels);
    let weights: Vec<f64> = rows.iter().zip(bias.iter().cycle()).map(|(row, b)| row - b).collect();
    let variance = numbers(model.likelihood().deviation(&joint.pass()).expect("a Gaussian"))[0].powi(2);
    let all: Vec<usize> = (0..IMAGES).collect();
    let q = joint.approximation(joint.outputs().expect("the CPU works").rows(&all, &joint.device()));
    let (means, deviations) = (numbers(q.mean()), numbers(q.deviation()));
    let of_image = |i: usize| {
        let (m, s) = (&means[i * latent..(i + 1) * latent], &deviations[i * latent..(i + 1) * latent]);
        let posterior = linear.posterior(images.image(i));
        // E‖x − W·z − b‖² = ‖x − W·m − b‖² + Σ_d s_d²·‖W_d‖².
        let square: f64 = (0..pixels)
            .map(|p| {
                let mean = bias[p] + (0..latent).map(|d| m[d] * weights[d * pixels + p]).sum::<f64>();
                let spread: f64 = (0..latent).map(|d| (s[d] * weights[d * pixels + p]).powi(2)).sum();
                (f64::from(images.image(i)[p]) - mean).powi(2) + spread
            })
            .sum();
        let reconstruction = -0.5 * (pixels as f64 * (TAU * variance).ln() + square / variance);
        let kl: f64 = m.iter().zip(s).map(|(m, s)| 0.5 * (m * m + s * s - 1.0 - 2.0 * s.ln())).sum();
        [posterior.log_px, linear.kl_of_diagonal(m, s, &posterior), reconstruction, kl]
    };
    all.into_iter().map(of_image).collect()
}

#[test]
fn the_residual_of_a_linear_model_is_rounding_at_every_point_of_its_training() {
    for latent in [2, 3, 10] {
        let mut experiment: Experiment = elbow::experiment::preset("linear-ppca").expect("bundled");
        experiment.latent.dimension = latent;
        experiment.data.limit = Some(400);
        experiment.data.validation = 100;
        experiment.training.batch = 50;
        experiment.device = DeviceChoice::Cpu;
        let dataset = Dataset::load(&experiment.data, experiment.seed, &mut |_| {}).expect("MNIST is embedded");
        let device = TrainingDevice::open(DeviceChoice::Cpu).expect("there is always a CPU");
        let mut trainer = Trainer::new(experiment, Arc::new(dataset), device).expect("the experiment is valid");
        let mut gaps = Vec::new();
        for step in 0..=300 {
            if step % 20 == 0 || step < 5 {
                let terms = terms(&trainer);
                for [log_px, posterior_kl, reconstruction, kl] in &terms {
                    let residual = log_px - posterior_kl - (reconstruction - kl);
                    // f64 sums of terms that cancel.
                    let rounding = 1e-9 * (log_px.abs() + posterior_kl.abs() + reconstruction.abs() + kl.abs());
                    assert!(residual.abs() < rounding, "latent {latent}, step {step}: {residual} of {terms:?}");
                    assert!(*posterior_kl >= 0.0 && *kl >= 0.0);
                }
                // The closed form is what training measures, up to its samples' noise.
                let indices: Vec<usize> = (0..IMAGES).collect();
                let (measured, _) = trainer.terms_of(Split::Validation, &indices).expect("measured");
                let exact: f64 = terms.iter().map(|terms| terms[2]).sum();
                let drawn: f64 = measured.iter().map(|v| f64::from(*v)).sum();
                assert!((drawn - exact).abs() < 0.02 * exact.abs() + 60.0, "latent {latent}: {drawn} {exact}");
                gaps.push(terms.iter().map(|terms| terms[1]).sum::<f64>() / IMAGES as f64);
            }
            trainer.step().expect("the run is healthy");
        }
        let (first, last) = (gaps[0], gaps[gaps.len() - 1]);
        assert!(last < 0.5 * first, "the gap falls: {gaps:?}");
    }
}
