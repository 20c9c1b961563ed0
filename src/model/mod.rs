//! The model: p(x, z) = p(x|z) p(z) and q(z|x), built from an [`Experiment`]. It returns *distributions* and knows no
//! loss.
//!
//! Images are rows of pixels: `images × pixels`; a missing value is NaN, as [`Given::incomplete`] announces. K samples
//! of z for B images are `K·B` rows, sample by sample: row `k·B + b` belongs to image b.

mod conditional;
mod dense;
mod incomplete;
mod layers;
mod layout;
pub mod likelihood;
mod math;
mod network;
mod parameters;
pub mod posterior;
pub mod prior;

pub(crate) use dense::Mlp;
pub use layout::Layout;
pub use parameters::{Initial, Pass, Statistics, TensorSpec, TrainingPass};

use crate::data::Dataset;
use crate::experiment::method::Pixels;
use crate::experiment::{Choice, Experiment, ImageShape, Kl, Likelihood as Family, Plan, Problem};
use burn::tensor::Tensor;
use likelihood::Likelihood;
use network::Network;
use posterior::Posterior;
use prior::{Density, Prior};
use std::ops::Range;

/// The facts about the data, beside the shape of an image, that a model is built from.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// The mean of the training images, `pixels` long, which sets the decoder's output bias; it may be empty if the
    /// parameters will be loaded from a file.
    pub training_mean: Vec<f32>,
    /// The entries of each category of a table's rows, in order.
    pub categories: Vec<Range<usize>>,
    /// Whether values may be missing; a missing value is NaN.
    pub incomplete: bool,
}

impl Given {
    /// The facts about a data set.
    pub fn of(dataset: &Dataset) -> Self {
        let categories = dataset.columns().map_or_else(Vec::new, |columns| columns.categories());
        Self { training_mean: dataset.training_mean(), categories, incomplete: dataset.is_incomplete() }
    }
}

/// The encoder, the decoder and the distributions that they parameterise. It holds no parameter values: these come with
/// each [`Pass`].
pub struct Model {
    plan: Plan,
    encoder: Network,
    decoder: Network,
    likelihood: Box<dyn Likelihood>,
    posterior: Box<dyn Posterior>,
    prior: Box<dyn Prior>,
    kl: Kl,
    /// Whether values may be missing.
    incomplete: bool,
    /// Whether the encoder also reads which values are known.
    mask_input: bool,
    /// Whether values are counts, of which the encoder reads log(1 + x).
    counts: bool,
    parameters: Vec<TensorSpec>,
    state: Vec<TensorSpec>,
}

impl Model {
    /// Lay out the networks of an experiment for images of shape `image`. `training_mean`, the mean of the training
    /// images (`pixels` long), sets the decoder's output bias; it may be empty if the parameters will be loaded from a
    /// file.
    ///
    /// # Errors
    /// Every problem of the architecture.
    pub fn new(experiment: &Experiment, image: ImageShape, training_mean: &[f32]) -> Result<Self, Vec<Problem>> {
        Self::given(experiment, image, &Given { training_mean: training_mean.to_vec(), ..Given::default() })
    }

    /// Lay out the networks of an experiment for its data.
    ///
    /// # Errors
    /// Every problem of the architecture.
    pub fn of(experiment: &Experiment, dataset: &Dataset) -> Result<Self, Vec<Problem>> {
        let likelihood = experiment.decoder.likelihood;
        let wrong = match likelihood.kind() {
            Pixels::Counts => dataset.no_count().map(|(column, value)| {
                let name = likelihood.name();
                format!("{name} needs counts 0, 1, 2, …, but `{column}` has {value}; leave it out, or use a Gaussian")
            }),
            _ if dataset.is_incomplete() && likelihood == Family::GaussianOptimal => Some(
                "its σ is the mean squared error of all values, and some are missing; use the Gaussian with learned σ"
                    .into(),
            ),
            _ => None,
        };
        match wrong {
            Some(message) => Err(vec![Problem::error("decoder.likelihood", message)]),
            None => Self::given(experiment, dataset.shape(), &Given::of(dataset)),
        }
    }

    /// Lay out the networks of an experiment for images of shape `image`, with what else is known of them.
    ///
    /// # Errors
    /// Every problem of the architecture.
    pub fn given(experiment: &Experiment, image: ImageShape, given: &Given) -> Result<Self, Vec<Problem>> {
        let Given { training_mean, categories, incomplete } = given;
        let incomplete = *incomplete;
        let plan = experiment.plan(image)?;
        let mut specs = parameters::Specs::new(experiment.training.initialisation);
        let encoder = Network::encoder(&plan, &mut specs);
        let mut layout = Layout { specs: &mut specs, plan: &plan, training_mean, categories };
        let posterior = posterior::build(experiment.latent.posterior, &mut layout);
        let likelihood = likelihood::build(experiment.decoder.likelihood, &mut layout);
        let bias = if training_mean.is_empty() { Vec::new() } else { likelihood.output_bias(training_mean) };
        let decoder = Network::decoder(&plan, bias, &mut specs);
        let mut layout = Layout { specs: &mut specs, plan: &plan, training_mean, categories };
        let prior = prior::build(experiment.latent.prior, &mut layout);
        let likelihood = if incomplete { Box::new(incomplete::OfKnown(likelihood)) } else { likelihood };
        let (parameters, state) = specs.finish();
        let kl = experiment.objective.kl;
        let counts = experiment.decoder.likelihood.kind() == Pixels::Counts;
        let mask_input = experiment.data.mask_input;
        Ok(Self {
            plan,
            encoder,
            decoder,
            likelihood,
            posterior,
            prior,
            kl,
            incomplete,
            mask_input,
            counts,
            parameters,
            state,
        })
    }

