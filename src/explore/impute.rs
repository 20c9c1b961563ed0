//! Missing values, imputed by the model: E[x_missing | x_known] and draws from p(x_missing | x_known).
//!
//! Both come from importance samples z₁ … z_K of q(z|x_known) with the weights w ∝ p(x_known|z) p(z) / q(z|x_known):
//! the mean is Σ w_k E[x|z_k], and a draw is x ~ p(x|z) at a z chosen by its weight (Mattei & Frellsen 2019, "MIWAE",
//! section 3.3).

use super::context::{AnswerContext, ROWS};
use crate::data::{Images, Split};
use crate::evidence::{Joint, ModelJoint};
use crate::model::likelihood::PixelNoise;
use crate::random::{Purpose, Stream};
use crate::train::TrainError;
use burn::tensor::{Tensor, TensorData, Transaction, activation::softmax};

/// One image or row whose missing values were imputed.
#[derive(Clone, Debug, PartialEq)]
pub struct Imputed {
    /// Its index in its split.
    pub index: usize,
    /// Its label, if it has one.
    pub label: Option<u8>,
    /// Number of missing values.
    pub missing: usize,
    /// The effective number of importance samples, 1/Σ w² of the normalised weights: near 1, one sample decides.
    pub effective: f64,
}

/// Errors of imputed values whose truth is known, in units of the model.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ImputationError {
    /// The errors of each entry of an image or vector.
    pub entries: Vec<EntryError>,
}

/// Errors of one entry.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct EntryError {
    /// Number of values that were missing for the model and whose truth is known.
    pub count: usize,
    /// Sum of the squared errors of the imputed means.
    pub model: f64,
    /// Sum of the squared errors of the training mean, with nothing learned.
    pub mean: f64,
}

impl ImputationError {
    /// Add the errors of `imputed` where `given` is missing and `truth` is known; `mean` is the training mean.
    fn add(&mut self, given: &[f32], imputed: &[f32], truth: &[f32], mean: &[f32]) {
        self.entries.resize(mean.len(), EntryError::default());
        for (i, entry) in self.entries.iter_mut().enumerate() {
            if given[i].is_nan() && !truth[i].is_nan() {
                let square = |value: f32| f64::from(value - truth[i]).powi(2);
                entry.count += 1;
                entry.model += square(imputed[i]);
                entry.mean += square(mean[i]);
            }
        }
    }

    /// Add the errors of further images.
    pub fn merge(&mut self, other: &Self) {
        self.entries.resize(self.entries.len().max(other.entries.len()), EntryError::default());
        for (entry, other) in self.entries.iter_mut().zip(&other.entries) {
            entry.count += other.count;
            entry.model += other.model;
            entry.mean += other.mean;
        }
    }

    /// All entries together.
    pub fn whole(&self) -> EntryError {
        let sum = |a: EntryError, b: &EntryError| EntryError {
            count: a.count + b.count,
            model: a.model + b.model,
            mean: a.mean + b.mean,
        };
        self.entries.iter().fold(EntryError::default(), sum)
    }
}

impl EntryError {
    /// The root mean squared error of the imputed means; `None` where nothing was missing.
    pub fn of_model(&self) -> Option<f64> {
        (self.count > 0).then(|| (self.model / self.count as f64).sqrt())
    }

    /// The root mean squared error of the training mean; `None` where nothing was missing.
    pub fn of_mean(&self) -> Option<f64> {
        (self.count > 0).then(|| (self.mean / self.count as f64).sqrt())
    }
}

/// Images with their missing values imputed; stacks of equal length.
#[derive(Clone, Debug, PartialEq)]
pub struct Imputations {
    /// Each image's index and label, and how much its imputation can be trusted.
    pub items: Vec<Imputed>,
    /// The images as the model saw them; NaN where a value is missing.
    pub given: Images,
    /// The images with the values that were hidden from the model; NaN where the source has no value.
    pub truth: Images,
    /// The known values, and E[x_missing | x_known] in place of the missing ones.
    pub means: Images,
    /// The known values, and draws from p(x_missing | x_known) in place of the missing ones: a stack for each draw.
    pub draws: Vec<Images>,
    /// The errors where the truth is known.
    pub error: ImputationError,
}

