//! Gaussian pixels with one σ at its optimum, which has a closed form: σ² is the mean squared error (σ-VAE: Rybkin,
//! Daniilidis & Levine 2021). The decoder gives means m.
//!
//! In training, σ² is the mean squared error of the batch, or, if the batch is computed in shards, of each shard: the
//! number of shards is part of the objective. Outside training, where a density must not depend on the image that it is
//! evaluated at, σ² is the running average over the batches of training.

use super::gaussian::{linear, log_prob_per_pixel, squared_errors};
use super::{Likelihood, Linear, PixelNoise};
use crate::model::{Initial, Layout, Pass, Statistics};
use burn::tensor::Tensor;

/// The smallest σ², for pixels that are reproduced exactly.
const VARIANCE_MIN: f64 = 1e-6;

/// Gaussian likelihood with the optimal σ: log p(x|z) = −½ Σ [(x − m)²/σ² + log σ² + log 2π], in nats.
pub struct GaussianOptimal {
    /// Index of the running average of σ², a single number, in the model's state.
    variance: usize,
}

impl GaussianOptimal {
    /// Declare the running average of σ², which starts at e⁻².
    pub fn new(layout: &mut Layout) -> Self {
        let start = Initial::Constant((-2.0_f32).exp());
        Self { variance: layout.specs.state("likelihood.running_variance".into(), vec![1], start) }
    }

    /// σ² in this pass, a tensor with one entry.
    fn variance(&self, pass: &Pass, images: Tensor<2>, mean: Tensor<2>) -> Tensor<1> {
        let Some(training) = &pass.training else { return pass.state[self.variance].clone() };
        let pixels = images.dims()[1] as f64;
        // At the optimum the bound does not change with σ to first order: no gradient needs to flow.
        let squares = squared_errors(images, mean.without_autodiff());
        let value = (squares.mean() / pixels).clamp_min(VARIANCE_MIN);
        training.statistics.borrow_mut().push(Statistics { state: self.variance, value: value.clone() });
        value
    }
}

impl Likelihood for GaussianOptimal {
    fn log_prob_per_pixel(&self, pass: &Pass, images: Tensor<2>, output: Tensor<2>) -> Tensor<2> {
        let variance = self.variance(pass, images.clone(), output.clone());
        log_prob_per_pixel(images, output, (variance.log() * 0.5).unsqueeze())
    }

    fn mean(&self, output: Tensor<2>) -> Tensor<2> {
        output
    }

    fn draw(&self, pass: &Pass, output: Tensor<2>, noise: PixelNoise) -> Tensor<2> {
        output + noise.normal * pass.state[self.variance].clone().sqrt().unsqueeze()
    }

    fn deviation(&self, pass: &Pass) -> Option<Tensor<1>> {
        Some(pass.state[self.variance].clone().sqrt())
    }

    fn linear(&self, deviation: Option<f64>) -> Option<Linear> {
        deviation.map(linear)
    }

    fn output_bias(&self, training_mean: &[f32]) -> Vec<f32> {
        training_mean.to_vec()
    }
}
