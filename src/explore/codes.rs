//! The codes of images: q(z|x) of each as numbers to take away, and images decoded from codes.

use super::context::AnswerContext;
use crate::data::{Dataset, Factor, Split};
use crate::evidence::side_by_side;
use crate::model::Pass;
use crate::model::posterior::Distribution;
use crate::model::prior::Components;
use crate::random::{Purpose, Stream};
use crate::train::TrainError;
use burn::tensor::{Tensor, TensorData, Transaction};

/// Images in one pass of the encoder on one thread.
const AT_ONCE: usize = 512;

/// Which images are encoded, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encode {
    /// The images' split; `None` for all images, in the order of their source.
    pub split: Option<Split>,
    /// The first image, counted among those of the split.
    pub from: usize,
    /// Largest number of images.
    pub count: usize,
    /// Number of draws from q(z|x) of each image; 0 for none.
    pub draws: usize,
    /// Seed of the draws.
    pub seed: u64,
}

/// One image among those that were encoded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Encoded {
    /// The image's number in its source, from 0.
    pub number: u32,
    /// The image's split; `None` where the images are undivided.
    pub split: Option<Split>,
    /// The image's index in its split.
    pub index: usize,
    /// The image's label, if it has one.
    pub label: Option<u8>,
    /// The component of the prior that has most likely given the image's mean, where p(z) is a mixture of Gaussians.
    pub cluster: Option<u32>,
}

/// The codes of some images.
#[derive(Clone, Debug, PartialEq)]
pub struct Codes {
    /// Number of images that could be asked for: those of the split.
    pub all: usize,
    /// Dimension of z.
    pub latent: usize,
    /// The images, in order.
    pub images: Vec<Encoded>,
    /// The known factors of the data.
    pub factors: Vec<Factor>,
    /// The level of each factor, `images × factors`; `None` where an image's factors are not known.
    pub levels: Vec<Option<u8>>,
    /// Mean of q(z|x), `images × latent`; of a flow, the image of its base's mean (see [`Distribution::mean`]).
    pub mean: Vec<f32>,
    /// Standard deviation of q(z|x), `images × latent`.
    pub deviation: Vec<f32>,
    /// Draws from q(z|x), `images × draws × latent`.
    pub draws: Vec<f32>,
}

impl AnswerContext<'_> {
    /// The codes of images. Draw k of an image is a function of the seed, the image's number and k, whichever images
    /// are encoded beside it.
    pub(super) fn codes_of(&self, encode: Encode) -> Result<Codes, TrainError> {
        let dataset = self.trainer.dataset();
        let ordered = dataset.in_order(encode.split);
        let all = ordered.len();
        let from = encode.from.min(all);
        let wanted = &ordered[from..all.min(from.saturating_add(encode.count))];
        let (model, latent, device) = (self.model(), self.latent(), &self.trainer.device().tensors);
        let (parameters, state) = (&self.trainer.snapshot().parameters, &self.trainer.snapshot().state);
        let noise = Stream::new(encode.seed, Purpose::EpsilonCodes);
        let clusters = model.prior(&self.trainer.pass()).components().filter(|c| c.independent);
        let clusters = clusters.map(Clusters::of).transpose()?;
        let chunk = |images: &[(Split, usize)]| -> Result<[Vec<f32>; 3], TrainError> {
            let pass = Pass::evaluation(parameters, state);
            let pixels = gather(dataset, images);
            let columns = pixels.len() / images.len().max(1);
            let x = Tensor::<2>::from_data(TensorData::new(pixels, [images.len(), columns]), device);
            let q = model.encode(&pass, x);
            let mut wanted = Transaction::default().register(q.mean()).register(q.deviation());
            if encode.draws > 0 {
                wanted = wanted.register(draws(q.as_ref(), images, |&(s, i)| dataset.number(s, i), encode, &noise));
            }
            let mut data = wanted.try_execute()?.into_iter().map(|data| data.iter::<f32>().collect::<Vec<f32>>());
            Ok(std::array::from_fn(|_| data.next().unwrap_or_default()))
        };
        let factors = dataset.known_factors().to_vec();
        let levels = wanted.iter().flat_map(|&(split, index)| match dataset.factor_levels(split, index) {
            Some(levels) => levels.iter().copied().map(Some).collect(),
            None => vec![None; factors.len()],
        });
        let levels = levels.collect();
        let (images, mean, deviation, draws) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut found = Codes { all, latent, images, factors, levels, mean, deviation, draws };
        let chunks: Vec<_> = wanted.chunks(AT_ONCE).collect();
        for together in chunks.chunks(self.trainer.shards().max(1)) {
            for columns in side_by_side(together.to_vec(), chunk) {
                let [mean, deviation, drawn] = columns?;
                found.mean.extend(mean);
                found.deviation.extend(deviation);
                found.draws.extend(by_image(&drawn, encode.draws, latent));
            }
        }
        found.images = wanted
            .iter()
            .zip(found.mean.chunks(latent))
            .map(|(&(split, index), mean)| Encoded {
                number: dataset.number(split, index),
                split: (!dataset.is_whole()).then_some(split),
                index,
                label: dataset.label(split, index),
                cluster: clusters.as_ref().map(|clusters| clusters.nearest(mean)),
            })
            .collect();
        Ok(found)
    }
}

