//! A mixture of M diagonal Gaussians whose weights, means and variances are learned.

use super::{Components, Density, LatentNoise, Prior};
use crate::kernels;
use crate::model::math::choose;
use crate::model::posterior::Distribution;
use crate::model::{Initial, Layout, Pass};
use burn::tensor::{
    Tensor,
    activation::{log_softmax, softmax},
};

/// The family of mixtures of diagonal Gaussians.
pub struct MixtureOfGaussians {
    components: usize,
    latent: usize,
    /// Indices of the parameters: the logits of the weights, `M`, then the means and the log variances, `M × latent`
    /// each.
    logits: usize,
    means: usize,
    log_variances: usize,
}

impl MixtureOfGaussians {
    /// Declare the parameters. Components start with variance 1 around means drawn from N(0, I).
    pub fn new(layout: &mut Layout, components: usize) -> Self {
        let latent = layout.plan.latent;
        let specs = &mut *layout.specs;
        Self {
            components,
            latent,
            logits: specs.parameter("prior.logits".into(), vec![components], Initial::Constant(0.0)),
            means: specs.parameter("prior.means".into(), vec![components, latent], Initial::Normal { sigma: 1.0 }),
            log_variances: specs.parameter(
                "prior.log_variances".into(),
                vec![components, latent],
                Initial::Constant(0.0),
            ),
        }
    }
}

impl Prior for MixtureOfGaussians {
    fn at(&self, pass: &Pass, _posteriors: &dyn Fn() -> Box<dyn Distribution>) -> Box<dyn Density> {
        let shape = [1, self.components, self.latent];
        Box::new(Mixture {
            logits: pass.shaped(self.logits, [1, self.components]),
            means: pass.shaped(self.means, shape),
            log_variances: pass.shaped(self.log_variances, shape),
        })
    }
}

struct Mixture {
    /// `1 × M`.
    logits: Tensor<2>,
    /// `1 × M × latent`.
    means: Tensor<3>,
    log_variances: Tensor<3>,
}

impl Density for Mixture {
    fn log_prob(&self, z: Tensor<2>) -> Tensor<1> {
        let components = |values: &Tensor<3>| values.clone().squeeze_dim(0);
        let log_weights = log_softmax(self.logits.clone(), 1).squeeze_dim(0);
        kernels::mixture_log_prob(z, components(&self.means), components(&self.log_variances), log_weights)
    }

    fn draw(&self, noise: LatentNoise) -> Tensor<2> {
        let [rows, latent] = noise.normal.dims();
        let weights = softmax(self.logits.clone(), 1).unsqueeze_dim::<3>(2).repeat_dim(0, rows);
        let chosen = choose(weights, noise.uniform.unsqueeze_dim(2));
        let of_chosen = |values: Tensor<3>| (values * chosen.clone()).sum_dim(1).reshape([rows, latent]);
        of_chosen(self.means.clone()) + of_chosen((self.log_variances.clone() * 0.5).exp()) * noise.normal
    }

    fn components(&self) -> Option<Components> {
        Some(Components {
            weights: softmax(self.logits.clone(), 1),
            mean: self.means.clone().squeeze_dim(0),
            deviation: (self.log_variances.clone() * 0.5).exp().squeeze_dim(0),
            independent: true,
            images: None,
        })
    }
}
