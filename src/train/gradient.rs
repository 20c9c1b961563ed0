//! The gradient of the objective over one batch, divided into fixed shards, and those into pieces that fit into memory.

use super::leaves::track;
use super::minibatch::{Minibatch, Piece};
use super::prior_posteriors::PriorPosteriors;
use crate::kernels::{Executor, part};
use crate::model::{Model, Pass, Statistics, TrainingPass};
use crate::objective::{self, Batch, DiscriminatorPass, Setting, Terms};
use crate::random::Purpose;
use burn::tensor::Tensor;
use std::cell::RefCell;
use std::ops::Range;

/// The parameter values at which the gradient is taken.
#[derive(Clone, Copy)]
pub struct Start<'a> {
    pub parameters: &'a [Tensor<1>],
    pub state: &'a [Tensor<1>],
    /// Parameters of a penalty's discriminator; empty without one.
    pub discriminator: &'a [Tensor<1>],
}

/// How a batch is divided. The parts depend on the experiment alone and are added in order, so that a run is the same
/// on every machine.
#[derive(Clone, Copy, Debug)]
pub struct Division {
    /// Number of parts computed side by side.
    pub shards: usize,
    /// Number of a shard's images that are computed together; the pieces of a shard are computed one after the other.
    pub images_at_once: usize,
}

/// The gradients of the loss (the negative objective, averaged over images), with the terms of the bound.
pub struct Gradients {
    pub parameters: Vec<Tensor<1>>,
    /// A factor by which `parameters` and `discriminator` have yet to be multiplied.
    pub scale: f64,
    /// The norms of parts of the gradient; the root of their sum of squares is √Σ g² over all `parameters`.
    pub norms: Tensor<1>,
    /// E_q[log p(x|z)] of each image in nats, one tensor per piece.
    pub reconstruction: Vec<Tensor<1>>,
    /// The KL per image and dimension in nats, one tensor per piece.
    pub kl: Vec<Tensor<2>>,
    /// The importance-weighted bound of each image in nats, one tensor per piece; empty where it equals the ELBO.
    pub iwae: Vec<Tensor<1>>,
    pub statistics: Vec<Vec<Statistics>>,
    /// Gradients of the discriminator's loss, empty without a discriminator. A batch with one is computed in one piece.
    pub discriminator: Vec<Tensor<1>>,
}

/// The terms and statistics of one piece of a minibatch.
struct Part {
    terms: Terms,
    statistics: Vec<Statistics>,
    discriminator: Vec<Tensor<1>>,
}

/// The gradients of one piece, or the sums of several.
struct Found {
    parameters: Vec<Tensor<1>>,
    /// With respect to the encoder's output for the images that the prior is made of, where it has been used.
    prior_output: Option<Tensor<2>>,
}

impl Found {
    fn plus(self, other: Self) -> Self {
        let parameters = self.parameters.into_iter().zip(other.parameters).map(|(a, b)| a + b).collect();
        Self { parameters, prior_output: plus(self.prior_output, other.prior_output) }
    }
}

/// The sum of what there is.
fn plus<const D: usize>(a: Option<Tensor<D>>, b: Option<Tensor<D>>) -> Option<Tensor<D>> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a + b),
        (one, other) => one.or(other),
    }
}

