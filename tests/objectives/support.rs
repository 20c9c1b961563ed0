//! A small model under an objective, and the gradients of many independent draws.

use burn::tensor::{Device, Tensor, TensorData};
use elbow::experiment::{Activation, Experiment, ImageShape, Layer, Likelihood, Objective};
use elbow::model::{Model, Pass, TrainingPass};
use elbow::objective::{Batch, DiscriminatorPass, Setting, Terms, surrogate};
use elbow::random::{Purpose, Stream};

pub const IMAGE: ImageShape = ImageShape { channels: 1, height: 2, width: 3 };

/// A model with fixed parameters, and one image.
pub struct Case {
    pub model: Model,
    pub parameters: Vec<Vec<f32>>,
    /// Of a penalty's discriminator.
    pub discriminator: Vec<Vec<f32>>,
    pub image: Vec<f32>,
}

/// The gradient of one step, parameter by parameter, and what it reports.
pub struct Step {
    pub gradient: Vec<f64>,
    /// The discriminator's.
    pub discriminator: Vec<f64>,
    /// The differentiated objective, averaged over images.
    pub objective: f64,
    pub terms: Terms,
}

pub fn experiment(latent: usize) -> Experiment {
    let mut experiment = Experiment { encoder: vec![Layer::dense(4, Activation::Tanh)], ..Experiment::default() };
    experiment.latent.dimension = latent;
    experiment.decoder.likelihood = Likelihood::Bernoulli;
    experiment
}

impl Case {
    /// Parameters drawn from N(0, scale²).
    pub fn new(experiment: &Experiment, scale: f32) -> Self {
        let model = Model::new(experiment, IMAGE, &[]).expect("the architecture fits");
        let draw = |(i, spec): (usize, &elbow::model::TensorSpec)| {
            let mut values = vec![0.0; spec.count()];
            Stream::new(31, Purpose::Initialise).fill_normal(i as u64, &mut values);
            values.iter().map(|v| scale * v).collect()
        };
        let parameters = model.parameters().iter().enumerate().map(draw).collect();
        Self { model, parameters, discriminator: Vec::new(), image: vec![1.0, 0.0, 1.0, 1.0, 0.0, 0.0] }
    }

    /// The mean gradient over `draws` independent draws of K samples; draws of different `counter` are independent.
    pub fn step(&self, objective: &Objective, draws: usize, counter: u64) -> Step {
        let device = Device::flex();
        let track = |parameters: &[Vec<f32>]| -> Vec<Tensor<1>> {
            let tensors = parameters.iter().map(|p| Tensor::<1>::from_floats(p.as_slice(), &device));
            tensors.map(|tensor| tensor.autodiff().require_grad()).collect()
        };
        let (leaves, discriminator) = (track(&self.parameters), track(&self.discriminator));
        let training = TrainingPass {
            dropout: Stream::new(0, Purpose::Dropout),
            counter: 0,
            statistics: Default::default(),
            prior_output: None,
        };
        let pass = Pass { parameters: &leaves, state: &[], training: Some(training) };
        let mut epsilon = vec![0.0; objective.samples * draws * self.model.latent()];
        Stream::new(32, Purpose::Epsilon).fill_normal(counter, &mut epsilon);
        let tensor = |values: Vec<f32>, columns: usize| {
            let rows = values.len() / columns;
            Tensor::<2>::from_data(TensorData::new(values, [rows, columns]), &device)
        };
        let mut batch = Batch::new(
            &self.model,
            &pass,
            tensor(self.image.repeat(draws), self.image.len()),
            tensor(epsilon, self.model.latent()),
            Setting::at(objective, 0.0, draws),
        );
        batch.discriminator = (!discriminator.is_empty()).then(|| DiscriminatorPass {
            parameters: &discriminator,
            order: Stream::new(33, Purpose::Permute),
            counter,
        });
        let found = surrogate(&batch);
        let objective = found.objective.mean();
        let mut gradients = objective.clone().backward();
        let mut further = found.second_path.and_then(|path| path.backward(&mut gradients));
        let of = |leaf: &Tensor<1>, gradients: &mut burn::tensor::Gradients| {
            leaf.grad_remove(gradients).map(|g| g.into_data().iter::<f32>().map(f64::from).collect::<Vec<f64>>())
        };
        let mut both = |leaves: &[Tensor<1>], parameters: &[Vec<f32>]| {
            let mut gradient = Vec::new();
            for (leaf, values) in leaves.iter().zip(parameters) {
                let first = of(leaf, &mut gradients).unwrap_or_else(|| vec![0.0; values.len()]);
                let second =
                    further.as_mut().and_then(|further| of(leaf, further)).unwrap_or_else(|| vec![0.0; values.len()]);
                gradient.extend(first.iter().zip(second).map(|(a, b)| a + b));
            }
            gradient
        };
        Step {
            gradient: both(&leaves, &self.parameters),
            discriminator: both(&discriminator, &self.discriminator),
            objective: read(objective)[0],
            terms: found.terms,
        }
    }

    /// log p(x, z) of the image at points of a one-dimensional z.
    pub fn log_joint(&self, z: &[f32]) -> Vec<f64> {
        let device = Device::flex();
        let parameters: Vec<Tensor<1>> =
            self.parameters.iter().map(|p| Tensor::from_floats(p.as_slice(), &device)).collect();
        let pass = Pass::evaluation(&parameters, &[]);
        let points = Tensor::<2>::from_data(TensorData::new(z.to_vec(), [z.len(), 1]), &device);
        let x = Tensor::<2>::from_data(TensorData::new(self.image.clone(), [1, self.image.len()]), &device);
        let likelihood = self.model.likelihood().log_prob(&pass, x, self.model.decode(&pass, points));
        let log_prior = z.iter().map(|z| -0.5 * f64::from(z * z) - 0.5 * std::f64::consts::TAU.ln());
        read(likelihood).into_iter().zip(log_prior).map(|(a, b)| a + b).collect()
    }

    /// Whether each coordinate of the gradient belongs to the encoder.
    pub fn of_encoder(&self) -> Vec<bool> {
        let specs = self.model.parameters().iter().zip(&self.parameters);
        specs.flat_map(|(spec, values)| vec![spec.name.starts_with("encoder"); values.len()]).collect()
    }
}

pub fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The squared standard error of the mean.
pub fn squared_error(values: &[f64]) -> f64 {
    let (n, mean) = (values.len() as f64, mean(values));
    values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n * (n - 1.0))
}

pub fn read<const D: usize>(tensor: Tensor<D>) -> Vec<f64> {
    tensor.into_data().iter::<f32>().map(f64::from).collect()
}
