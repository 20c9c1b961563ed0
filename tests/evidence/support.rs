//! Joint densities for the tests.

use burn::tensor::{Device, Tensor, TensorData};
use elbow::evidence::{Joint, Outputs};
use elbow::experiment::{Experiment, ImageShape};
use elbow::model::posterior::Distribution;
use elbow::model::prior::LatentNoise;
use elbow::model::{Model, Pass};

/// log p(z|x) of each image, `rows` by `rows × latent`.
type LogPosterior = fn(Tensor<2>) -> Tensor<1>;

/// p(x, z) = p(x)·p(z|x) with p(x) and p(z|x) given: the truth is known by construction. q(z|x) is a diagonal Gaussian.
pub struct Handmade {
    pub latent: usize,
    /// log p(x) and p(z|x) of each image.
    pub images: Vec<(f64, LogPosterior)>,
    family: Model,
}

impl Handmade {
    pub fn new(latent: usize, images: Vec<(f64, LogPosterior)>) -> Self {
        let mut experiment = Experiment { encoder: Vec::new(), ..Experiment::default() };
        experiment.latent.dimension = latent;
        let image = ImageShape { channels: 1, height: 1, width: 1 };
        let family = Model::new(&experiment, image, &[]).expect("the smallest model fits");
        Self { latent, images, family }
    }
}

impl Joint for Handmade {
    fn images(&self) -> usize {
        self.images.len()
    }

    fn latent(&self) -> usize {
        self.latent
    }

    fn device(&self) -> Device {
        Device::flex()
    }

    fn log_joint(&self, images: &[usize], z: Tensor<2>) -> Tensor<1> {
        let [rows, latent] = z.dims();
        let samples = rows / images.len();
        let by_image: Tensor<3> = z.reshape([samples, images.len(), latent]);
        let columns = images.iter().enumerate().map(|(b, &i)| {
            let (log_px, log_posterior) = self.images[i];
            let z = by_image.clone().slice([0..samples, b..b + 1, 0..latent]).reshape([samples, latent]);
            (log_posterior(z) + log_px).reshape([samples, 1])
        });
        Tensor::cat(columns.collect(), 1).reshape([rows])
    }

    fn log_prior(&self, z: Tensor<2>) -> Tensor<1> {
        let [rows, latent] = z.dims();
        z.square().sum_dim(1).reshape([rows]) * -0.5 - 0.5 * latent as f64 * std::f64::consts::TAU.ln()
    }

    fn log_prior_per_dimension(&self, z: Tensor<2>) -> Option<Tensor<2>> {
        Some(z.square() * -0.5 - 0.5 * std::f64::consts::TAU.ln())
    }

    fn draw_prior(&self, noise: LatentNoise) -> Tensor<2> {
        noise.normal
    }

    fn approximation(&self, output: Tensor<2>) -> Box<dyn Distribution> {
        self.family.posterior().distribution(&Pass::evaluation(&[], &[]), output)
    }
}

/// The numbers of diagonal Gaussians: means and deviations of each image.
pub fn gaussians(images: &[(&[f64], &[f64])]) -> Outputs {
    let columns = 2 * images[0].0.len();
    let row = |(mean, deviation): &(&[f64], &[f64])| {
        let log_variance = deviation.iter().map(|s| 2.0 * s.ln());
        mean.iter().copied().chain(log_variance).map(|v| v as f32).collect::<Vec<f32>>()
    };
    Outputs { columns, values: images.iter().flat_map(row).collect() }
}

/// One column of `rows × latent`.
pub fn column(z: &Tensor<2>, d: usize) -> Tensor<1> {
    let rows = z.dims()[0];
    z.clone().slice([0..rows, d..d + 1]).reshape([rows])
}

/// `rows × columns` on the CPU.
pub fn matrix(values: &[f32], columns: usize) -> Tensor<2> {
    Tensor::from_data(TensorData::new(values.to_vec(), [values.len() / columns, columns]), &Device::flex())
}
