//! Measure log p(x) of a trained model by three methods and compare them. The model is linear and Gaussian with two
//! latent dimensions, so that all three apply: the closed form, quadrature, and importance sampling from q(z|x).
//!
//! `cargo run --release --example measure_evidence`

use elbow::data::{Dataset, Split};
use elbow::evidence::ModelJoint;
use elbow::evidence::marginal::{LinearGaussian, importance};
use elbow::evidence::quadrature::{Settings, integrate};
use elbow::experiment::{DeviceChoice, Experiment, preset};
use elbow::train::{Trainer, TrainingDevice};
use std::error::Error;
use std::sync::Arc;

/// Images that are measured.
const IMAGES: usize = 8;
/// Importance samples per image.
const SAMPLES: usize = 2_000;
const THREADS: usize = 2;

/// log p(x) of one image by each method, in nats, with the error that the method states.
pub struct Measured {
    /// In closed form: exact up to rounding.
    pub exact: f64,
    /// By quadrature over z, and what halving the lattice spacing changed.
    pub quadrature: (f64, f64),
    /// By importance sampling, and its standard error.
    pub importance: (f64, f64),
}

/// Probabilistic PCA with two latent dimensions on a part of MNIST.
fn trained() -> Result<Trainer, Box<dyn Error>> {
    let mut experiment: Experiment = preset("linear-ppca")?;
    for change in ["latent.dimension=2", "data.limit=2000", "data.validation=200", "training.length=5"] {
        experiment.set(change)?;
    }
    let dataset = Dataset::load(&experiment.data, experiment.seed, &mut |_| ())?;
    let mut trainer = Trainer::new(experiment, Arc::new(dataset), TrainingDevice::open(DeviceChoice::Cpu)?)?;
    while trainer.step()?.finished.is_none() {}
    Ok(trainer)
}

/// Train, then measure the first test images.
pub fn measure() -> Result<Vec<Measured>, Box<dyn Error>> {
    let trainer = trained()?;
    let images = trainer.dataset().gather(Split::Test, &(0..IMAGES).collect::<Vec<_>>());
    // log p(x, z) of these images as a function of z, which is all that the methods ask of a model …
    let snapshot = trainer.snapshot();
    let joint = ModelJoint::new(trainer.model(), &snapshot.parameters, &snapshot.state, &images);
    // … and what the encoder says about each of them: where q(z|x) lies.
    let outputs = joint.outputs()?;

    let linear = LinearGaussian::of(trainer.experiment(), &joint)?.ok_or("the model is not linear and Gaussian")?;
    let integrals = integrate(&joint, outputs.clone(), Settings::default(), THREADS)?;
    let sampled = importance(&joint, outputs, SAMPLES, 0, THREADS)?;
    let measured = integrals.iter().zip(&sampled).enumerate().map(|(i, (integral, sampled))| Measured {
        exact: linear.posterior(images.image(i)).log_px,
        quadrature: (integral.log_px, integral.log_px_error),
        importance: (sampled.log_px.value, sampled.log_px.se),
    });
    Ok(measured.collect())
}

/// Prints a line for each image.
pub fn main() -> Result<(), Box<dyn Error>> {
    println!("log p(x) in nats:  closed form       quadrature      importance sampling");
    for (i, Measured { exact, quadrature: (lattice, error), importance: (sampled, se) }) in
        measure()?.into_iter().enumerate()
    {
        println!("image {i}            {exact:>11.3} {lattice:>11.3} ± {error:.3} {sampled:>12.3} ± {se:.3}");
    }
    Ok(())
}
