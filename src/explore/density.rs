//! The density of data with one or two entries: p(x) of the model on a grid, beside the data themselves.

use super::context::AnswerContext;
use crate::data::{Split, Toy};
use crate::estimate::Estimate;
use crate::evidence::LogSum;
use crate::train::TrainError;

/// Draws of z from the prior, over which p(x|z) is averaged.
const DRAWS: usize = 2_048;
/// Rows of `draws × points` in memory at once.
const ROWS: usize = 1 << 17;
/// Validation data over which the source's own log density is averaged.
const VALIDATION: usize = 1_000;
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
    /// The density that the data are drawn from, where it is known.
    pub source: Option<SourceDensity>,
    /// Training data: the entries (0 for a second one that is not there) and the label.
    pub data: Vec<([f32; 2], Option<u8>)>,
}

/// The density of a source of toy data.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceDensity {
    /// log p(x) in nats at each grid point, in the order of [`DensityView::log_density`].
    pub log_density: Vec<f32>,
    /// The mean of log p(x) over the validation data, in nats per point: no model has a higher one on average.
    pub mean: Estimate,
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
    let source = dataset.toy().map(|toy| source_density(ask, toy, &points));
    let grid = ask.tensor(points, dimension);
    let z = ask.even_prior_draws(DRAWS)?;
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
    Ok(Some(DensityView { dimension, side, ranges, log_density, source, data }))
}

/// The source's own density at points, and its mean over the validation data.
fn source_density(ask: &AnswerContext<'_>, toy: Toy, points: &[f32]) -> SourceDensity {
    let density = toy.density();
    let log_at = |point: &[f32]| density.log_at([0, 1].map(|axis| point.get(axis).map_or(0.0, |x| f64::from(*x))));
    let dataset = ask.trainer.dataset();
    let indices = dataset.representative(Split::Validation, VALIDATION);
    let held_out = dataset.gather_whole(Split::Validation, &indices);
    let values: Vec<f64> = held_out.pixels.chunks(toy.dimension()).map(log_at).collect();
    let log_density = points.chunks(toy.dimension()).map(|point| log_at(point) as f32).collect();
    SourceDensity { log_density, mean: Estimate::mean(&values) }
}

/// The range of some numbers with room beside them.
fn range(values: impl Iterator<Item = f64>) -> [f64; 2] {
    let known = values.filter(|value| value.is_finite());
    let [low, high] = known.fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], v| [low.min(v), high.max(v)]);
    let margin = (MARGIN * (high - low)).max(1e-3);
    if low <= high { [low - margin, high + margin] } else { [-1.0, 1.0] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Dataset;
    use crate::experiment::{DeviceChoice, Experiment, Likelihood, Source, ToySet};
    use crate::explore::{Answer, Question, answer};
    use crate::train::{Trainer, TrainingDevice};
    use std::sync::Arc;

    /// An untrained linear model, σ = 1, of a toy set.
    fn linear(set: ToySet) -> Trainer {
        let mut experiment = Experiment { encoder: Vec::new(), device: DeviceChoice::Cpu, ..Experiment::default() };
        experiment.data.source = Source::Toy { set, count: 500, noise: 0.1 };
        experiment.data.validation = 100;
        experiment.decoder.likelihood = Likelihood::GaussianFixed { sigma: 1.0 };
        experiment.latent.dimension = 1;
        let dataset = Dataset::load(&experiment.data, experiment.seed, &mut |_| {}).expect("toys are drawn");
        let device = TrainingDevice::open(DeviceChoice::Cpu).expect("there is always a CPU");
        Trainer::new(experiment, Arc::new(dataset), device).expect("a model")
    }

    fn view(trainer: &Trainer, side: usize) -> Option<Box<DensityView>> {
        match answer(trainer, &Question::Density { side, data: 50 }).expect("answered") {
            Answer::Density(view) => view,
            other => panic!("{other:?}"),
        }
    }

    /// The decoder's mean at a z.
    fn mean(trainer: &Trainer, z: f32) -> Vec<f64> {
        let question = Question::Decoded { z: vec![z].into(), draws: None, first: 0 };
        match answer(trainer, &question).expect("answered") {
            Answer::Decoded(images) => images.pixels.iter().map(|x| f64::from(*x)).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_linear_model_has_the_density_of_a_gaussian_and_a_toy_has_its_own() {
        for set in [ToySet::Moons, ToySet::Curve] {
            let trainer = linear(set);
            let (side, dimension) = (9, set.dimension());
            let view = view(&trainer, side).expect("one or two entries");
            assert_eq!((view.dimension, view.data.len()), (dimension, 50));
            // x = b + w z + e: N(b, w wᵀ + I), by Sherman & Morrison.
            let offset = mean(&trainer, 0.0);
            let weight: Vec<f64> = mean(&trainer, 1.0).iter().zip(&offset).map(|(a, b)| a - b).collect();
            let square: f64 = weight.iter().map(|w| w * w).sum();
            let toy = trainer.dataset().toy().expect("a toy").density();
            let source = view.source.as_ref().expect("a toy's density is known");
            let count = side.pow(dimension as u32);
            assert_eq!([view.log_density.len(), source.log_density.len()], [count; 2]);
            for i in 0..count {
                let place = |axis: usize, step: usize| {
                    let [from, to] = view.ranges[axis];
                    from + (to - from) * step as f64 / (side - 1) as f64
                };
                let point = [place(0, i % side), if dimension == 2 { place(1, i / side) } else { 0.0 }];
                let rest: Vec<f64> = point.iter().zip(&offset).map(|(x, b)| x - b).collect();
                let along: f64 = rest.iter().zip(&weight).map(|(r, w)| r * w).sum();
                let distance = rest.iter().map(|r| r * r).sum::<f64>() - along * along / (1.0 + square);
                let constant = dimension as f64 * std::f64::consts::TAU.ln() + (1.0 + square).ln();
                let exact = -0.5 * (distance + constant);
                // 2,048 draws of z: a per cent of a density, more in its tail.
                let (found, error) = (f64::from(view.log_density[i]), 0.02 + 0.01 * distance);
                assert!((found - exact).abs() < error, "{set:?} at {point:?}: {found}, exactly {exact}");
                let own = f64::from(source.log_density[i]);
                assert!((own - toy.log_at(point)).abs() < 1e-3 * own.abs().max(1.0), "{own} at {point:?}");
            }
            // The mean of log p over fresh points is minus the entropy; the range covers 100 validation points.
            assert!(source.mean.se > 0.0 && source.mean.value.abs() < 3.0, "{:?}", source.mean);
        }
    }

    #[test]
    fn images_have_no_density_to_draw() {
        let mut experiment = Experiment { device: DeviceChoice::Cpu, ..Experiment::default() };
        (experiment.data.limit, experiment.data.validation) = (Some(40), 10);
        let dataset = Dataset::load(&experiment.data, experiment.seed, &mut |_| {}).expect("MNIST is embedded");
        let device = TrainingDevice::open(DeviceChoice::Cpu).expect("there is always a CPU");
        let trainer = Trainer::new(experiment, Arc::new(dataset), device).expect("a model");
        assert_eq!(view(&trainer, 9), None);
    }
}
