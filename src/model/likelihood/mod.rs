//! p(x|z): what the decoder's output means. To add one: a file here, a variant in
//! [`experiment::Likelihood`](crate::experiment::Likelihood), a line in [`build`].

mod bernoulli;
mod gaussian;

use super::Pass;
use super::parameters::Specs;
use crate::experiment::Likelihood as Spec;
use burn::tensor::Tensor;

/// A family of distributions over images, independent over pixels given the decoder's output (`rows × pixels`).
pub trait Likelihood: Send + Sync {
    /// log p(x|z) in nats, summed over pixels with all constants. `images` is `B × pixels`, `output` `K·B × pixels`
    /// (row k·B + b belongs to image b); the result has `K·B` entries.
    fn log_prob(&self, pass: &Pass, images: Tensor<2>, output: Tensor<2>) -> Tensor<1>;

    /// E[x|z], `rows × pixels`.
    fn mean(&self, output: Tensor<2>) -> Tensor<2>;

    /// A draw from p(x|z) on the host, from its mean and one N(0, 1) and one U(0, 1) number a pixel; clipped to [0, 1]
    /// for display by the caller.
    fn draw(&self, noise_scale: f32, mean: &[f32], normal: &[f32], uniform: &[f32]) -> Vec<f32>;

    /// The standard deviation of a pixel given z, if it is one number for all pixels.
    fn deviation(&self, pass: &Pass) -> Option<Tensor<1>>;

    /// log p(x|z) as a function that is linear in x, where it is one; `deviation` is the number of
    /// [`Self::deviation`], read back.
    fn linear(&self, _deviation: Option<f64>) -> Option<Linear> {
        None
    }

    /// The output bias under which an untrained decoder gives the training mean (empty: leave it at 0).
    fn output_bias(&self, training_mean: &[f32]) -> Vec<f32>;
}

/// log p(x|z) = `scale`·Σ x·o + `of_output`(o) + `of_image`(x) for the decoder's output o, both `pixels` long: many
/// images at many z are then one matrix product. In f64 on the host: the terms are large and cancel.
pub struct Linear {
    pub scale: f64,
    pub of_output: Term,
    pub of_image: Term,
}

/// A term of [`Linear`], in nats.
pub type Term = Box<dyn Fn(&[f64]) -> f64 + Send + Sync>;

/// The likelihood of an experiment.
pub(super) fn build(spec: Spec, specs: &mut Specs) -> Box<dyn Likelihood> {
    match spec {
        Spec::Bernoulli => Box::new(bernoulli::Bernoulli),
        Spec::GaussianLearned => Box::new(gaussian::Gaussian::learned(specs)),
        Spec::GaussianFixed { sigma } => Box::new(gaussian::Gaussian::fixed(sigma)),
    }
}

/// `K·B × pixels` and `B × pixels` as `K × B × pixels` and `1 × B × pixels`, ready to broadcast.
fn by_sample(images: Tensor<2>, output: Tensor<2>) -> (Tensor<3>, Tensor<3>) {
    let [images_count, pixels] = images.dims();
    let samples = output.dims()[0] / images_count;
    (images.reshape([1, images_count, pixels]), output.reshape([samples, images_count, pixels]))
}

/// Σ over pixels, as one entry a row.
fn sum_pixels(values: Tensor<3>) -> Tensor<1> {
    let [samples, images, _] = values.dims();
    values.sum_dim(2).reshape([samples * images])
}
