//! Likelihoods p(x|z): distributions of an image given the decoder's output. To add one, add a file here and an entry
//! in the list of likelihoods in [`experiment::method`](crate::experiment::method).

use super::network::Output;
use super::{Layout, Pass};
use crate::experiment::Likelihood as Spec;
use crate::experiment::method::{implement, likelihoods};
use burn::tensor::Tensor;

mod counts;
mod gaussian;
mod logistic;

likelihoods!(implement (layout: &mut Layout));

pub(super) use bernoulli::logit;

/// A family of distributions over images, with parameters from the decoder's output, `rows × outputs`: one or more
/// numbers per pixel, as the family's entry in the list says, ordered by channel of the output map.
pub trait Likelihood: Send + Sync {
    /// log p(x|z) in nats, summed over pixels, with all constants. `images` is `B × pixels`, `output` `K·B × outputs`
    /// (row k·B + b belongs to image b); the result has `K·B` entries.
    fn log_prob(&self, pass: &Pass, images: Tensor<2>, output: Tensor<2>) -> Tensor<1> {
        let rows = output.dims()[0];
        self.log_prob_per_pixel(pass, images, output).sum_dim(1).reshape([rows])
    }

    /// [`Self::log_prob`] of an output whose last matrix product may not have been computed yet; `K·B` entries in nats.
    fn log_prob_of(&self, pass: &Pass, images: Tensor<2>, output: Output) -> Tensor<1> {
        self.log_prob(pass, images, output.numbers())
    }

    /// log p(x|z) of each pixel in nats, `K·B × pixels`; where colours depend on each other, each channel given those
    /// before it.
    fn log_prob_per_pixel(&self, pass: &Pass, images: Tensor<2>, output: Tensor<2>) -> Tensor<2>;

    /// The mean image E[x|z], `rows × pixels`.
    fn mean(&self, output: Tensor<2>) -> Tensor<2>;

    /// A draw from p(x|z), `rows × pixels`. If the distribution is over all of ℝ, so are its draws: the caller must
    /// clip them to [0, 1] for display.
    fn draw(&self, pass: &Pass, output: Tensor<2>, noise: PixelNoise) -> Tensor<2>;

    /// The standard deviation of a pixel given z, if it is a single number for all pixels.
    fn deviation(&self, _pass: &Pass) -> Option<Tensor<1>> {
        None
    }

    /// log p(x|z) as a function that is linear in x, if it is one. `deviation` is the value of [`Self::deviation`],
    /// read from the device.
    fn linear(&self, _deviation: Option<f64>) -> Option<Linear> {
        None
    }

    /// The output bias under which an untrained decoder gives the training mean (`pixels` long): one entry per output.
    fn output_bias(&self, training_mean: &[f32]) -> Vec<f32>;
}

/// A likelihood whose log p(x|z) = `scale`·Σ x·o + `of_output`(o) + `of_image`(x) for the decoder's output o, with x
/// and o `pixels` long: many images at many z then need one matrix product. The sums are in f64 on the host, since the
/// terms are large and cancel.
pub struct Linear {
    /// The factor on Σ x·o.
    pub scale: f64,
    /// The term that depends on the decoder's output alone, in nats.
    pub of_output: Term,
    /// The term that depends on the image alone, in nats.
    pub of_image: Term,
}

/// A term of [`Linear`], in nats.
pub type Term = Box<dyn Fn(&[f32]) -> f64 + Send + Sync>;

/// The noise from which an image is drawn; both tensors are `rows × pixels`.
pub struct PixelNoise {
    /// Draws from N(0, 1).
    pub normal: Tensor<2>,
    /// Uniform draws from (0, 1).
    pub uniform: Tensor<2>,
}

/// `K·B × outputs` and `B × pixels` as `K × B × outputs` and `1 × B × pixels`, ready to broadcast.
fn by_sample(images: Tensor<2>, output: Tensor<2>) -> (Tensor<3>, Tensor<3>) {
    let [count, pixels] = images.dims();
    let [rows, outputs] = output.dims();
    (images.reshape([1, count, pixels]), output.reshape([rows / count, count, outputs]))
}

/// `K × B × pixels` as `K·B × pixels`.
fn by_row(values: Tensor<3>) -> Tensor<2> {
    let [samples, images, pixels] = values.dims();
    values.reshape([samples * images, pixels])
}
