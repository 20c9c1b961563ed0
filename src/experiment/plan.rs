//! The plan of the whole network, worked out before anything is allocated: shapes and parameter counts of every layer.

use super::layer_output::{PARAMETERS_MAX, features};
use super::layer_problems::Place;
use super::limits::{FEATURES_MAX, LATENT};
use super::method::{Sizes, outside};
use super::mirror::mirror;
use super::walk::Walk;
use super::{DecoderLayers, Experiment, FeatureShape, ImageShape, PlannedLayer, Problem};

/// The plan of the whole network. q(z|x) is the encoder followed by affine heads (`encoder.heads`) to the posterior's
/// parameters; p(x|z) is the decoder, whose last layer is the affine output layer to the likelihood's parameters, a
/// number of channels with the image's height and width.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Shape of an image.
    pub image: ImageShape,
    /// Dimension of z, all layers of latent variables together.
    pub latent: usize,
    /// Number of the last latent dimensions, which belong to a second layer that the decoder does not read; 0 with one
    /// layer.
    pub upper: usize,
    /// The encoder's layers, in order.
    pub encoder: Vec<PlannedLayer>,
    /// Number of features that the heads read.
    pub features: usize,
    /// Number of posterior parameters that the heads give per image.
    pub heads: usize,
    /// The decoder's layers, in order, the output layer included.
    pub decoder: Vec<PlannedLayer>,
    /// Number of all parameters, including those of heads, likelihood, posterior and prior.
    pub parameters: usize,
}

impl Plan {
    /// The sizes on which the methods' counts depend.
    pub(super) fn sizes(&self) -> Sizes {
        Sizes { image: self.image, latent: self.latent, upper: self.upper }
    }

    /// Number of latent dimensions that the decoder reads, the first ones of z.
    pub fn lower(&self) -> usize {
        self.latent - self.upper
    }
}

impl Experiment {
    /// Work out the plan of the network for images of shape `image`.
    ///
    /// # Errors
    /// Every field of a layer or method out of its range, methods that do not fit together, and in encoder and decoder
    /// the first layer that does not fit the shape before it.
    pub fn plan(&self, image: ImageShape) -> Result<Plan, Vec<Problem>> {
        let (plan, problems) = self.plan_or_problems(Some(image));
        // Without problems there is a plan.
        plan.ok_or(problems)
    }

    /// The plan, or every problem of the architecture; with an unknown image shape only ranges are checked.
    pub(super) fn plan_or_problems(&self, image: Option<ImageShape>) -> (Option<Plan>, Vec<Problem>) {
        let mut walk = Walk::default();
        let image = image.filter(|&image| match features(image.into()) {
            Some(1..=FEATURES_MAX) => true,
            _ => {
                let message = format!(
                    "images of {} are out of range: 1 to {FEATURES_MAX} numbers per image",
                    FeatureShape::from(image)
                );
                walk.problems.push(Problem::error("data.source", message));
                false
            }
        });
        let latent = self.latent.dimension;
        walk.problems.extend(self.method_problems(image));
        let fields_known = walk.problems.is_empty();
        let latent_problem = outside("the latent dimension must be", latent, LATENT);
        let latent_known = latent_problem.is_none();
        walk.problems.extend(latent_problem.map(|message| Problem::error("latent.dimension", message)));
        let (encoder, end) =
            walk.layers(&self.encoder, &Place::encoder, image.map(|image| self.data.encoder_input(image).into()), None);
        let upper = self.latent.upper();
        let sizes = image.map(|image| Sizes { image, latent: self.latent.total(), upper });
        // Without a problem so far the counts are in range.
        let output = sizes.filter(|_| fields_known).map(|sizes| {
            let channels = self.decoder.likelihood.counts(sizes).outputs;
            ImageShape { channels, ..sizes.image }
        });
        let output = output.filter(|&output| match features(output.into()) {
            Some(1..=FEATURES_MAX) => true,
            _ => {
                let message = format!(
                    "the decoder's output of {} is out of range: at most {FEATURES_MAX} numbers per image",
                    FeatureShape::from(output)
                );
                walk.problems.push(Problem::error("decoder.likelihood", message));
                false
            }
        });
        let decoder = match &self.decoder.layers {
            DecoderLayers::Mirror => match (output, end) {
                (Some(output), Some(_)) if latent_known => mirror(&encoder, output, latent),
                _ => Ok(Vec::new()),
            },
            DecoderLayers::Layers(layers) => {
                let start = image.filter(|_| latent_known).map(|_| FeatureShape::Flat(latent));
                let target = image.map(|image| (image.height, image.width));
                let (decoder, end) = walk.layers(layers, &Place::decoder, start, target);
                Ok(output.zip(end).map_or(Vec::new(), |(output, end)| with_output(decoder, end, output)))
            }
        };
        let decoder = decoder.unwrap_or_else(|problem| {
            walk.problems.push(problem);
            Vec::new()
        });
        let (Some(sizes), Some(end), true) = (sizes, end, walk.problems.is_empty()) else {
            return (None, walk.problems);
        };
        let features = end.len();
        let (likelihood, posterior) = (self.decoder.likelihood.counts(sizes), self.latent.posterior.counts(sizes));
        let prior = self.latent.prior.counts(sizes);
        let heads = posterior.outputs;
        let own = likelihood.parameters + posterior.parameters + prior.parameters + heads * (features + 1);
        let layers = encoder.iter().chain(&decoder);
        let parameters = layers.fold(own, |sum, layer| sum.saturating_add(layer.parameters));
        if parameters > PARAMETERS_MAX {
            let largest = encoder.iter().chain(&decoder).max_by_key(|layer| layer.parameters);
            let path = if largest.is_some_and(|layer| layer.name.starts_with("decoder")) {
                "decoder.layers"
            } else {
                "encoder"
            };
            let message =
                format!("the network has more than {PARAMETERS_MAX} parameters; make its largest layers smaller");
            return (None, vec![Problem::error(path, message)]);
        }
        let Sizes { image, latent, upper } = sizes;
        (Some(Plan { image, latent, upper, encoder, features, heads, decoder, parameters }), Vec::new())
    }
}

/// The decoder's own list with its last layer as the output layer, or with one added.
fn with_output(mut decoder: Vec<PlannedLayer>, end: FeatureShape, output: ImageShape) -> Vec<PlannedLayer> {
    match decoder.last_mut() {
        Some(last) if matches!(end, FeatureShape::Map { .. }) && last.is_output(output) => {
            last.name = "decoder.output".into();
        }
        _ => decoder.push(PlannedLayer::output(end, output)),
    }
    decoder
}
