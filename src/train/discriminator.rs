//! Training of a penalty's discriminator beside the model.

use super::device::TrainingDevice;
use super::optimiser::Optimiser;
use crate::experiment::{Experiment, Optimiser as Rule};
use crate::kernels::{Executor, Scaling};
use crate::model::{Model, TensorSpec};
use crate::objective::{Discriminator, penalties};
use burn::tensor::Tensor;

/// Adam as Kim & Mnih 2018 use it (appendix A).
pub(super) const RULE: Rule = Rule::Adam { beta1: 0.5, beta2: 0.9, epsilon: 1e-8 };

/// A discriminator's parameter values, with an optimiser of its own: neither the model's learning rate nor its gradient
/// clipping applies.
#[derive(Clone)]
pub struct TrainedDiscriminator {
    /// The values of the trainable tensors.
    pub parameters: Vec<Tensor<1>>,
    /// The discriminator's optimiser.
    pub optimiser: Optimiser,
    rate: f64,
}

/// The discriminator of an experiment's penalty, if it has one.
fn network(experiment: &Experiment) -> Option<Discriminator> {
    penalties::build(experiment.objective.penalty).discriminator(experiment.latent.dimension)
}

/// The specs of the discriminator's tensors; empty without a discriminator.
pub(super) fn specs(experiment: &Experiment) -> Vec<TensorSpec> {
    network(experiment).map_or(Vec::new(), |network| network.parameters())
}

impl TrainedDiscriminator {
    /// The discriminator at its initial values, drawn from the seed's stream after those of the model.
    pub(super) fn new(experiment: &Experiment, model: &Model, device: &TrainingDevice) -> Option<Self> {
        let before = model.parameters().len() + model.state().len();
        let initial = |(i, spec): (usize, TensorSpec)| {
            Tensor::from_floats(spec.initial_values(experiment.seed, before + i).as_slice(), &device.tensors)
        };
        let parameters: Vec<Tensor<1>> = specs(experiment).into_iter().enumerate().map(initial).collect();
        let optimiser = Optimiser::new(RULE, &parameters);
        Self::restore(experiment, parameters, optimiser)
    }

    /// The discriminator from a checkpoint's tensors; `None` if the experiment has none.
    pub(super) fn restore(experiment: &Experiment, parameters: Vec<Tensor<1>>, optimiser: Optimiser) -> Option<Self> {
        let rate = network(experiment)?.rate;
        Some(Self { parameters, optimiser, rate })
    }

    /// One optimiser step down the gradients of the discriminator's loss, which are first multiplied by `factor`.
    pub(super) fn update(&mut self, executor: &Executor, gradients: Vec<Tensor<1>>, factor: f64) {
        let parameters = std::mem::take(&mut self.parameters);
        self.parameters =
            self.optimiser.update(executor, parameters, gradients, self.rate, Scaling { factor, clip: None });
    }
}