/// Compute the gradient of a batch in parts. On the CPU each shard has a graph of its own on one of the executor's
/// threads, which on two cores is nearly twice as fast as threads inside each operation.
pub fn gradients(
    executor: &Executor,
    model: &Model,
    start: Start,
    setting: Setting,
    minibatch: &Minibatch,
    division: Division,
) -> Gradients {
    let shards = split(minibatch.images(), division.shards);
    let ranges = split(model.prior_images(), shards.len());
    let of_prior = PriorPosteriors::encode(executor, model, (start.parameters, start.state), ranges);
    let shard = |range: Range<usize>| {
        let mut sum: Option<Found> = None;
        let mut parts = Vec::new();
        for range in pieces(range, division.images_at_once) {
            let piece = minibatch.piece(model.latent(), range, executor.device());
            let prior_output = of_prior.as_ref().map(PriorPosteriors::output);
            let (found, part) = differentiate(executor, model, start, setting, minibatch, piece, prior_output);
            parts.push(part);
            sum = Some(match sum {
                Some(sum) => sum.plus(found),
                None => found,
            });
        }
        (sum.expect("no shard is empty"), parts)
    };
    let (mut gradients, mut statistics) = (Vec::new(), Vec::new());
    let (mut reconstruction, mut kl, mut iwae) = (Vec::new(), Vec::new(), Vec::new());
    let mut discriminator = Vec::new();
    let mut by_prior_output: Option<Tensor<2>> = None;
    for (Found { parameters, prior_output }, parts) in executor.map(shards, shard) {
        gradients.push(parameters);
        by_prior_output = plus(by_prior_output, prior_output);
        for Part { terms, statistics: seen, discriminator: found } in parts {
            discriminator = found;
            reconstruction.push(terms.reconstruction);
            kl.push(terms.kl);
            iwae.extend(terms.importance_weighted);
            statistics.push(seen);
        }
    }
    if let (Some(of_prior), Some(gradient)) = (of_prior, by_prior_output) {
        gradients = of_prior.backward(executor, gradient, gradients);
    }
    let (parameters, norms) = executor.sum_gradients(gradients);
    let scale = executor.factor_left(descent(minibatch));
    Gradients { parameters, scale, norms, reconstruction, kl, iwae, statistics, discriminator }
}

/// The factor from a sum over images that is maximised to a mean that is minimised: −1/B.
fn descent(minibatch: &Minibatch) -> f64 {
    -1.0 / minibatch.images() as f64
}

impl Division {
    /// The piece of a batch that is computed first.
    pub fn first(self, images: usize) -> Range<usize> {
        let mut shards = split(images, self.shards).into_iter();
        shards.next().and_then(|shard| pieces(shard, self.images_at_once).next()).unwrap_or(0..0)
    }
}

/// The range `0..images` in `shards` nearly equal parts, none of them empty.
fn split(images: usize, shards: usize) -> Vec<Range<usize>> {
    let shards = shards.clamp(1, images.max(1));
    (0..shards).map(|i| part(i, shards, images)).collect()
}

/// A range in pieces of at most `length` (at least 1).
fn pieces(range: Range<usize>, length: usize) -> impl Iterator<Item = Range<usize>> {
    let Range { start, end } = range;
    (start..end).step_by(length.max(1)).map(move |from| from..end.min(from.saturating_add(length.max(1))))
}

/// The gradients and terms of one piece of the minibatch.
fn differentiate(
    executor: &Executor,
    model: &Model,
    start: Start,
    setting: Setting,
    minibatch: &Minibatch,
    piece: Piece,
    prior_output: Option<Tensor<2>>,
) -> (Found, Part) {
    let prior_output = prior_output.map(|output| output.autodiff().require_grad());
    let (leaves, discriminator) = (track(start.parameters), track(start.discriminator));
    let training = TrainingPass {
        dropout: minibatch.stream(Purpose::Dropout),
        // Each piece draws masks of its own.
        counter: (minibatch.step() << 20) + piece.range.start as u64,
        statistics: RefCell::default(),
        prior_output: prior_output.clone(),
    };
    let pass = Pass { parameters: &leaves, state: start.state, training: Some(training) };
    let mut batch = Batch::new(model, &pass, piece.images, piece.epsilon, setting);
    let (order, counter) = (minibatch.stream(Purpose::Permute), minibatch.step());
    batch.discriminator =
        (!discriminator.is_empty()).then_some(DiscriminatorPass { parameters: &discriminator, order, counter });
    let surrogate = objective::surrogate(&batch);
    let mut gradients = executor.differentiate(surrogate.objective, descent(minibatch));
    let mut further = surrogate.second_path.and_then(|path| path.backward(&mut gradients));
    let prior_output = prior_output.and_then(|leaf| {
        plus(leaf.grad_remove(&mut gradients), further.as_mut().and_then(|further| leaf.grad_remove(further)))
    });
    let mut gradient = |leaf: &Tensor<1>| {
        plus(leaf.grad_remove(&mut gradients), further.as_mut().and_then(|further| leaf.grad_remove(further)))
            .unwrap_or_else(|| leaf.clone().without_autodiff().zeros_like())
    };
    let parameters = leaves.iter().map(&mut gradient).collect();
    let discriminator = discriminator.iter().map(&mut gradient).collect();
    let statistics = pass.training.map(|training| training.statistics.into_inner()).unwrap_or_default();
    (Found { parameters, prior_output }, Part { terms: surrogate.terms, statistics, discriminator })
}

