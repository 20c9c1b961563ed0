//! How much memory a training step needs, estimated from the plan before anything is allocated.
//!
//! With B images per batch, K samples per image, P parameters and S shards, in numbers of four bytes:
//!
//! - parameters: P, and those of a penalty's discriminator, which has an Adam of its own
//! - optimiser: P times its state per parameter (Adam 2, momentum 1, …), plus the gradients, P a shard and P for
//!   their sum
//! - activations: what the backward pass keeps, a row of the encoder and K rows of the decoder an image. A weight layer
//!   keeps its output, which its activation's gradient is a function of; besides it the slope of an activation whose
//!   gradient is not (SiLU, GELU), the normalised input of a norm, and the mask of a dropout with what came into it. A
//!   residual block keeps its sum. Batches prepared ahead and their copies are four rows of pixels an image. Each row
//!   of the decoder has z, σ·ε and the gradient of z beside it, and a Gaussian keeps x − m. On top of that comes the
//!   layer at work: its input's and output's gradients.
//! - a penalty on q(z) that compares the images of a batch with each other: B² times some numbers
//!
//! A shard works on [`images_at_once`], so that memory stays bounded however large B and K are: what is left is the K
//! samples of a single image.
//!
//! Peaks on the CPU, as an allocator counts them (`tests/memory.rs`), are 0.7 to 0.9 of this for dense and
//! convolutional networks; for likelihoods of grey levels, counts and tables, whose share is counted generously, 0.4 to
//! 0.7. The GPU was not measured.

use super::method::Counts;
use super::{Activation, Experiment, Follow, Layer, Norm, Plan, PlannedLayer, Problem};

/// Bytes per number.
pub(super) const BYTES: u64 = size_of::<f32>() as u64;

/// Largest size of one shard's activations, in bytes: above it the shard's images are computed in several pieces.
const SHARD_BYTES: u64 = 256 << 20;

/// The memory of one training step, in bytes. The data set and the program itself need memory besides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemoryEstimate {
    /// The parameters, in bytes.
    pub parameters: u64,
    /// The optimiser's state and the gradients, in bytes.
    pub optimiser: u64,
    /// Everything that grows with the batch size and K, in bytes.
    pub activations: u64,
    /// The sum of the parts, in bytes.
    pub total: u64,
    /// Number of images computed at once, in all shards together.
    images: usize,
    samples: usize,
}

/// Number of a shard's images whose gradient is computed in one pass: as many as keep the activations below a fixed
/// size, and at least one. It is the whole batch where its images depend on each other (batch normalisation, objectives
/// that compare images).
pub fn images_at_once(experiment: &Experiment, plan: &Plan) -> usize {
    let batch = experiment.training.batch;
    if experiment.objective.looks_across_images() || plan.encoder.iter().chain(&plan.decoder).any(normalises_batches) {
        return batch;
    }
    let fit = SHARD_BYTES / activations(experiment, plan, 1).max(1);
    usize::try_from(fit).unwrap_or(batch).clamp(1, batch.max(1))
}

fn normalises_batches(layer: &PlannedLayer) -> bool {
    layer.layer.follow().is_some_and(|follow| follow.norm == Norm::Batch)
        || layer.children.iter().any(normalises_batches)
}

/// Estimate the memory of a training step. Numbers too large for any machine saturate.
pub fn memory_estimate(experiment: &Experiment, plan: &Plan) -> MemoryEstimate {
    let training = &experiment.training;
    let parameters = plan.parameters as u64;
    let penalty = penalty(experiment, plan).parameters as u64;
    let per_parameter =
        training.optimiser.state_per_parameter().saturating_add(training.shards as u64).saturating_add(1);

    let (batch, samples) = (training.batch, experiment.objective.samples);
    let images = images_at_once(experiment, plan).saturating_mul(training.shards.max(1)).min(batch);
    let waiting = (batch - images) as u64;
    let bytes = |numbers: u64| numbers.saturating_mul(BYTES);
    let waiting = bytes(waiting.saturating_mul(4 * plan.image.pixels() as u64));
    let mut estimate = MemoryEstimate {
        parameters: bytes(parameters.saturating_add(penalty)),
        optimiser: bytes(parameters.saturating_mul(per_parameter).saturating_add(penalty.saturating_mul(3))),
        activations: activations(experiment, plan, images).saturating_add(waiting),
        total: 0,
        images,
        samples,
    };
    let parts = [estimate.parameters, estimate.optimiser, estimate.activations];
    estimate.total = parts.into_iter().fold(0, u64::saturating_add);
    estimate
}

/// The numbers that the objective's penalty needs.
fn penalty(experiment: &Experiment, plan: &Plan) -> Counts {
    experiment.objective.penalty.counts(plan.sizes())
}

