//! Images and vectors of which not every value is known: a missing one is NaN.
//!
//! Values are independent given z, so that a missing one drops out of log p(x|z), which becomes the log density of the
//! known values, and every bound on log p(x) becomes one on log p(x_known) (Mattei & Frellsen 2019, "MIWAE", equation
//! 4; Nazábal et al. 2020). The encoder reads 0 in place of a missing value.

use super::Pass;
use super::likelihood::{Likelihood, PixelNoise};
use burn::tensor::{Bool, Tensor};

/// For each value, whether it is missing.
pub(super) fn is_missing(images: &Tensor<2>) -> Tensor<2, Bool> {
    images.clone().is_nan()
}

/// Images, `B × pixels`, with 0 in place of missing values.
pub(super) fn filled(images: Tensor<2>) -> Tensor<2> {
    let missing = is_missing(&images);
    images.mask_fill(missing, 0.0)
}

/// A likelihood of the known values alone: a missing value adds 0 to log p(x|z).
pub(super) struct OfKnown(pub Box<dyn Likelihood>);

impl Likelihood for OfKnown {
    /// log p(x|z) of each value as the inner likelihood computes it, and 0 where a value is missing.
    fn log_prob_per_pixel(&self, pass: &Pass, images: Tensor<2>, output: Tensor<2>) -> Tensor<2> {
        let samples = output.dims()[0] / images.dims()[0];
        let known = is_missing(&images).bool_not().float().repeat_dim(0, samples);
        self.0.log_prob_per_pixel(pass, filled(images), output) * known
    }

    fn mean(&self, output: Tensor<2>) -> Tensor<2> {
        self.0.mean(output)
    }

    fn draw(&self, pass: &Pass, output: Tensor<2>, noise: PixelNoise) -> Tensor<2> {
        self.0.draw(pass, output, noise)
    }

    fn deviation(&self, pass: &Pass) -> Option<Tensor<1>> {
        self.0.deviation(pass)
    }

    fn output_bias(&self, training_mean: &[f32]) -> Vec<f32> {
        self.0.output_bias(training_mean)
    }
}