    /// The plan of the networks: shapes and parameter counts.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Dimension of z, all layers of latent variables together.
    pub fn latent(&self) -> usize {
        self.plan.latent
    }

    /// Shape of an image.
    pub fn image(&self) -> ImageShape {
        self.plan.image
    }

    /// The specs of the trainable tensors, in the order in which a [`Pass`] holds them.
    pub fn parameters(&self) -> &[TensorSpec] {
        &self.parameters
    }

    /// The specs of the tensors that training updates without gradients (running averages of batch normalisation and of
    /// `GaussianOptimal`'s σ²), in the order in which a [`Pass`] holds them.
    pub fn state(&self) -> &[TensorSpec] {
        &self.state
    }

    /// The approximate posterior q(z|x) of images `B × pixels`.
    pub fn encode(&self, pass: &Pass, images: Tensor<2>) -> Box<dyn posterior::Distribution> {
        self.posterior.distribution(pass, self.encoder_output(pass, images))
    }

    /// The encoder's output for images `B × pixels`: the parameters of q(z|x), `B × heads`, whose meaning depends on
    /// the family.
    pub fn encoder_output(&self, pass: &Pass, images: Tensor<2>) -> Tensor<2> {
        self.encoder.forward(pass, self.encoder_input(images))
    }

    /// The input of the encoder's first layer for images `B × pixels`: 0 for a missing value, log(1 + x) for a count x,
    /// every other value as it is. With `data.mask_input` a mask follows, 1 for a known value and 0 for a missing one:
    /// `B × 2·pixels`.
    pub fn encoder_input(&self, images: Tensor<2>) -> Tensor<2> {
        let mask = self.mask_input.then(|| match self.incomplete {
            true => incomplete::is_missing(&images).bool_not().float(),
            false => images.ones_like(),
        });
        let values = if self.incomplete { incomplete::filled(images) } else { images };
        let values = if self.counts { values.log1p() } else { values };
        match mask {
            Some(mask) => Tensor::cat(vec![values, mask], 1),
            None => values,
        }
    }

    /// The decoder's output for z `rows × latent`: the parameters of p(x|z), `rows × outputs`, whose meaning depends on
    /// the likelihood.
    pub fn decode(&self, pass: &Pass, z: Tensor<2>) -> Tensor<2> {
        self.decoder.forward(pass, self.read(z))
    }

    /// log p(x|z) in nats of images `B × pixels` at z `K·B × latent` (row k·B + b belongs to image b); `K·B` entries.
    pub fn log_likelihood(&self, pass: &Pass, images: Tensor<2>, z: Tensor<2>) -> Tensor<1> {
        self.likelihood.log_prob_of(pass, images, self.decoder.output(pass, self.read(z)))
    }

    /// The name of the first layer of the encoder whose output fails `check`; `None` if all pass.
    pub fn first_encoder_layer(&self, pass: &Pass, x: Tensor<2>, check: fn(Tensor<2>) -> bool) -> Option<String> {
        self.encoder.first_layer(pass, self.encoder_input(x), check)
    }

    /// The name of the first layer of the decoder whose output fails `check`; `None` if all pass.
    pub fn first_decoder_layer(&self, pass: &Pass, z: Tensor<2>, check: fn(Tensor<2>) -> bool) -> Option<String> {
        self.decoder.first_layer(pass, self.read(z), check)
    }

    /// The part of z that the decoder reads: with two layers of latent variables, the lower one.
    fn read(&self, z: Tensor<2>) -> Tensor<2> {
        if self.plan.upper == 0 { z } else { conditional::layers(z, self.plan.lower())[0].clone() }
    }

    /// The likelihood: p(x|z) given the decoder's output.
    pub fn likelihood(&self) -> &dyn Likelihood {
        self.likelihood.as_ref()
    }

    /// The family of q(z|x).
    pub fn posterior(&self) -> &dyn Posterior {
        self.posterior.as_ref()
    }

    /// Number of images whose posteriors the prior is made of: the VampPrior's pseudo-inputs; 0 for any other prior.
    pub fn prior_images(&self) -> usize {
        self.prior.image_count()
    }

    /// The encoder's output for some of the images that the prior is made of, `images × heads`.
    ///
    /// # Panics
    /// If there are none.
    pub fn prior_output(&self, pass: &Pass, range: Range<usize>) -> Tensor<2> {
        self.encoder_output(&as_evaluation(pass), self.prior.images(pass, range))
    }

    /// The prior p(z) with the parameters of a pass. Call this once per pass and reuse the result: some priors do work
    /// here.
    ///
    /// If the experiment asks for the Monte Carlo estimate of the KL, the prior reports no closed form of it.
    pub fn prior(&self, pass: &Pass) -> Box<dyn Density> {
        let prior = self.prior.at(pass, &|| {
            let given = pass.training.as_ref().and_then(|training| training.prior_output.clone());
            let output = given.unwrap_or_else(|| self.prior_output(pass, 0..self.prior_images()));
            self.posterior.distribution(&as_evaluation(pass), output)
        });
        match self.kl {
            Kl::Analytic => prior,
            Kl::MonteCarlo => Box::new(prior::Sampled(prior)),
        }
    }
}

/// A pass for images of the prior's own, which are no part of the batch: no dropout, and no mark on the batch's
/// statistics.
fn as_evaluation<'a>(pass: &Pass<'a>) -> Pass<'a> {
    Pass::evaluation(pass.parameters, pass.state)
}
