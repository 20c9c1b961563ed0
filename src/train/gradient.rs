//! The gradient of the bound over one batch, split into fixed shards.

use crate::inference::{self, Batch, Setting};
use crate::kernels::{self, Team};
use crate::model::{Model, Pass, Statistics, TrainingPass};
use crate::random::Stream;
use burn::tensor::{Device, Tensor, TensorData};
use std::cell::RefCell;
use std::ops::Range;

/// One batch, on the host.
pub struct BatchInput<'a> {
    /// `images × pixels`.
    pub pixels: &'a [f32],
    /// `samples × images × latent` standard normals.
    pub epsilon: &'a [f32],
    pub images: usize,
    pub samples: usize,
    pub setting: Setting,
    pub dropout: Stream,
    /// The step.
    pub counter: u64,
}

/// Gradients of the loss (the negative bound, averaged over images) and the bound's terms.
pub struct Gradients {
    pub parameters: Vec<Tensor<1>>,
    /// √Σ g² over all parameters, one number.
    pub norm: Tensor<1>,
    /// E_q[log p(x|z)] of each image, shard by shard.
    pub reconstruction: Vec<Tensor<1>>,
    /// KL per image and dimension, shard by shard.
    pub kl: Vec<Tensor<2>>,
    /// The importance-weighted bound of each image, shard by shard.
    pub iwae: Vec<Tensor<1>>,
    pub statistics: Vec<Vec<Statistics>>,
}

/// The same of one shard.
struct Part {
    parameters: Vec<Tensor<1>>,
    reconstruction: Tensor<1>,
    kl: Tensor<2>,
    iwae: Tensor<1>,
    statistics: Vec<Statistics>,
}

/// Compute the gradient in `shards` parts of the batch. On the CPU each part has its own graph on one of the team's
/// threads: on two cores that is nearly twice as fast as threads inside each operation. The parts depend on the
/// experiment alone, and are added in order, so a run is the same on every machine.
pub fn gradients(
    team: &Team,
    model: &Model,
    parameters: &[Tensor<1>],
    state: &[Tensor<1>],
    device: &Device,
    input: &BatchInput,
    shards: usize,
) -> Gradients {
    let ranges = split(input.images, shards).into_iter().enumerate().collect();
    let parts = team.map(ranges, |(index, range)| shard(model, parameters, state, device, input, index, range));
    let (mut gradients, mut statistics) = (Vec::new(), Vec::new());
    let (mut reconstruction, mut kl, mut iwae) = (Vec::new(), Vec::new(), Vec::new());
    for part in parts {
        gradients.push(part.parameters);
        reconstruction.push(part.reconstruction);
        kl.push(part.kl);
        iwae.push(part.iwae);
        statistics.push(part.statistics);
    }
    let (parameters, norm) = kernels::sum_gradients(team, gradients);
    Gradients { parameters, norm, reconstruction, kl, iwae, statistics }
}

/// `0..images` in `shards` nearly equal parts, none empty.
fn split(images: usize, shards: usize) -> Vec<Range<usize>> {
    let shards = shards.clamp(1, images.max(1));
    (0..shards).map(|i| i * images / shards..(i + 1) * images / shards).collect()
}

fn shard(
    model: &Model,
    parameters: &[Tensor<1>],
    state: &[Tensor<1>],
    device: &Device,
    input: &BatchInput,
    index: usize,
    range: Range<usize>,
) -> Part {
    let count = range.len();
    let latent = model.latent();
    let pixels = input.pixels.len() / input.images;
    let images = input.pixels[range.start * pixels..range.end * pixels].to_vec();
    let epsilon: Vec<f32> = input
        .epsilon
        .chunks_exact(input.images * latent)
        .flat_map(|sample| &sample[range.start * latent..range.end * latent])
        .copied()
        .collect();
    let images = Tensor::<2>::from_data(TensorData::new(images, [count, pixels]), device);
    let epsilon = Tensor::<2>::from_data(TensorData::new(epsilon, [input.samples * count, latent]), device);

    let leaves: Vec<Tensor<1>> = parameters.iter().map(|p| p.clone().autodiff().require_grad()).collect();
    let training = TrainingPass {
        dropout: input.dropout,
        // Shards draw different masks.
        counter: input.counter * 64 + index as u64,
        statistics: RefCell::default(),
    };
    let pass = Pass { parameters: &leaves, state, training: Some(training) };
    let surrogate = inference::surrogate(&Batch::new(model, &pass, images, epsilon, input.setting));
    let loss = surrogate.objective.sum() * (-1.0 / input.images as f64);
    let mut gradients = loss.backward();
    let mut further = surrogate.path.and_then(|path| path.backward(&mut gradients));
    let mut gradient = |leaf: &Tensor<1>| {
        let first = leaf.grad_remove(&mut gradients);
        match (first, further.as_mut().and_then(|further| leaf.grad_remove(further))) {
            (Some(a), Some(b)) => a + b,
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => leaf.clone().without_autodiff().zeros_like(),
        }
    };
    let parameters = leaves.iter().map(&mut gradient).collect();
    let terms = surrogate.terms;
    let statistics = pass.training.map(|training| training.statistics.into_inner()).unwrap_or_default();
    Part { parameters, reconstruction: terms.reconstruction, kl: terms.kl, iwae: terms.iwae, statistics }
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn shards_cover_the_batch_once() {
        for (images, shards) in [(1, 4), (7, 2), (128, 3), (64, 64)] {
            let ranges = split(images, shards);
            assert!(ranges.iter().all(|r| !r.is_empty()));
            let covered: Vec<usize> = ranges.into_iter().flatten().collect();
            assert_eq!(covered, (0..images).collect::<Vec<_>>());
        }
    }
}
