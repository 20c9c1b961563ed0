//! The posteriors that a prior is made of (a VampPrior's), encoded once for all shards of a step: each shard encodes
//! some of the prior's images, all of them use the outputs of all, and each takes the gradient of its own back through
//! the encoder.

use super::leaves::track;
use crate::kernels::Executor;
use crate::model::{Model, Pass};
use burn::tensor::Tensor;
use std::ops::Range;

/// The encoder's outputs for the prior's images, with the graphs that they came from.
pub struct PriorPosteriors {
    parts: Vec<Encoded>,
    output: Tensor<2>,
}

/// Some of the outputs, and the parameters that they are functions of.
struct Encoded {
    range: Range<usize>,
    leaves: Vec<Tensor<1>>,
    output: Tensor<2>,
}

impl PriorPosteriors {
    /// Encode the prior's images at the given parameters and state, divided as given; `None` for a prior that has none.
    pub fn encode(
        executor: &Executor,
        model: &Model,
        (parameters, state): (&[Tensor<1>], &[Tensor<1>]),
        ranges: Vec<Range<usize>>,
    ) -> Option<Self> {
        if model.prior_images() == 0 {
            return None;
        }
        let parts = executor.map(ranges, |range| {
            let leaves = track(parameters);
            let output = model.prior_output(&Pass::evaluation(&leaves, state), range.clone());
            Encoded { range, leaves, output }
        });
        let outputs = parts.iter().map(|part| part.output.clone().without_autodiff()).collect();
        Some(Self { parts, output: Tensor::cat(outputs, 0) })
    }

    /// The outputs for all images, `images × heads`, as numbers.
    pub fn output(&self) -> Tensor<2> {
        self.output.clone()
    }

    /// Add to the shards' gradients those through these outputs, with respect to which the gradient is given.
    pub fn backward(
        self,
        executor: &Executor,
        gradient: Tensor<2>,
        shards: Vec<Vec<Tensor<1>>>,
    ) -> Vec<Vec<Tensor<1>>> {
        let mut parts = self.parts.into_iter();
        let work = shards.into_iter().map(|shard| (shard, parts.next())).collect();
        executor.map(work, |(shard, part): (Vec<Tensor<1>>, Option<Encoded>)| {
            let Some(Encoded { range, leaves, output }) = part else { return shard };
            let heads = gradient.dims()[1];
            let own = gradient.clone().slice([range, 0..heads]);
            let mut gradients = (output * own).sum().backward();
            let add = |(sum, leaf): (Tensor<1>, Tensor<1>)| match leaf.grad_remove(&mut gradients) {
                Some(gradient) => sum + gradient,
                None => sum,
            };
            shard.into_iter().zip(leaves).map(add).collect()
        })
    }
}