impl AnswerContext<'_> {
    /// Impute some images of a split with `samples` importance samples each and `draws` draws.
    pub(super) fn impute(
        &self,
        split: Split,
        indices: &[usize],
        samples: usize,
        draws: usize,
    ) -> Result<Imputations, TrainError> {
        let dataset = self.trainer.dataset();
        let (samples, pixels) = (samples.clamp(1, ROWS_MOST), self.model().image().pixels());
        let given = dataset.gather(split, indices);
        let truth = dataset.gather_whole(split, indices);
        let mut items = Vec::with_capacity(indices.len());
        let (mut means, mut drawn) = (Vec::new(), vec![Vec::new(); draws]);
        let at_once = (ROWS / samples).max(1);
        for (chunk, part) in indices.chunks(at_once).enumerate() {
            let images = dataset.gather(split, part);
            let found = self.impute_chunk(&images, part, samples, draws)?;
            for (row, &index) in part.iter().enumerate() {
                let image = given.image(chunk * at_once + row);
                let missing = image.iter().filter(|value| value.is_nan()).count();
                let (label, effective) = (dataset.label(split, index), found.effective[row]);
                items.push(Imputed { index, label, missing, effective });
                let fill = |imputed: &[f32], into: &mut Vec<f32>| {
                    let imputed = &imputed[row * pixels..][..pixels];
                    into.extend(image.iter().zip(imputed).map(|(&x, &m)| if x.is_nan() { m } else { x }));
                };
                fill(&found.means, &mut means);
                drawn.iter_mut().zip(&found.draws).for_each(|(all, draw)| fill(draw, all));
            }
        }
        let mean = dataset.training_mean();
        let mut error = ImputationError::default();
        for row in 0..indices.len() {
            error.add(given.image(row), &means[row * pixels..][..pixels], truth.image(row), &mean);
        }
        Ok(Imputations {
            error,
            means: given.alike(indices.len(), means),
            draws: drawn.into_iter().map(|pixels| given.alike(indices.len(), pixels)).collect(),
            items,
            given,
            truth,
        })
    }

    fn impute_chunk(
        &self,
        images: &Images,
        indices: &[usize],
        samples: usize,
        draws: usize,
    ) -> Result<Chunk, TrainError> {
        let (model, latent, count) = (self.model(), self.latent(), indices.len());
        let snapshot = self.trainer.snapshot();
        let joint = ModelJoint::new(model, &snapshot.parameters, &snapshot.state, images);
        let noise = Stream::new(0, Purpose::Impute);
        // Of each image its own noise, in the order of samples: row k·B + b.
        let mut epsilon = vec![0.0; samples * count * latent];
        let mut own = vec![0.0; samples * latent];
        for (b, &index) in indices.iter().enumerate() {
            noise.fill_normal(4 * index as u64, &mut own);
            for (k, row) in own.chunks_exact(latent).enumerate() {
                epsilon[(k * count + b) * latent..][..latent].copy_from_slice(row);
            }
        }
        let q = model.encode(&self.trainer.pass(), self.tensor(images.pixels.clone(), images.pixels_per_image()));
        let (z, log_q) = q.sample_with_log_prob(self.tensor(epsilon, latent));
        let all: Vec<usize> = (0..count).collect();
        let log_weights = (joint.log_joint(&all, z.clone()) - log_q).reshape([samples, count]);
        let weights = softmax(log_weights, 0);
        let pixels = model.image().pixels();
        let mean = model.likelihood().mean(model.decode(&self.trainer.pass(), z.clone()));
        let weighted = mean.reshape([samples, count, pixels]) * weights.clone().reshape([samples, count, 1]);
        let means = weighted.sum_dim(0).reshape([count, pixels]);
        let data = Transaction::default().register(means).register(weights).register(z).try_execute()?;
        let [means, weights, z] = std::array::from_fn(|i| data[i].iter::<f32>().collect::<Vec<f32>>());
        let effective = (0..count).map(|b| {
            let squares: f64 = weights.iter().skip(b).step_by(count).map(|&w| f64::from(w).powi(2)).sum();
            1.0 / squares
        });
        let effective = effective.collect();
        let draws = (0..draws).map(|draw| self.draw_chunk(indices, &weights, &z, draw)).collect::<Result<_, _>>()?;
        Ok(Chunk { means, draws, effective })
    }

    /// One draw from p(x|z) of each image, at a z chosen by its weight.
    fn draw_chunk(&self, indices: &[usize], weights: &[f32], z: &[f32], draw: usize) -> Result<Vec<f32>, TrainError> {
        let (latent, count, pixels) = (self.latent(), indices.len(), self.model().image().pixels());
        let noise = Stream::new(draw as u64 + 1, Purpose::Impute);
        let (mut chosen, mut normal, mut uniform) = (Vec::new(), vec![0.0; count * pixels], vec![0.0; count * pixels]);
        for (b, &index) in indices.iter().enumerate() {
            let mut at = [0.0];
            noise.fill_uniform(4 * index as u64 + 1, &mut at);
            noise.fill_normal(4 * index as u64 + 2, &mut normal[b * pixels..][..pixels]);
            noise.fill_uniform(4 * index as u64 + 3, &mut uniform[b * pixels..][..pixels]);
            let of_image = || weights.iter().skip(b).step_by(count);
            let mut left = at[0] * of_image().sum::<f32>();
            let passed = of_image().position(|weight| {
                left -= weight;
                left <= 0.0
            });
            let k = passed.unwrap_or(weights.len() / count - 1);
            chosen.extend_from_slice(&z[(k * count + b) * latent..][..latent]);
        }
        let pass = self.trainer.pass();
        let noise = PixelNoise { normal: self.tensor(normal, pixels), uniform: self.tensor(uniform, pixels) };
        let z: Tensor<2> = Tensor::from_data(TensorData::new(chosen, [count, latent]), &self.trainer.device().tensors);
        let drawn = self.model().likelihood().draw(&pass, self.model().decode(&pass, z), noise);
        Ok(drawn.try_into_data()?.iter::<f32>().collect())
    }
}

/// Most importance samples for one image.
const ROWS_MOST: usize = 10_000;

/// The imputations of some images.
struct Chunk {
    means: Vec<f32>,
    draws: Vec<Vec<f32>>,
    effective: Vec<f64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_of_missing_values_whose_truth_is_known() {
        let nan = f32::NAN;
        let mut errors = ImputationError::default();
        errors.add(&[nan, 1.0, nan, nan], &[0.5, 9.0, 3.0, 7.0], &[1.0, 1.0, 1.0, nan], &[0.0, 0.0, 0.0, 0.0]);
        let whole = errors.whole();
        assert_eq!(whole.count, 2);
        assert!((whole.of_model().unwrap() - (4.25_f64 / 2.0).sqrt()).abs() < 1e-12);
        assert!((whole.of_mean().unwrap() - 1.0).abs() < 1e-12);
        assert_eq!([errors.entries[1].of_model(), errors.entries[3].of_mean()], [None, None]);
        let mut twice = errors.clone();
        twice.merge(&errors);
        assert_eq!((twice.whole().count, twice.whole().of_model()), (4, whole.of_model()));
    }
}
