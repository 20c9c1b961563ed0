//! A likelihood that Elbow does not have, measured without changing Elbow: logistic pixels on the decoder of a model
//! that was trained with Gaussian ones. Which of the two explains the images better?
//!
//! An experiment names its likelihood, so that one to *train* with is an entry in Elbow's own list (the page “Extending
//! Elbow” of the guide). From outside, the traits are open: [`Likelihood`] says what log p(x|z) is, and [`Joint`] is
//! all that the methods for log p(x) ask of a model.
//!
//! `cargo run --release --example own_likelihood`

use burn::tensor::{Device, Tensor};
use elbow::data::{Dataset, Split};
use elbow::evidence::quadrature::{Settings, integrate};
use elbow::evidence::{Joint, ModelJoint};
use elbow::experiment::{DeviceChoice, preset};
use elbow::model::Pass;
use elbow::model::likelihood::{Likelihood, PixelNoise};
use elbow::model::posterior::Distribution;
use elbow::model::prior::LatentNoise;
use elbow::train::{Trainer, TrainingDevice};
use std::error::Error;
use std::f64::consts::PI;
use std::sync::Arc;

/// log p(x|z) = Σ over pixels of [−u − 2 log(1 + e⁻ᵘ) − log s] with u = |x − m|/s, where the decoder gives m.
struct Logistic {
    /// s, in grey levels from 0 to 1.
    scale: f64,
}

impl Likelihood for Logistic {
    fn log_prob_per_pixel(&self, _pass: &Pass, images: Tensor<2>, output: Tensor<2>) -> Tensor<2> {
        // `output` has K rows for each of the B images: row k·B + b belongs to image b.
        let samples = output.dims()[0] / images.dims()[0];
        let u = (images.repeat_dim(0, samples) - output).abs() / self.scale;
        let softplus = u.clone().neg().exp().log1p();
        u.neg() - softplus * 2.0 - self.scale.ln()
    }

    fn mean(&self, output: Tensor<2>) -> Tensor<2> {
        output
    }

    /// m + s·log(u/(1 − u)) for u uniform on (0, 1).
    fn draw(&self, _pass: &Pass, output: Tensor<2>, noise: PixelNoise) -> Tensor<2> {
        let u = noise.uniform;
        output + (u.clone().log() - u.neg().log1p()) * self.scale
    }

    fn output_bias(&self, training_mean: &[f32]) -> Vec<f32> {
        training_mean.to_vec()
    }
}

/// A trained model whose likelihood is replaced by another one.
struct Replaced<'a> {
    model: ModelJoint<'a>,
    likelihood: &'a dyn Likelihood,
}

impl Joint for Replaced<'_> {
    fn images(&self) -> usize {
        self.model.images()
    }

    fn latent(&self) -> usize {
        self.model.latent()
    }

    fn device(&self) -> Device {
        self.model.device()
    }

    /// log p(x|z) + log p(z), the first of them by the likelihood of one's own.
    fn log_joint(&self, images: &[usize], z: Tensor<2>) -> Tensor<1> {
        let pass = self.model.pass();
        let output = self.model.model().decode(&pass, z.clone());
        self.likelihood.log_prob(&pass, self.model.pixels(images), output) + self.model.log_prior(z)
    }

    fn approximation(&self, output: Tensor<2>) -> Box<dyn Distribution> {
        self.model.approximation(output)
    }

    fn log_prior(&self, z: Tensor<2>) -> Tensor<1> {
        self.model.log_prior(z)
    }

    fn draw_prior(&self, noise: LatentNoise) -> Tensor<2> {
        self.model.draw_prior(noise)
    }
}

/// Mean log p(x) in nats per image of a few test images: under the Gaussian that the model was trained with, and under
/// a logistic of the same variance.
pub fn compare() -> Result<[f64; 2], Box<dyn Error>> {
    let mut experiment = preset("mnist-2d")?;
    for change in [
        "decoder.likelihood=GaussianLearned",
        "data.binarisation=None",
        "data.limit=3000",
        "data.validation=300",
        "training.length=3",
    ] {
        experiment.set(change)?;
    }
    let dataset = Dataset::load(&experiment.data, experiment.seed, &mut |_| ())?;
    let mut trainer = Trainer::new(experiment, Arc::new(dataset), TrainingDevice::open(DeviceChoice::Cpu)?)?;
    while trainer.step()?.finished.is_none() {}

    let images = trainer.dataset().gather(Split::Test, &(0..8).collect::<Vec<_>>());
    let snapshot = trainer.snapshot();
    let gaussian = ModelJoint::new(trainer.model(), &snapshot.parameters, &snapshot.state, &images);
    let sigma = trainer.model().likelihood().deviation(&trainer.pass()).ok_or("a Gaussian has a σ")?;
    let sigma = f64::from(sigma.try_into_data()?.iter::<f32>().next().ok_or("σ is one number")?);
    // A logistic has the variance π²s²/3.
    let logistic = Logistic { scale: sigma * 3.0_f64.sqrt() / PI };
    let replaced = Replaced { model: gaussian, likelihood: &logistic };

    let outputs = gaussian.outputs()?;
    let mean = |joint: &dyn Joint| -> Result<f64, Box<dyn Error>> {
        let found = integrate(joint, outputs.clone(), Settings::quick(), 2)?;
        Ok(found.iter().map(|integral| integral.log_px).sum::<f64>() / found.len() as f64)
    };
    Ok([mean(&gaussian)?, mean(&replaced)?])
}

/// Prints both.
pub fn main() -> Result<(), Box<dyn Error>> {
    let [gaussian, logistic] = compare()?;
    println!("log p(x) with Gaussian pixels: {gaussian:.1} nats per image; with logistic pixels: {logistic:.1}");
    Ok(())
}
