//! The VampPrior, a variational mixture of posteriors (Tomczak & Welling 2018): p(z) = 1/M Σ q(z|u_m) with learned
//! pseudo-inputs u.

use super::{Components, Density, LatentNoise, Prior};
use crate::experiment::Activation;
use crate::kernels::{self, log_sum_exp};
use crate::model::math::choose;
use crate::model::posterior::Distribution;
use crate::model::{Initial, Layout, Pass};
use burn::tensor::Tensor;
use std::ops::Range;

/// Standard deviation of the initial pseudo-inputs around the training mean, in logits.
const SPREAD: f64 = 1.0;

/// The family of VampPriors.
pub struct VampPrior {
    components: usize,
    pixels: usize,
    /// Index of the pseudo-inputs' logits, `M × pixels`, among the parameters.
    logits: usize,
}

impl VampPrior {
    pub fn new(layout: &mut Layout, pseudo_inputs: usize) -> Self {
        let pixels = layout.plan.image.pixels();
        let centre: Vec<f32> = layout.training_mean.iter().map(|&p| crate::model::likelihood::logit(p)).collect();
        let initial = Initial::Around { centre, sigma: SPREAD };
        let logits = layout.specs.parameter("prior.pseudo_inputs".into(), vec![pseudo_inputs, pixels], initial);
        Self { components: pseudo_inputs, pixels, logits }
    }
}

impl Prior for VampPrior {
    fn at(&self, pass: &Pass, posteriors: &dyn Fn() -> Box<dyn Distribution>) -> Box<dyn Density> {
        let logits = pass.shaped(self.logits, [self.components, self.pixels]);
        Box::new(Mixture { components: self.components, q: posteriors(), logits })
    }

    fn image_count(&self) -> usize {
        self.components
    }

    fn images(&self, pass: &Pass, range: Range<usize>) -> Tensor<2> {
        images(pass.shaped(self.logits, [self.components, self.pixels]).slice([range, 0..self.pixels]))
    }
}

/// u = sigmoid(logits), as (1 + tanh(logits/2))/2, which is a kernel.
fn images(logits: Tensor<2>) -> Tensor<2> {
    kernels::activate(logits * 0.5, Activation::Tanh) * 0.5 + 0.5
}

struct Mixture {
    components: usize,
    /// The posterior q(z|u) of every pseudo-input.
    q: Box<dyn Distribution>,
    /// The logits of u, `M × pixels`.
    logits: Tensor<2>,
}

impl Density for Mixture {
    fn log_prob(&self, z: Tensor<2>) -> Tensor<1> {
        let [rows, latent] = z.dims();
        let m = self.components;
        if let Some(gaussian) = self.q.gaussian() {
            let [mean, log_variance] = gaussian.parts();
            let log_weights = Tensor::full([m], -(m as f64).ln(), &z.device());
            return kernels::mixture_log_prob(z, mean, log_variance, log_weights);
        }
        // Each z beside each component: row r·M + m, as if there were so many samples of M images.
        let beside = z.unsqueeze_dim::<3>(1).repeat_dim(1, m).reshape([rows * m, latent]);
        let within = self.q.log_prob(beside).reshape([rows, m]);
        log_sum_exp(within, 1).reshape([rows]) - (m as f64).ln()
    }

    fn draw(&self, noise: LatentNoise) -> Tensor<2> {
        let [rows, latent] = noise.normal.dims();
        let m = self.components;
        let device = noise.normal.device();
        let beside = noise.normal.unsqueeze_dim::<3>(1).repeat_dim(1, m).reshape([rows * m, latent]);
        let z = self.q.sample(beside).reshape([rows, m, latent]);
        let chosen = choose(Tensor::ones([rows, m, 1], &device) / m as f64, noise.uniform.unsqueeze_dim(2));
        (z * chosen).sum_dim(1).reshape([rows, latent])
    }

    fn components(&self) -> Option<Components> {
        let m = self.components;
        Some(Components {
            weights: Tensor::ones([1, m], &self.logits.device()) / m as f64,
            mean: self.q.mean(),
            deviation: self.q.deviation(),
            independent: self.q.gaussian().is_some(),
            images: Some(images(self.logits.clone())),
        })
    }
}
