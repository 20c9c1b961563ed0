//! Grey levels under a mixture of M discretised logistics (PixelCNN++: Salimans et al. 2017, equations 2 and 3). All
//! channels of a place (a pixel with its channels) share the mixture's components. In colour, green depends on red, and
//! blue on red and green: the means of their logistics are shifted by the values seen.
//!
//! The decoder's channels: M logits of the components, M means per channel, M log scales per channel, and for colour M
//! coefficients each for red in green, red in blue and green in blue.

use super::{Likelihood, PixelNoise, logistic};
use crate::kernels::{self, discretised_logistic, log_sum_exp, logistic_mixture_log_prob};
use crate::model::math::{choose, normal_cdf};
use crate::model::{Layout, Pass};
use burn::tensor::{
    Tensor,
    activation::{log_softmax, softmax, tanh},
};

/// Mixture of discretised logistics as a likelihood, in nats; places are independent given z.
pub struct MixtureOfLogistics {
    components: usize,
    /// Number of channels, 1 or 3.
    channels: usize,
    /// Number of places: height × width.
    places: usize,
}

/// Parameters of the components, each `rows × M × places`.
struct Components {
    logits: Tensor<3>,
    means: Vec<Tensor<3>>,
    log_scales: Vec<Tensor<3>>,
    coefficients: Vec<Tensor<3>>,
}

impl Components {
    /// The mean of a channel, given the values `seen` in the channels before it.
    fn mean(&self, channel: usize, seen: &[Tensor<3>]) -> Tensor<3> {
        // Green has the first coefficient, blue the other two.
        let first = if channel == 2 { 1 } else { 0 };
        let coefficients = self.coefficients.iter().skip(first);
        seen.iter().zip(coefficients).fold(self.means[channel].clone(), |mean, (x, c)| mean + c.clone() * x.clone())
    }
}

impl MixtureOfLogistics {
    pub fn new(layout: &mut Layout, components: usize) -> Self {
        let image = layout.plan.image;
        Self { components, channels: image.channels, places: image.height * image.width }
    }

    fn components(&self, output: Tensor<2>) -> Components {
        let [rows, outputs] = output.dims();
        let planes = outputs / self.places / self.components;
        let output: Tensor<3> = output.reshape([rows, planes * self.components, self.places]);
        let mut planes = output.split(self.components, 1).into_iter();
        let logits = planes.next().expect("the components' logits come first");
        let means = planes.by_ref().take(self.channels).collect();
        let log_scales = planes.by_ref().take(self.channels).collect();
        Components { logits, means, log_scales, coefficients: planes.map(tanh).collect() }
    }

    /// The channels of images `rows × pixels`, each `rows × 1 × places`.
    fn channels(&self, images: Tensor<2>) -> Vec<Tensor<3>> {
        let rows = images.dims()[0];
        images.reshape([rows, self.channels, self.places]).split(1, 1)
    }

    /// Channels `rows × 1 × places`, joined into images `rows × pixels`.
    fn join(&self, channels: Vec<Tensor<3>>) -> Tensor<2> {
        let rows = channels[0].dims()[0];
        Tensor::cat(channels, 1).reshape([rows, self.channels * self.places])
    }
}

impl Likelihood for MixtureOfLogistics {
    fn log_prob(&self, _pass: &Pass, images: Tensor<2>, output: Tensor<2>) -> Tensor<1> {
        let components = kernels::Components { count: self.components, channels: self.channels };
        logistic_mixture_log_prob(images, output, components)
    }

    /// The log probability of a channel given those before it: the mixture's log probability of the channels up to this
    /// one, minus that of the channels before it.
    fn log_prob_per_pixel(&self, _pass: &Pass, images: Tensor<2>, output: Tensor<2>) -> Tensor<2> {
        let samples = output.dims()[0] / images.dims()[0];
        let images = if samples == 1 { images } else { images.repeat_dim(0, samples) };
        let (x, components) = (self.channels(images), self.components(output));
        let mut joint = log_softmax(components.logits.clone(), 1);
        let mut before: Option<Tensor<3>> = None;
        let mut log_probs = Vec::new();
        for channel in 0..self.channels {
            let mean = components.mean(channel, &x[..channel]);
            joint = joint + discretised_logistic(x[channel].clone(), mean, components.log_scales[channel].clone());
            let so_far = log_sum_exp(joint.clone(), 1);
            log_probs.push(match before.replace(so_far.clone()) {
                Some(before) => so_far - before,
                None => so_far,
            });
        }
        self.join(log_probs)
    }

    /// The mean of each pixel; for channels that depend on earlier ones, these are replaced by their means within the
    /// component.
    fn mean(&self, output: Tensor<2>) -> Tensor<2> {
        let components = self.components(output);
        let weights = softmax(components.logits.clone(), 1);
        let mut within: Vec<Tensor<3>> = Vec::new();
        for channel in 0..self.channels {
            let mean = components.mean(channel, &within);
            within.push(logistic::mean(mean, components.log_scales[channel].clone()));
        }
        self.join(within.into_iter().map(|mean| (mean * weights.clone()).sum_dim(1)).collect())
    }

    fn draw(&self, _pass: &Pass, output: Tensor<2>, noise: PixelNoise) -> Tensor<2> {
        let components = self.components(output);
        let first_normals = self.channels(noise.normal).swap_remove(0);
        let chosen = choose(softmax(components.logits.clone(), 1), normal_cdf(first_normals));
        let of_chosen = |values: Tensor<3>| (values * chosen.clone()).sum_dim(1);
        let mut drawn: Vec<Tensor<3>> = Vec::new();
        for (channel, uniform) in self.channels(noise.uniform).into_iter().enumerate() {
            let mean = of_chosen(components.mean(channel, &drawn));
            let log_scale = of_chosen(components.log_scales[channel].clone());
            drawn.push(logistic::draw(mean, log_scale, uniform));
        }
        self.join(drawn)
    }

    /// Output biases that spread the components' means around the training mean, so that the components become
    /// different.
    fn output_bias(&self, training_mean: &[f32]) -> Vec<f32> {
        let (m, places) = (self.components, self.places);
        let mut bias = vec![0.0; m * places];
        for channel in training_mean.chunks(places) {
            for component in 0..m {
                let offset = 0.3 * ((component as f32 + 0.5) / m as f32 - 0.5);
                bias.extend(channel.iter().map(|mean| mean + offset));
            }
        }
        bias.extend(vec![logistic::LOG_SCALE_START; m * training_mean.len()]);
        bias.resize(bias.len() + if self.channels == 3 { 3 * m * places } else { 0 }, 0.0);
        bias
    }
}
