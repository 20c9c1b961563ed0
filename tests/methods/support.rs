//! Small models for the tests.

use burn::tensor::{Device, Tensor, TensorData};
use elbow::experiment::{Binarisation, Choice, Data, Experiment, ImageShape, Likelihood, Posterior, Prior};
use elbow::model::{Model, Pass};
use elbow::random::{Purpose, Stream};

pub const IMAGE: ImageShape = ImageShape { channels: 1, height: 2, width: 2 };

/// A model on the CPU with parameters drawn from N(0, spread²), deterministically.
pub struct Small {
    pub model: Model,
    pub parameters: Vec<Tensor<1>>,
    pub state: Vec<Tensor<1>>,
}

/// A linear model of methods for grey images; `latent` is the dimension of z, which two layers share (2 at least).
pub fn experiment(likelihood: Likelihood, latent: usize, posterior: Posterior, prior: Prior) -> Experiment {
    let mut experiment = Experiment {
        data: Data { binarisation: Binarisation::None, ..Data::default() },
        encoder: Vec::new(),
        ..Experiment::default()
    };
    experiment.decoder.likelihood = likelihood;
    experiment.latent.dimension = latent;
    experiment.latent.posterior = posterior;
    experiment.latent.prior = prior;
    if let Posterior::TwoLayer { upper, .. } = &mut experiment.latent.posterior {
        *upper = (latent / 2).max(1);
        experiment.latent.dimension = latent.saturating_sub(*upper).max(1);
    }
    experiment
}

/// The first prior that goes with a posterior.
pub fn prior_beside(posterior: Posterior) -> Prior {
    let mut experiment = Experiment::default();
    experiment.set_posterior(posterior);
    experiment.latent.prior
}

/// The first posterior that goes with a prior.
pub fn posterior_beside(prior: Prior) -> Posterior {
    let fits = |posterior: &&Posterior| {
        prior.why_not(&experiment(Likelihood::default(), 2, **posterior, prior), None).is_none()
    };
    *Posterior::ALL.iter().find(fits).expect("each prior goes with some posterior")
}

impl Small {
    pub fn new(experiment: &Experiment, image: ImageShape, spread: f32) -> Self {
        let model =
            Model::new(experiment, image, &vec![0.5; image.pixels()]).unwrap_or_else(|problems| panic!("{problems:?}"));
        let parameters = model.parameters().iter().enumerate().map(|(i, spec)| {
            let values = normals(100 + i as u64, spec.count());
            Tensor::from_floats(values.iter().map(|v| spread * v).collect::<Vec<_>>().as_slice(), &Device::flex())
        });
        let state = model
            .state()
            .iter()
            .enumerate()
            .map(|(i, spec)| Tensor::from_floats(spec.initial_values(0, i).as_slice(), &Device::flex()));
        Self { parameters: parameters.collect(), state: state.collect(), model }
    }

    pub fn pass(&self) -> Pass<'_> {
        Pass::evaluation(&self.parameters, &self.state)
    }
}

pub fn matrix(values: &[f32], columns: usize) -> Tensor<2> {
    Tensor::from_data(TensorData::new(values.to_vec(), [values.len() / columns, columns]), &Device::flex())
}

pub fn read<const D: usize>(tensor: Tensor<D>) -> Vec<f64> {
    tensor.into_data().iter::<f64>().collect()
}

pub fn normals(counter: u64, count: usize) -> Vec<f32> {
    let mut values = vec![0.0; count];
    Stream::new(41, Purpose::Choice).fill_normal(counter, &mut values);
    values
}

pub fn uniforms(counter: u64, count: usize) -> Vec<f32> {
    let mut values = vec![0.0; count];
    Stream::new(42, Purpose::Choice).fill_uniform(counter, &mut values);
    values
}

/// The middles of equal cells.
pub fn grid(from: f64, to: f64, cells: usize) -> Vec<f32> {
    (0..cells).map(|i| (from + (to - from) * (i as f64 + 0.5) / cells as f64) as f32).collect()
}