#[cfg(test)]
mod tests {
    use super::{Division, Minibatch, Start, gradients, pieces, split};
    use crate::data::Batch;
    use crate::experiment::{Activation, Bound, Experiment, ImageShape, Layer};
    use crate::kernels::Executor;
    use crate::model::Model;
    use crate::objective::Setting;
    use crate::random::{Purpose, Stream};
    use burn::tensor::{Device, Tensor};

    #[test]
    fn shards_cover_the_batch_once() {
        for (images, shards) in [(1, 4), (7, 2), (128, 3), (64, 64)] {
            let ranges = split(images, shards);
            assert!(ranges.iter().all(|r| !r.is_empty()));
            let covered: Vec<usize> = ranges.into_iter().flatten().collect();
            assert_eq!(covered, (0..images).collect::<Vec<_>>());
        }
    }

    #[test]
    fn pieces_cover_a_shard_once_and_are_no_longer_than_they_may() {
        for (range, length, count) in [(3..10, 3, 3), (3..10, 7, 1), (0..4, usize::MAX, 1), (5..6, 0, 1)] {
            let found: Vec<_> = pieces(range.clone(), length).collect();
            assert_eq!(found.len(), count);
            assert!(found.iter().all(|piece| (1..=length.max(1)).contains(&piece.len())));
            assert!(found.into_iter().flatten().eq(range));
        }
    }

    #[test]
    fn the_gradient_does_not_depend_on_the_division() {
        let (images, pixels, samples) = (7, 12, 5);
        let mut experiment = Experiment { encoder: vec![Layer::dense(6, Activation::Tanh)], ..Experiment::default() };
        experiment.latent.dimension = 3;
        let shape = ImageShape { channels: 1, height: 3, width: 4 };
        let model = Model::new(&experiment, shape, &[]).expect("a small network");
        let device = Device::flex();
        let values = model.parameters().iter().enumerate().map(|(i, spec)| spec.initial_values(3, i));
        let parameters: Vec<Tensor<1>> = values.map(|v| Tensor::from_floats(v.as_slice(), &device)).collect();
        let mut x = vec![0.0; images * pixels];
        Stream::new(1, Purpose::Binarise).fill_uniform(0, &mut x);
        x.iter_mut().for_each(|x| *x = x.round());
        let numbers = |tensor: &Tensor<1>| tensor.to_data().iter::<f32>().collect::<Vec<f32>>();
        for bound in [Bound::Elbo, Bound::Iwae] {
            let setting = Setting { bound, beta: 1.0, training_images: images, ..Setting::default() };
            let batch = Batch { step: 4, indices: (0..images as u32).collect(), pixels: x.clone(), ..Batch::default() };
            let minibatch = Minibatch::new(batch, 2, samples);
            let of = |shards, images_at_once| {
                let division = Division { shards, images_at_once };
                let start = Start { parameters: &parameters, state: &[], discriminator: &[] };
                let found = gradients(&Executor::new(device.clone(), 2), &model, start, setting, &minibatch, division);
                let terms: Vec<f32> = found.reconstruction.iter().flat_map(numbers).collect();
                (found.parameters.iter().flat_map(numbers).collect::<Vec<f32>>(), terms)
            };
            let (whole, terms) = of(1, images);
            assert!(whole.iter().any(|g| g.abs() > 1e-3));
            for (shards, at_once) in [(1, 1), (1, 3), (2, 2), (3, images)] {
                let (parts, same) = of(shards, at_once);
                let error = whole.iter().zip(&parts).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
                assert!(error < 1e-5, "{shards} shards, {at_once} at once: {error}");
                let error = terms.iter().zip(&same).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
                assert!(error < 1e-4, "the terms, {shards} shards, {at_once} at once: {error}");
            }
        }
    }
}
