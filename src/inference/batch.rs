//! A batch of images at one point of training, and what comes of it.

use super::terms::{Draws, Terms};
use crate::experiment::{Bound, Estimator, KlTerm, Objective, Penalty};
use crate::model::posterior::Distribution;
use crate::model::{Model, Pass, TrainingPass};
use burn::tensor::{Gradients, Tensor};
use std::cell::RefCell;

/// The objective at one point of training.
#[derive(Clone, Copy, Debug, Default)]
pub struct Setting {
    pub bound: Bound,
    pub estimator: Estimator,
    pub kl_term: KlTerm,
    pub penalty: Penalty,
    /// The weight of the KL term.
    pub beta: f64,
    /// Epochs so far, for what is annealed.
    pub epochs: f64,
    /// Images in the training set.
    pub training_images: usize,
}

impl Setting {
    /// The objective after `epochs` epochs.
    pub fn at(objective: &Objective, epochs: f64, training_images: usize) -> Self {
        let &Objective { bound, estimator, kl_term, penalty, beta, .. } = objective;
        Self { bound, estimator, kl_term, penalty, beta: beta.at(epochs), epochs, training_images }
    }
}

/// Some images, or a shard of them, with the numbers that sample z.
pub struct Batch<'a> {
    pub model: &'a Model,
    pub pass: &'a Pass<'a>,
    /// `B × pixels`.
    pub images: Tensor<2>,
    /// `K·B × latent` standard normals, row k·B + b for image b.
    pub epsilon: Tensor<2>,
    pub setting: Setting,
}

/// What to differentiate, and what to report.
pub struct Surrogate {
    /// Its gradient estimates that of the bound, its value need not be one; `B`.
    pub objective: Tensor<1>,
    /// A second way from the samples to the encoder.
    pub path: Option<Path>,
    pub terms: Terms,
}

/// Samples whose gradient goes on to the encoder under other weights than it came with.
pub struct Path {
    /// The samples as q(z|x) gives them, `K·B × latent`.
    pub z: Tensor<2>,
    /// The same values, from which the objective was computed.
    pub leaf: Tensor<2>,
    /// Constants, `K·B × 1`.
    pub weights: Tensor<2>,
}

impl Surrogate {
    /// Differentiated as it stands.
    pub fn new(objective: Tensor<1>, terms: Terms) -> Self {
        Self { objective, path: None, terms }
    }
}

impl Path {
    /// Given the gradients at the leaf, those of what lies before it.
    pub fn backward(self, gradients: &mut Gradients) -> Option<Gradients> {
        let at_leaf = self.leaf.grad_remove(gradients)?;
        Some((self.z * (at_leaf * self.weights)).sum().backward())
    }
}

impl Batch<'_> {
    /// Images B.
    pub fn count(&self) -> usize {
        self.images.dims()[0]
    }

    /// Samples K an image.
    pub fn samples(&self) -> usize {
        self.epsilon.dims()[0] / self.count()
    }

    /// The KL's weight.
    pub fn beta(&self) -> f64 {
        self.setting.beta
    }

    /// q(z|x).
    pub fn encode(&self) -> Box<dyn Distribution> {
        self.model.encode(self.pass, self.images.clone())
    }

    /// `K·B` entries as `K × B`.
    pub fn by_sample(&self, values: Tensor<1>) -> Tensor<2> {
        values.reshape([self.samples(), self.count()])
    }

    /// log p(x|z) of samples `K·B × latent` (any K); `K × B`.
    pub fn log_likelihood(&self, pass: &Pass, z: Tensor<2>) -> Tensor<2> {
        let samples = z.dims()[0] / self.count();
        let output = self.model.decode(pass, z);
        let values = self.model.likelihood().log_prob(pass, self.images.clone(), output);
        values.reshape([samples, self.count()])
    }

    /// What p (under the parameters of `pass`) and q say of samples `K·B × latent` with log q `K·B`.
    pub fn rate(&self, pass: &Pass, z: Tensor<2>, log_posterior: Tensor<1>) -> Draws {
        let log_likelihood = self.log_likelihood(pass, z.clone());
        self.with_log_likelihood(pass, log_likelihood, z, log_posterior)
    }

    /// The same, where log p(x|z) is known.
    pub fn with_log_likelihood(
        &self,
        pass: &Pass,
        log_likelihood: Tensor<2>,
        z: Tensor<2>,
        log_posterior: Tensor<1>,
    ) -> Draws {
        let log_prior = self.by_sample(self.model.prior(pass).log_prob(z));
        Draws { log_likelihood, log_prior, log_posterior: self.by_sample(log_posterior) }
    }

    /// KL[q(z|x) ‖ p(z)] per dimension where it has a closed form, `B × latent`.
    pub fn closed_kl(&self, q: &dyn Distribution) -> Option<Tensor<2>> {
        self.model.prior(self.pass).kl(q)
    }

    /// The terms to report.
    pub fn terms(&self, q: &dyn Distribution, draws: &Draws) -> Terms {
        let kl = self.closed_kl(q).unwrap_or_else(|| draws.kl());
        Terms::new(draws.log_likelihood.clone(), kl, Some(draws).filter(|_| self.samples() > 1))
    }

    /// The surrogate of a bound that is a function of the log weights `K × B`, one entry an image, differentiated
    /// through the samples.
    pub fn pathwise(&self, bound: impl FnOnce(Tensor<2>) -> Tensor<1>) -> Surrogate {
        let q = self.encode();
        let (z, log_posterior) = q.sample_with_log_prob(self.epsilon.clone());
        let draws = self.rate(self.pass, z, log_posterior);
        Surrogate::new(bound(draws.log_weights(self.beta())), self.terms(q.as_ref(), &draws))
    }

    /// The parameters as constants.
    pub fn frozen(&self) -> Frozen {
        Frozen(self.pass.parameters.iter().map(|parameter| parameter.clone().without_autodiff()).collect())
    }
}

/// Parameters that no gradient reaches.
pub struct Frozen(Vec<Tensor<1>>);

impl Frozen {
    /// The same pass under these parameters: dropout draws the same masks, and what batch normalisation sees is not
    /// noted twice.
    pub fn pass<'a>(&'a self, pass: &Pass<'a>) -> Pass<'a> {
        let again = |training: &TrainingPass| TrainingPass {
            dropout: training.dropout,
            counter: training.counter,
            statistics: RefCell::default(),
        };
        Pass { parameters: &self.0, state: pass.state, training: pass.training.as_ref().map(again) }
    }
}
