//! One discretised logistic per pixel over grey levels; the decoder gives means and, in as many further channels, log
//! scales.

use super::{Likelihood, PixelNoise, by_row, by_sample, logistic};
use crate::kernels::discretised_logistic;
use crate::model::{Layout, Pass};
use burn::tensor::Tensor;

/// Discretised logistic likelihood: independent pixels over 256 grey levels (see [`logistic`](super::logistic)).
pub struct DiscretisedLogistic {
    pixels: usize,
}

impl DiscretisedLogistic {
    pub fn new(layout: &mut Layout) -> Self {
        Self { pixels: layout.plan.image.pixels() }
    }

    /// Means and log scales, `rows × pixels`.
    fn split(&self, output: Tensor<2>) -> [Tensor<2>; 2] {
        output.split(self.pixels, 1).try_into().expect("two halves")
    }
}

impl Likelihood for DiscretisedLogistic {
    fn log_prob_per_pixel(&self, _pass: &Pass, images: Tensor<2>, output: Tensor<2>) -> Tensor<2> {
        let (x, output) = by_sample(images, output);
        let [mean, log_scale] = output.split(self.pixels, 2).try_into().expect("two halves");
        by_row(discretised_logistic(x, mean, log_scale))
    }

    fn mean(&self, output: Tensor<2>) -> Tensor<2> {
        let [mean, log_scale] = self.split(output);
        logistic::mean(mean, log_scale)
    }

    fn draw(&self, _pass: &Pass, output: Tensor<2>, noise: PixelNoise) -> Tensor<2> {
        let [mean, log_scale] = self.split(output);
        logistic::draw(mean, log_scale, noise.uniform)
    }

    fn output_bias(&self, training_mean: &[f32]) -> Vec<f32> {
        [training_mean, &vec![logistic::LOG_SCALE_START; training_mean.len()]].concat()
    }
}