/// Images of any splits as the model sees them, pixel after pixel.
fn gather(dataset: &Dataset, images: &[(Split, usize)]) -> Vec<f32> {
    let runs = images.chunk_by(|(a, _), (b, _)| a == b);
    let pixels = runs.flat_map(|run| {
        let indices: Vec<usize> = run.iter().map(|&(_, index)| index).collect();
        dataset.gather(run[0].0, &indices).pixels
    });
    pixels.collect()
}

/// Draws from q, `draws·images × latent`, draw by draw.
fn draws<I>(
    q: &dyn Distribution,
    images: &[I],
    number: impl Fn(&I) -> u32,
    encode: Encode,
    noise: &Stream,
) -> Tensor<2> {
    let mean = q.mean();
    let latent = mean.dims()[1];
    let mut epsilon = vec![0.0; encode.draws * images.len() * latent];
    let mut own = vec![0.0; encode.draws * latent];
    for (place, image) in images.iter().enumerate() {
        noise.fill_normal(u64::from(number(image)), &mut own);
        for (k, own) in own.chunks(latent).enumerate() {
            epsilon[(k * images.len() + place) * latent..][..latent].copy_from_slice(own);
        }
    }
    q.sample(Tensor::from_data(TensorData::new(epsilon, [encode.draws * images.len(), latent]), &mean.device()))
}

/// `draws × images × latent` as `images × draws × latent`.
fn by_image(drawn: &[f32], draws: usize, latent: usize) -> Vec<f32> {
    let images = drawn.len() / (draws * latent).max(1);
    let mut turned = Vec::with_capacity(drawn.len());
    for image in 0..images {
        for k in 0..draws {
            turned.extend_from_slice(&drawn[(k * images + image) * latent..][..latent]);
        }
    }
    turned
}

/// The components of a prior that is a mixture of Gaussians, on the host.
struct Clusters {
    log_weights: Vec<f64>,
    mean: Vec<f64>,
    deviation: Vec<f64>,
}

impl Clusters {
    fn of(components: Components) -> Result<Self, TrainError> {
        let Components { weights, mean, deviation, .. } = components;
        let data = Transaction::default().register(weights).register(mean).register(deviation).try_execute()?;
        let host = |i: usize| data[i].iter::<f64>().collect::<Vec<f64>>();
        Ok(Self { log_weights: host(0).into_iter().map(f64::ln).collect(), mean: host(1), deviation: host(2) })
    }

    /// The component with the highest posterior probability at z.
    fn nearest(&self, z: &[f32]) -> u32 {
        let latent = z.len();
        let score = |component: usize| {
            let own = component * latent..(component + 1) * latent;
            let parts = z.iter().zip(&self.mean[own.clone()]).zip(&self.deviation[own]);
            let log_density: f64 =
                parts.map(|((&z, mean), sigma)| -0.5 * ((f64::from(z) - mean) / sigma).powi(2) - sigma.ln()).sum();
            self.log_weights[component] + log_density
        };
        let best = (0..self.log_weights.len()).max_by(|&a, &b| score(a).total_cmp(&score(b)));
        best.unwrap_or(0) as u32
    }
}
