//! A batch of images at one point of training, and what comes of it.

use super::penalties::DiscriminatorPass;
use super::terms::{Draws, Terms};
use crate::experiment::{Bound, Estimator, KlTerm, Objective, Penalty};
use crate::kernels::{self, NormalBound};
use crate::model::posterior::Distribution;
use crate::model::prior::Density;
use crate::model::{Model, Pass, TrainingPass};
use burn::tensor::{Gradients, Tensor};
use std::cell::{OnceCell, RefCell};

/// The objective at one point of training.
#[derive(Clone, Copy, Debug, Default)]
pub struct Setting {
    /// What is maximised.
    pub bound: Bound,
    /// How its gradient is estimated.
    pub estimator: Estimator,
    /// What stands for the KL term.
    pub kl_term: KlTerm,
    /// What is taken off besides.
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
    /// The model in training.
    pub model: &'a Model,
    /// Its parameters.
    pub pass: &'a Pass<'a>,
    /// `B × pixels`.
    pub images: Tensor<2>,
    /// `K·B × latent` standard normals, row k·B + b for image b.
    pub epsilon: Tensor<2>,
    /// The objective as it stands now.
    pub setting: Setting,
    /// The network that the objective's penalty trains beside the model.
    pub discriminator: Option<DiscriminatorPass<'a>>,
    prior: OnceCell<Box<dyn Density>>,
}

/// What to differentiate, and what to report.
pub struct Surrogate {
    /// Its gradient estimates that of the bound, its value need not be one; `B`.
    pub objective: Tensor<1>,
    /// A second way from the samples to the encoder.
    pub second_path: Option<SecondPath>,
    /// The terms of the bound, reported.
    pub terms: Terms,
}

/// Samples whose gradient goes on to the encoder under other weights than it came with.
pub struct SecondPath {
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
        Self { objective, second_path: None, terms }
    }
}

impl SecondPath {
    /// Given the gradients at the leaf, those of what lies before it.
    pub fn backward(self, gradients: &mut Gradients) -> Option<Gradients> {
        let at_leaf = self.leaf.grad_remove(gradients)?;
        Some((self.z * (at_leaf * self.weights)).sum().backward())
    }
}

impl<'a> Batch<'a> {
    /// As the fields say, without a discriminator.
    pub fn new(model: &'a Model, pass: &'a Pass<'a>, images: Tensor<2>, epsilon: Tensor<2>, setting: Setting) -> Self {
        Self { model, pass, images, epsilon, setting, discriminator: None, prior: OnceCell::new() }
    }

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

    /// p(z), made once.
    fn prior(&self) -> &dyn Density {
        self.prior.get_or_init(|| self.model.prior(self.pass)).as_ref()
    }

    /// log p(x|z) of samples `K·B × latent` (any K); `K × B`.
    pub fn log_likelihood(&self, z: Tensor<2>) -> Tensor<2> {
        self.log_likelihood_in(self.pass, z)
    }

    fn log_likelihood_in(&self, pass: &Pass, z: Tensor<2>) -> Tensor<2> {
        let samples = z.dims()[0] / self.count();
        self.model.log_likelihood(pass, self.images.clone(), z).reshape([samples, self.count()])
    }

    /// What p and q say of samples `K·B × latent` with log q `K·B`.
    pub fn densities_at(&self, z: Tensor<2>, log_posterior: Tensor<1>) -> Draws {
        let log_likelihood = self.log_likelihood(z.clone());
        self.densities_given(log_likelihood, z, log_posterior)
    }

    /// The same, where log p(x|z) is known.
    pub fn densities_given(&self, log_likelihood: Tensor<2>, z: Tensor<2>, log_posterior: Tensor<1>) -> Draws {
        let log_prior = self.by_sample(self.prior().log_prob(z.clone()));
        Draws { z, log_likelihood, log_prior, log_posterior: self.by_sample(log_posterior) }
    }

    /// The same, where no gradient shall reach p's parameters: through z and log q alone.
    pub fn densities_at_fixed_p(&self, z: Tensor<2>, log_posterior: Tensor<1>) -> Draws {
        let constants: Vec<Tensor<1>> =
            self.pass.parameters.iter().map(|parameter| parameter.clone().without_autodiff()).collect();
        // Dropout draws the same masks, and what batch normalisation sees is not noted twice.
        let again = |training: &TrainingPass| TrainingPass {
            dropout: training.dropout,
            counter: training.counter,
            statistics: RefCell::default(),
        };
        let training = self.pass.training.as_ref().map(again);
        let pass = Pass { parameters: &constants, state: self.pass.state, training };
        let log_likelihood = self.log_likelihood_in(&pass, z.clone());
        let log_prior = self.by_sample(self.model.prior(&pass).log_prob(z.clone()));
        Draws { z, log_likelihood, log_prior, log_posterior: self.by_sample(log_posterior) }
    }

    /// KL[q(z|x) ‖ p(z)] where it has a closed form: `B × latent` where it is a sum over dimensions, else `B × 1`.
    pub fn closed_kl(&self, q: &dyn Distribution) -> Option<Tensor<2>> {
        self.prior().kl(q)
    }

    /// The KL to report, where it has no closed form: the mean of log q(z|x) − log p(z) over the samples, by dimension
    /// where both are products over dimensions.
    pub fn sampled_kl(&self, q: &dyn Distribution, draws: &Draws) -> Tensor<2> {
        let z = draws.z.clone().without_autodiff();
        let Some(ratios) = self.prior().log_ratios(q.detached().as_ref(), z) else { return draws.kl() };
        let latent = ratios.dims()[1];
        ratios.reshape([self.samples(), self.count(), latent]).mean_dim(0).reshape([self.count(), latent])
    }

    /// Samples of a diagonal Gaussian q(z|x) and the bound from them, where the prior is N(0, I) and the bound takes their
    /// KL as it is: then one kernel of a GPU gives both. None on the CPU, where it would save nothing.
    pub fn normal_bound(&self, q: &dyn Distribution) -> Option<NormalBound> {
        if kernels::is_on_host(&self.epsilon) {
            return None;
        }
        let plain = self.prior().is_standard_normal() && self.setting.kl_term == KlTerm::Weighted;
        let head = plain.then(|| q.normal_parameters()).flatten()?;
        Some(NormalBound::new(head, self.epsilon.clone(), self.beta()))
    }

    /// The terms to report.
    pub fn terms(&self, q: &dyn Distribution, draws: &Draws) -> Terms {
        let kl = self.closed_kl(q).unwrap_or_else(|| self.sampled_kl(q, draws));
        Terms::new(draws.log_likelihood.clone(), kl, Some(draws).filter(|_| self.samples() > 1))
    }

    /// The surrogate of a bound that is a function of the log weights `K × B`, one entry an image, differentiated
    /// through the samples.
    pub fn pathwise(&self, bound: impl FnOnce(Tensor<2>) -> Tensor<1>) -> Surrogate {
        let q = self.encode();
        let (z, log_posterior) = q.sample_with_log_prob(self.epsilon.clone());
        let draws = self.densities_at(z, log_posterior);
        Surrogate::new(bound(draws.log_weights(self.beta())), self.terms(q.as_ref(), &draws))
    }
}
