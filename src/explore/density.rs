//! The density of data with one or two entries: p(x) of the model on a grid, beside the data themselves.

use super::context::AnswerContext;
use crate::data::Split;
use crate::evidence::LogSum;
use crate::train::TrainError;

/// Draws of z from the prior, over which p(x|z) is averaged.
const DRAWS: usize = 2_048;
/// Rows of `draws × points` in memory at once.
const ROWS: usize = 1 << 17;
/// Room beside the farthest data, as a share of their range.
const MARGIN: f64 = 0.25;

/// p(x) of the model on a grid over the data's range, and some of the data.
#[derive(Clone, Debug, PartialEq)]
pub struct DensityView {
    /// Number of entries of x: 1 or 2.
    pub dimension: usize,
    /// Number of grid points along each axis.
    pub side: usize,
    /// The range of the grid along each axis, in the model's scale; of data with one entry, the second has no meaning.
    pub ranges: [[f64; 2]; 2],
    /// log p(x) in nats at each grid point: the first axis runs from left to right, the second from bottom to top, and
    /// the first row is the lowest.
    pub log_density: Vec<f32>,
    /// Training data: the entries (0 for a second one that is not there) and the label.
    pub data: Vec<([f32; 2], Option<u8>)>,
}

/// The density on a grid of `side` points along each axis, with `count` of the training data; `None` where x has more
/// than two entries.
pub(super) fn density(ask: &AnswerContext<'_>, side: usize, count: usize) -> Result<Option<DensityView>, TrainError> {
    let (model, pass, dataset) = (ask.model(), ask.trainer.pass(), ask.trainer.dataset());
    let dimension = model.image().pixels();
    if !(1..=2).contains(&dimension) {
        return Ok(None);
    }
    let indices: Vec<usize> = (0..dataset.len(Split::Train).min(count)).collect();
    let items = dataset.gather(Split::Train, &indices);
    let entry = |row: usize, axis: usize| if axis < dimension { items.pixels[row * dimension + axis] } else { 0.0 };
    let data = indices.iter().enumerate();
    let data: Vec<_> = data.map(|(row, &i)| ([entry(row, 0), entry(row, 1)], dataset.label(Split::Train, i))).collect();
    let ranges = [0, 1].map(|axis| range(data.iter().map(|(point, _)| f64::from(point[axis]))));

    let at = |i: usize, [from, to]: [f64; 2]| (from + (to - from) * i as f64 / (side - 1) as f64) as f32;
    let points: Vec<f32> = match dimension {
        1 => (0..side).map(|i| at(i, ranges[0])).collect(),
        _ => (0..side * side).flat_map(|i| [at(i % side, ranges[0]), at(i / side, ranges[1])]).collect(),
    };
    let count = points.len() / dimension;
    let grid = ask.tensor(points, dimension);
    let z = ask.prior_draws(DRAWS, 1.0, 0, 3)?;
    let mut sums = vec![LogSum::default(); count];
    let latent = ask.latent();
    for z in z.chunks((ROWS / count).max(1) * latent) {
        let output = model.decode(&pass, ask.tensor(z.to_vec(), latent));
        let [draws, outputs] = output.dims();
        let rows = output.reshape([draws, 1, outputs]).repeat_dim(1, count).reshape([draws * count, outputs]);
        let values = model.likelihood().log_prob(&pass, grid.clone(), rows).try_into_data()?;
        for (i, value) in values.iter::<f64>().enumerate() {
            sums[i % count].push(value);
        }
    }
    let log_density = sums.iter().map(|sum| (sum.value() - (DRAWS as f64).ln()) as f32).collect();
    Ok(Some(DensityView { dimension, side, ranges, log_density, data }))
}

/// The range of some numbers with room beside them.
fn range(values: impl Iterator<Item = f64>) -> [f64; 2] {
    let known = values.filter(|value| value.is_finite());
    let [low, high] = known.fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], v| [low.min(v), high.max(v)]);
    let margin = (MARGIN * (high - low)).max(1e-3);
    if low <= high { [low - margin, high + margin] } else { [-1.0, 1.0] }
}
