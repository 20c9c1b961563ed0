//! A batch of images at one point of training, and the model's densities of it.

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

/// A batch of B images, or a shard of one, with the noise from which z is sampled.
pub struct Batch<'a> {
    /// The model that is trained.
    pub model: &'a Model,
    /// The model's parameter values.
    pub pass: &'a Pass<'a>,
    /// The images, `B × pixels`.
    pub images: Tensor<2>,
    /// Standard normal noise ε, `K·B × latent`; row k·B + b belongs to image b.
    pub epsilon: Tensor<2>,
    /// The objective at this point of training.
    pub setting: Setting,
    /// The discriminator that the objective's penalty trains beside the model, if it has one.
    pub discriminator: Option<DiscriminatorPass<'a>>,
    prior: OnceCell<Box<dyn Density>>,
}

/// KL[q(z|x) ‖ p(z)], as far as it is known without samples.
pub enum Kl<'q> {
    /// q(z|x) is this diagonal Gaussian, p(z) is N(0, I), and the objective uses their KL unchanged.
    OfGaussians(&'q Gaussian),
    /// The KL in closed form, in nats: `B × latent` where it is a sum over dimensions, else `B × 1`.
    Closed(Box<Tensor<2>>),
    /// The KL has no closed form.
    FromSamples,
}

impl<'a> Batch<'a> {
    /// A batch without a discriminator.
    pub fn new(model: &'a Model, pass: &'a Pass<'a>, images: Tensor<2>, epsilon: Tensor<2>, setting: Setting) -> Self {
        Self { model, pass, images, epsilon, setting, discriminator: None, prior: OnceCell::new() }
    }

    /// The number of images B.
    pub fn count(&self) -> usize {
        self.images.dims()[0]
    }

    /// The number of samples K per image.
    pub fn samples(&self) -> usize {
        self.epsilon.dims()[0] / self.count()
    }

    /// The weight β of the KL term.
    pub fn beta(&self) -> f64 {
        self.setting.beta
    }

    /// The approximate posterior q(z|x) of the images.
    pub fn encode(&self) -> Box<dyn Distribution> {
        self.model.encode(self.pass, self.images.clone())
    }

    /// `K·B` entries, one per sample and image, as `K × B`.
    pub fn by_sample(&self, values: Tensor<1>) -> Tensor<2> {
        values.reshape([self.samples(), self.count()])
    }

    /// The prior p(z), built on first use.
    fn prior(&self) -> &dyn Density {
        self.prior.get_or_init(|| self.model.prior(self.pass)).as_ref()
    }

    /// log p(x|z) in nats of samples z `K·B × latent`, for any K; `K × B`.
    pub fn log_likelihood(&self, z: Tensor<2>) -> Tensor<2> {
        self.log_likelihood_in(self.pass, z)
    }

    fn log_likelihood_in(&self, pass: &Pass, z: Tensor<2>) -> Tensor<2> {
        let samples = z.dims()[0] / self.count();
        self.model.log_likelihood(pass, self.images.clone(), z).reshape([samples, self.count()])
    }

    /// log p(x|z), log p(z) and log q(z|x) of samples z `K·B × latent`. The caller gives log q(z|x), `K·B` entries.
    pub fn densities_at(&self, z: Tensor<2>, log_posterior: Tensor<1>) -> Draws {
        let log_likelihood = self.log_likelihood(z.clone());
        self.densities_given(log_likelihood, z, log_posterior)
    }

    /// [`Self::densities_at`] for a known log p(x|z), `K × B`.
    pub fn densities_given(&self, log_likelihood: Tensor<2>, z: Tensor<2>, log_posterior: Tensor<1>) -> Draws {
        let log_prior = self.by_sample(self.prior().log_prob(z.clone()));
        Draws { z, log_likelihood, log_prior, log_posterior: self.by_sample(log_posterior) }
    }

    /// [`Self::densities_at`] with the parameters of decoder and prior as constants: gradients flow only through z and
    /// log q(z|x).
    pub fn densities_at_fixed_p(&self, z: Tensor<2>, log_posterior: Tensor<1>) -> Draws {
        let constants: Vec<Tensor<1>> =
            self.pass.parameters.iter().map(|parameter| parameter.clone().without_autodiff()).collect();
        // Dropout draws the same masks, and what batch normalisation sees is not noted twice.
        let again = |training: &TrainingPass| TrainingPass {
            dropout: training.dropout,
            counter: training.counter,
            statistics: RefCell::default(),
            prior_output: training.prior_output.clone().map(Tensor::without_autodiff),
        };
        let training = self.pass.training.as_ref().map(again);
        let pass = Pass { parameters: &constants, state: self.pass.state, training };
        let log_likelihood = self.log_likelihood_in(&pass, z.clone());
        let log_prior = self.by_sample(self.model.prior(&pass).log_prob(z.clone()));
        Draws { z, log_likelihood, log_prior, log_posterior: self.by_sample(log_posterior) }
    }

    /// KL[q(z|x) ‖ p(z)] in closed form, in nats: `B × latent` where it is a sum over dimensions, else `B × 1`; `None`
    /// without a closed form.
    pub fn closed_kl(&self, q: &dyn Distribution) -> Option<Tensor<2>> {
        self.prior().kl(q)
    }

    /// The KL to report where it has no closed form: the mean over samples of log q(z|x) − log p(z), by dimension if
    /// both densities are products over dimensions.
    pub fn sampled_kl(&self, q: &dyn Distribution, draws: &Draws) -> Tensor<2> {
        let z = draws.z.clone().without_autodiff();
        let Some(ratios) = self.prior().log_ratios(q.detached().as_ref(), z) else { return draws.kl() };
        let latent = ratios.dims()[1];
        ratios.reshape([self.samples(), self.count(), latent]).mean_dim(0).reshape([self.count(), latent])
    }

    /// The KL from q(z|x) to the prior, in the form in which it is available.
    pub fn kl<'q>(&self, q: &'q dyn Distribution) -> Kl<'q> {
        let is_plain = self.prior().is_standard_normal() && self.setting.kl_term == KlTerm::Weighted;
        match q.gaussian().filter(|_| is_plain) {
            Some(gaussian) => Kl::OfGaussians(gaussian),
            None => self.closed_kl(q).map_or(Kl::FromSamples, |kl| Kl::Closed(Box::new(kl))),
        }
    }

    /// The terms to report, if log p(x|z) of the samples z is known and the KL has a closed form.
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

    /// The terms to report, from the densities of the samples.
    pub fn terms(&self, q: &dyn Distribution, draws: &Draws) -> Terms {
        let kl = self.closed_kl(q).unwrap_or_else(|| self.sampled_kl(q, draws));
        Terms::new(draws.log_likelihood.clone(), kl, Some(draws).filter(|_| self.samples() > 1))
    }

    /// The surrogate of a bound that is a function of the log weights: `bound` maps them, `K × B`, to one entry per
    /// image. The gradient flows through the samples (reparameterised).
    pub fn pathwise(&self, bound: impl FnOnce(Tensor<2>) -> Tensor<1>) -> Surrogate {
        let q = self.encode();
        let (z, log_posterior) = q.sample_with_log_prob(self.epsilon.clone());
        let draws = self.densities_at(z, log_posterior);
        Surrogate::new(bound(draws.log_weights(self.beta())), self.terms(q.as_ref(), &draws))
    }
}
