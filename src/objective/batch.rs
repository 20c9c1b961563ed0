//! A batch of images at one point of training, and what the model says of it.

use super::discriminator::DiscriminatorPass;
use super::setting::Setting;
use super::surrogate::Surrogate;
use super::terms::{Draws, Terms};
use crate::experiment::KlTerm;
use crate::kernels::Gaussian;
use crate::model::posterior::Distribution;
use crate::model::prior::Density;
use crate::model::{Model, Pass, TrainingPass};
use burn::tensor::Tensor;
use std::cell::{OnceCell, RefCell};

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

/// KL[q(z|x) ‖ p(z)], as far as it can be said without samples.
pub enum Kl<'q> {
    /// q(z|x) is a diagonal Gaussian, p(z) is N(0, I), and the objective takes their KL as it is.
    OfGaussians(&'q Gaussian),
    /// In closed form: `B × latent` where it is a sum over dimensions, else `B × 1`.
    Closed(Box<Tensor<2>>),
    /// It has no closed form.
    FromSamples,
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

    /// log p(x|z), log p(z) and log q(z|x) at samples z, `K·B × latent`, whose log q(z|x) is `K·B` long.
    pub fn densities_at(&self, z: Tensor<2>, log_posterior: Tensor<1>) -> Draws {
        let log_likelihood = self.log_likelihood(z.clone());
        self.densities_given(log_likelihood, z, log_posterior)
    }

    /// [`Self::densities_at`] where log p(x|z), `K × B`, is known.
    pub fn densities_given(&self, log_likelihood: Tensor<2>, z: Tensor<2>, log_posterior: Tensor<1>) -> Draws {
        let log_prior = self.by_sample(self.prior().log_prob(z.clone()));
        Draws { z, log_likelihood, log_prior, log_posterior: self.by_sample(log_posterior) }
    }

    /// [`Self::densities_at`] with p's parameters as constants: gradients flow through z and log q alone.
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

    /// How the KL from q(z|x) to the prior is had.
    pub fn kl<'q>(&self, q: &'q dyn Distribution) -> Kl<'q> {
        let is_plain = self.prior().is_standard_normal() && self.setting.kl_term == KlTerm::Weighted;
        match q.gaussian().filter(|_| is_plain) {
            Some(gaussian) => Kl::OfGaussians(gaussian),
            None => self.closed_kl(q).map_or(Kl::FromSamples, |kl| Kl::Closed(Box::new(kl))),
        }
    }

    /// The terms to report, where log p(x|z) of the samples z is known, and the KL has a closed form.
    pub fn terms_with_kl(
        &self,
        q: &dyn Distribution,
        z: &Tensor<2>,
        log_likelihood: Tensor<2>,
        kl: Tensor<2>,
    ) -> Terms {
        // For the importance-weighted bound.
        let draws = (self.samples() > 1).then(|| {
            let z = z.clone().without_autodiff();
            self.densities_given(log_likelihood.clone(), z.clone(), q.detached().log_prob(z))
        });
        Terms::new(log_likelihood, kl, draws.as_ref())
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