/// Bytes of the activations of some images with their K samples, and of the layer at work on them.
fn activations(experiment: &Experiment, plan: &Plan, images: usize) -> u64 {
    let samples = experiment.objective.samples;
    let sizes = plan.sizes();
    let methods = [
        experiment.decoder.likelihood.counts(sizes),
        experiment.latent.posterior.counts(sizes),
        experiment.latent.prior.counts(sizes),
    ];
    let [likelihood, posterior, prior] = methods.map(|counts| counts.kept as u64);
    let encoder_rows = (images as u64).saturating_add(methods[2].images as u64);
    let decoder_rows = (images as u64).saturating_mul(samples as u64);
    let pixels = plan.image.pixels() as u64;
    let latent = plan.latent as u64;
    let heads = plan.heads as u64;
    let own = likelihood.saturating_add(posterior).saturating_add(prior);
    let penalty = penalty(experiment, plan);
    let pairs = (images as u64).saturating_mul(images as u64).saturating_mul(penalty.pairs as u64);
    let penalty = (images as u64).saturating_mul(penalty.kept as u64).saturating_add(pairs);
    let encoder = encoder_rows.saturating_mul(4 * pixels + kept(&plan.encoder) + heads).saturating_add(penalty);
    let decoder = decoder_rows.saturating_mul(3 * latent + kept(&plan.decoder).saturating_add(own));
    let at_work = encoder_rows
        .saturating_mul(working(&plan.encoder).max(plan.features as u64))
        .max(decoder_rows.saturating_mul(working(&plan.decoder).max(likelihood.saturating_mul(2))));
    encoder.saturating_add(decoder).saturating_add(at_work).saturating_mul(BYTES)
}

impl MemoryEstimate {
    /// A problem if a step needs more than `limit` bytes, at the field whose change helps most; `None` otherwise.
    pub fn refuse_above(&self, limit: u64) -> Option<Problem> {
        if self.total <= limit {
            return None;
        }
        let (path, mend) = if self.activations < self.total / 2 {
            ("encoder", "use smaller layers")
        } else if self.samples > 1 {
            ("objective.samples", "reduce K or the batch size")
        } else {
            ("training.batch", "reduce the batch size or use smaller layers")
        };
        let message = format!(
            "a training step needs about {} (activations of {} images × K = {}: {}; parameters, gradients and \
             optimiser: {}), more than the {} there are; {mend}",
            human_bytes(self.total),
            self.images,
            self.samples,
            human_bytes(self.activations),
            human_bytes(self.parameters.saturating_add(self.optimiser)),
            human_bytes(limit),
        );
        Some(Problem::error(path, message))
    }
}

/// Numbers that the backward pass keeps for each row.
fn kept(layers: &[PlannedLayer]) -> u64 {
    let layer = |layer: &PlannedLayer| {
        let times = match (&layer.layer, layer.layer.follow()) {
            (Layer::Residual { .. }, _) => 1,
            (_, Some(follow)) => times_kept(follow),
            _ => 0,
        };
        (times * layer.output.len() as u64).saturating_add(kept(&layer.children))
    };
    layers.iter().map(layer).fold(0, u64::saturating_add)
}

/// How many tensors of a weight layer's output size are kept: one that the next layer reads, and those for the
/// gradients of the operations that follow the weights.
fn times_kept(Follow { norm, activation, dropout }: Follow) -> u64 {
    let normalised = norm != Norm::None;
    let slope = !normalised && matches!(activation, Activation::Silu | Activation::Gelu);
    // The output before dropout is another one, unless nothing needs it.
    let masked = match dropout > 0.0 {
        true => 1 + u64::from(!normalised && !slope && activation != Activation::Linear),
        false => 0,
    };
    1 + u64::from(normalised) + u64::from(slope) + masked
}

/// Numbers for each row that the most demanding layer needs while it is computed.
fn working(layers: &[PlannedLayer]) -> u64 {
    let ends = |layer: &PlannedLayer| (layer.input.len() + layer.output.len()) as u64;
    layers.iter().map(|layer| ends(layer).max(working(&layer.children))).max().unwrap_or(0)
}

/// A number of bytes in decimal units: `950 bytes`, `3.2 GB`.
pub fn human_bytes(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];
    if bytes < 1_000 {
        return format!("{bytes} bytes");
    }
    let mut value = bytes as f64 / 1e3;
    let mut unit = 0;
    // 999.95 would be rounded to 1000.0.
    while value >= 999.95 && unit + 1 < UNITS.len() {
        value /= 1e3;
        unit += 1;
    }
    format!("{value:.1} {}", UNITS[unit])
}
