//! Answers to questions about the model of a run.

use super::context::AnswerContext;
use super::density::density;
use super::even::{DIMENSIONS_MAX, even_points};
use super::fitted::{Fitted, Sampler};
use super::microscope::{best_posterior, microscope};
use super::one_step::one_step;
use super::outline::Outline;
use super::quantile::normal_quantile;
use super::question::{Answer, Axis, Question, Reconstruction, ScatterPoint, Start, Subject, Traversal};
use super::visible::PartlySeen;
use crate::data::{Images, Split};
use crate::experiment::Prior;
use crate::experiment::method::PriorKind;
use crate::model::{likelihood::PixelNoise, prior};
use crate::random::{Purpose, Stream};
use crate::train::{TrainError, Trainer};
use burn::tensor::{Tensor, Transaction};

/// Number of images over which the KL of latent dimensions is averaged, to order the dimensions.
const ORDERING_IMAGES: usize = 200;
/// Number of draws from a prior from which its quantiles and means are estimated.
const QUANTILE_DRAWS: usize = 2_000;
/// Largest number of draws from q(z), one per training image, to which samplers are fitted.
const FITTED_CODES: usize = 2_000;
/// Added to a draw's counter for the random numbers that choose a prior's components.
const CHOICES: u64 = 1 << 32;

/// Answer a question with the present model. Random numbers follow the question's own seeds, so that looking at a model
/// never changes its run.
///
/// # Errors
/// The device fails.
pub fn answer(trainer: &Trainer, question: &Question) -> Result<Answer, TrainError> {
    let ask = AnswerContext { trainer };
    match question {
        Question::Reconstructions { split, count, choice } => ask.reconstructions(*split, *count, *choice),
        Question::Imputations { split, first, count, samples, draws } => {
            let all = trainer.dataset().len(*split);
            let indices: Vec<usize> = (*first..first.saturating_add(*count).min(all)).collect();
            let found = ask.impute(*split, &indices, *samples, *draws)?;
            Ok(Answer::Imputations(Box::new(found)))
        }
        Question::Traversals { rows, columns, from, to, start } => {
            ask.traversals(*rows, &ask.quantiles(*columns, *from, *to)?, *start)
        }
        Question::PriorSamples { sampler, count, temperature, seed } => {
            ask.samples(*sampler, *count, *temperature, *seed)
        }
        Question::Manifold { side, axes, from, to } => ask.manifold(ask.quantiles(*side, *from, *to)?, *axes),
        Question::Interpolations { split, pairs, columns, choice } => {
            ask.interpolations(*split, *pairs, *columns, *choice).map(Answer::Interpolations)
        }
        Question::Walk { side, axes, from, to, steps } => {
            let walk = ask.walk(ask.quantiles(*side, *from, *to)?, *axes, *steps)?;
            Ok(Answer::Walk(Box::new(walk)))
        }
        Question::Scatter { split, count } => ask.scatter(*split, *count),
        Question::Microscope { subject, axes, side, draws } => {
            let found = microscope(&ask, ask.subject(subject), *axes, *side, *draws)?;
            Ok(Answer::Microscope(Box::new(found)))
        }
        Question::MicroscopeBest { subject, axes } => {
            best_posterior(&ask, &ask.subject(subject), *axes).map(Answer::MicroscopeBest)
        }
        Question::Codes(encode) => ask.codes_of(*encode).map(Answer::Codes),
        Question::Model => ask.host_model().map(|model| Answer::Model(Box::new(model))),
        Question::Decoded { z, draws, first } => {
            let z = ask.on_support(z.to_vec())?;
            let images = match draws {
                None => ask.decode(&z)?,
                Some(seed) => ask.draw_from(*first, &z, *seed)?,
            };
            Ok(Answer::Decoded(images))
        }
        Question::Posterior { split, index, axes } => ask.posterior(*split, *index, *axes),
        Question::Prior { axes } => ask.prior_view(*axes).map(Answer::Prior),
        Question::PriorComponents { count } => ask.prior_components(*count).map(Answer::PriorComponents),
        Question::PriorPoint { seed } => {
            let z = match *seed {
                Some(seed) => ask.prior_draws(1, 1.0, seed, 0)?,
                None => ask.prior_mean()?,
            };
            Ok(Answer::Point { z: ask.on_support(z)? })
        }
        Question::Density { side, data } => Ok(Answer::Density(density(&ask, *side, *data)?.map(Box::new))),
        Question::OneStep { images } => Ok(Answer::OneStep(one_step(&ask, *images)?.map(Box::new))),
        Question::Sculptor { z } | Question::MicroscopePoint { z } => {
            let mut full = z.clone();
            full.resize(ask.latent(), 0.0);
            Ok(Answer::Sculptor { mean: ask.decode(&ask.on_support(full.clone())?)?, z: full })
        }
    }
}

/// `count` probabilities evenly spaced between `from` and `to`.
fn probabilities(count: usize, from: f64, to: f64) -> impl Iterator<Item = f64> {
    let last = count.saturating_sub(1).max(1) as f64;
    (0..count).map(move |i| (from + (to - from) * i as f64 / last).clamp(1e-6, 1.0 - 1e-6))
}

impl AnswerContext<'_> {
    fn subject(&self, subject: &Subject) -> PartlySeen {
        let pixels = self.model().image().pixels();
        match subject {
            Subject::Image { split, index } => {
                let dataset = self.trainer.dataset();
                let index = (*index).min(dataset.len(*split).saturating_sub(1));
                let (image, label) = (dataset.gather(*split, &[index]), dataset.label(*split, index));
                let seen = image.pixels.iter().map(|value| !value.is_nan()).collect();
                PartlySeen { image, seen, label }
            }
            // An image of another data set is cut or padded: the window asks again with one that fits.
            Subject::Drawn { pixels: drawn, seen } => {
                let (mut drawn, mut seen) = (drawn.to_vec(), seen.to_vec());
                drawn.resize(pixels, 0.0);
                seen.resize(pixels, true);
                PartlySeen { image: self.stack(drawn), seen, label: None }
            }
        }
    }

    /// The mean image and a draw from p(x|z) for each z; `seed` and the image's number determine the noise.
    fn decode_and_draw(&self, z: &[f32], seed: u64) -> Result<[Images; 2], TrainError> {
        let (model, noise) = (self.model(), Stream::new(seed, Purpose::Likelihood));
        self.decode_by(z, |first, pass, z| {
            let noise = self.pixel_noise(noise, first, z.dims()[0]);
            let output = model.decode(pass, z);
            [model.likelihood().mean(output.clone()), model.likelihood().draw(pass, output, noise)]
        })
    }

    /// A draw from p(x|z) for each z, for images that are numbered from `start` on.
    fn draw_from(&self, start: usize, z: &[f32], seed: u64) -> Result<Images, TrainError> {
        let (model, noise) = (self.model(), Stream::new(seed, Purpose::Likelihood));
        let [draws] = self.decode_by(z, |first, pass, z| {
            let noise = self.pixel_noise(noise, start + first, z.dims()[0]);
            [model.likelihood().draw(pass, model.decode(pass, z), noise)]
        })?;
        Ok(draws)
    }

    /// The noise of draws of `count` images, numbered from `first` on.
    fn pixel_noise(&self, noise: Stream, first: usize, count: usize) -> PixelNoise {
        let pixels = self.model().image().pixels();
        let (mut normal, mut uniform) = (vec![0.0; count * pixels], vec![0.0; count * pixels]);
        let images = normal.chunks_mut(pixels).zip(uniform.chunks_mut(pixels));
        for (image, (normal, uniform)) in (first as u64..).zip(images) {
            noise.fill_normal(2 * image, normal);
            noise.fill_uniform(2 * image + 1, uniform);
        }
        PixelNoise { normal: self.tensor(normal, pixels), uniform: self.tensor(uniform, pixels) }
    }

    /// `count` quantiles of an entry of z under the prior, evenly spaced in probability between `from` and `to`. For
    /// priors other than the standard normal they are estimated from draws, with all entries of z taken together.
    fn quantiles(&self, count: usize, from: f64, to: f64) -> Result<Vec<f32>, TrainError> {
        let probabilities = probabilities(count, from, to);
        if self.trainer.experiment().latent.prior == Prior::StandardNormal {
            return Ok(probabilities.map(|p| normal_quantile(p) as f32).collect());
        }
        let mut drawn = self.prior_draws(QUANTILE_DRAWS, 1.0, 0, 2)?;
        drawn.sort_by(f32::total_cmp);
        Ok(probabilities.map(|p| drawn[(p * drawn.len() as f64) as usize]).collect())
    }

    /// The prior mean E[z]; 0 for priors with little density at their mean, such as the ring and the sphere.
    fn prior_mean(&self) -> Result<Vec<f32>, TrainError> {
        let latent = self.latent();
        match self.trainer.experiment().latent.prior {
            Prior::MixtureOfGaussians { .. }
            | Prior::VampPrior { .. }
            | Prior::RealNvp { .. }
            | Prior::TwoLayer { .. } => {
                let drawn = self.prior_draws(QUANTILE_DRAWS, 1.0, 0, 2)?;
                Ok(mean_columns(&drawn, latent).into_iter().map(|mean| mean as f32).collect())
            }
            _ => Ok(vec![0.0; latent]),
        }
    }

    /// z, `rows × latent`, after the entries `moved` were set. If they belong to an upper layer of latent variables,
    /// the lower layer follows.
    pub(super) fn follow(&self, z: Vec<f32>, moved: &[usize]) -> Result<Vec<f32>, TrainError> {
        let z = self.trainer.model().prior(&self.trainer.pass()).follow(self.tensor(z, self.latent()), moved);
        Ok(z.try_into_data()?.iter::<f32>().collect())
    }

    /// The points of the prior's support nearest to z, `rows × latent`.
    pub(super) fn on_support(&self, z: Vec<f32>) -> Result<Vec<f32>, TrainError> {
        let z = self.trainer.model().prior(&self.trainer.pass()).on_support(self.tensor(z, self.latent()));
        Ok(z.try_into_data()?.iter::<f32>().collect())
    }

    /// Posterior means, standard deviations and KL of images, each `images × latent`. The KL is empty where it is not a
    /// sum over dimensions; with two layers it is estimated from one sample per image, which is enough for means over
    /// images.
    pub(super) fn posteriors(&self, split: Split, indices: &[usize]) -> Result<[Vec<f32>; 3], TrainError> {
        let model = self.model();
        let parts = self.in_parts(indices.len(), |pass, rows| {
            let chunk = &indices[rows];
            let images = self.trainer.dataset().gather(split, chunk);
            let pixels = images.pixels_per_image();
            let q = model.encode(pass, self.tensor(images.pixels, pixels));
            let mut wanted = Transaction::default().register(q.mean()).register(q.deviation());
            let prior = model.prior(pass);
            let sampled = || prior.log_ratios(q.as_ref(), q.sample(self.epsilon(chunk)));
            let kl = prior.kl(q.as_ref()).or_else(sampled);
            if let Some(kl) = kl.filter(|kl| kl.dims()[1] == model.latent()) {
                wanted = wanted.register(kl);
            }
            Ok(wanted.try_execute()?)
        })?;
        let mut all = [Vec::new(), Vec::new(), Vec::new()];
        for part in parts {
            all.iter_mut().zip(part).for_each(|(all, data)| all.extend(data.iter::<f32>()));
        }
        Ok(all)
    }

    /// The noise ε of some images, as a function of their numbers.
    fn epsilon(&self, indices: &[usize]) -> Tensor<2> {
        let stream = Stream::new(0, Purpose::EpsilonMicroscope);
        let mut epsilon = vec![0.0; indices.len() * self.latent()];
        let rows = epsilon.chunks_mut(self.latent()).zip(indices);
        rows.for_each(|(row, &index)| stream.fill_normal(index as u64, row));
        self.tensor(epsilon, self.latent())
    }

    /// All latent axes, the one that says most about some images that stand for the validation split first.
    fn axes(&self) -> Result<Vec<Axis>, TrainError> {
        let images = self.trainer.dataset().representative(Split::Validation, ORDERING_IMAGES);
        let [mean, _, kl] = self.posteriors(Split::Validation, &images)?;
        let latent = self.latent();
        let known = !kl.is_empty();
        let weights = if known { mean_columns(&kl, latent) } else { column_variances(&mean, latent) };
        let mut order: Vec<usize> = (0..latent).collect();
        order.sort_by(|&a, &b| weights[b].total_cmp(&weights[a]));
        Ok(order.into_iter().map(|dimension| Axis { dimension, kl: known.then_some(weights[dimension]) }).collect())
    }

    fn reconstructions(&self, split: Split, count: usize, choice: u64) -> Result<Answer, TrainError> {
        let dataset = self.trainer.dataset();
        let indices = self.chosen(split, count, choice);
        let (reconstruction, kl) = self.trainer.terms_of(split, &indices)?;
        let latent = kl.len() / indices.len().max(1);
        let items = indices.iter().enumerate().map(|(row, &index)| {
            let kl: f64 = kl[row * latent..(row + 1) * latent].iter().map(|&v| f64::from(v)).sum();
            let reconstruction = f64::from(reconstruction[row]);
            Reconstruction { index, label: dataset.label(split, index), elbo: reconstruction - kl, reconstruction, kl }
        });
        let [z, _, _] = self.posteriors(split, &indices)?;
        let [means, draws] = self.decode_and_draw(&z, choice)?;
        Ok(Answer::Reconstructions { items: items.collect(), inputs: dataset.gather(split, &indices), draws, means })
    }

    fn traversals(&self, rows: usize, values: &[f32], start: Start) -> Result<Answer, TrainError> {
        let latent = self.latent();
        let start = match start {
            Start::PriorMean => self.prior_mean()?,
            Start::Draw { seed } => self.prior_draws(1, 1.0, seed, 0)?,
            Start::Image { split, index } => {
                let last = self.trainer.dataset().len(split).saturating_sub(1);
                let [mean, _, _] = self.posteriors(split, &[index.min(last)])?;
                mean
            }
        };
        let start = self.on_support(start)?;
        let mut axes = self.axes()?;
        axes.truncate(rows);
        let mut z = Vec::with_capacity(axes.len() * values.len() * latent);
        for axis in &axes {
            let mut row = start.repeat(values.len());
            row.iter_mut().skip(axis.dimension).step_by(latent).zip(values).for_each(|(z, &value)| *z = value);
            z.extend(self.follow(row, &[axis.dimension])?);
        }
        Ok(Answer::Traversals {
            means: self.decode(&self.on_support(z)?)?,
            traversal: Traversal { axes, values: values.to_vec(), start },
        })
    }

    /// z ~ p(z), `count × latent`, from noise scaled by a temperature; `counter` tells the
    /// noise from other noise of the seed.
    pub(super) fn prior_draws(
        &self,
        count: usize,
        temperature: f64,
        seed: u64,
        counter: u64,
    ) -> Result<Vec<f32>, TrainError> {
        let [mut normal, uniform] = self.prior_noise(count, seed, counter);
        normal.iter_mut().for_each(|value| *value *= temperature as f32);
        self.prior_of(normal, uniform)
    }

    /// `count` draws from the prior for means over z: spread evenly where z has few dimensions.
    pub(super) fn even_prior_draws(&self, count: usize) -> Result<Vec<f32>, TrainError> {
        let latent = self.latent();
        if latent >= DIMENSIONS_MAX {
            return self.prior_draws(count, 1.0, 0, 3);
        }
        // One more coordinate for the choices of a prior that has components.
        let points = even_points(count, latent + 1);
        let normal = |point: &[f64]| point[..latent].iter().map(|p| normal_quantile(*p) as f32).collect::<Vec<f32>>();
        let uniform = points.chunks(latent + 1).map(|point| point[latent] as f32).collect();
        self.prior_of(points.chunks(latent + 1).flat_map(normal).collect(), uniform)
    }

    /// The prior's draws, `count × latent`, that standard normals `count × latent` and uniforms `count` make.
    fn prior_of(&self, normal: Vec<f32>, uniform: Vec<f32>) -> Result<Vec<f32>, TrainError> {
        let noise = prior::LatentNoise { normal: self.tensor(normal, self.latent()), uniform: self.tensor(uniform, 1) };
        let z = self.trainer.model().prior(&self.trainer.pass()).draw(noise);
        Ok(z.try_into_data()?.iter::<f32>().collect())
    }

    /// Standard normals `count × latent` and uniforms `count`.
    fn prior_noise(&self, count: usize, seed: u64, counter: u64) -> [Vec<f32>; 2] {
        let stream = Stream::new(seed, Purpose::Prior);
        let (mut normal, mut uniform) = (vec![0.0; count * self.latent()], vec![0.0; count]);
        stream.fill_normal(counter, &mut normal);
        stream.fill_uniform(counter + CHOICES, &mut uniform);
        [normal, uniform]
    }

    /// One draw from q(z|x) for each of the first training images, `images × latent`.
    fn codes(&self) -> Result<Vec<f64>, TrainError> {
        let (model, dataset) = (self.trainer.model(), self.trainer.dataset());
        let noise = Stream::new(self.trainer.experiment().seed, Purpose::EpsilonAggregate);
        let indices: Vec<usize> = (0..dataset.len(Split::Train).min(FITTED_CODES)).collect();
        let codes = self.in_parts(indices.len(), |pass, rows| {
            let chunk = &indices[rows];
            let images = dataset.gather(Split::Train, chunk);
            let pixels = images.pixels_per_image();
            let mut epsilon = vec![0.0; chunk.len() * self.latent()];
            let rows = epsilon.chunks_mut(self.latent());
            rows.zip(chunk).for_each(|(row, &index)| noise.fill_normal(index as u64, row));
            let q = model.encode(pass, self.tensor(images.pixels, pixels));
            let codes = q.sample(self.tensor(epsilon, self.latent())).try_into_data()?;
            Ok(codes.iter::<f64>().collect::<Vec<_>>())
        })?;
        Ok(codes.concat())
    }

    fn samples(&self, sampler: Sampler, count: usize, temperature: f64, seed: u64) -> Result<Answer, TrainError> {
        let z = match sampler {
            Sampler::Prior => self.prior_draws(count, temperature, seed, 1)?,
            _ => {
                let [normal, uniform] = self.prior_noise(count, seed, 1);
                let fitted = Fitted::new(sampler, &self.codes()?, self.latent(), self.trainer.experiment().seed);
                let z = fitted.map(|fitted| fitted.draw(&normal, &uniform, temperature)).unwrap_or(normal);
                self.on_support(z)?
            }
        };
        let [means, draws] = self.decode_and_draw(&z, seed)?;
        Ok(Answer::PriorSamples { sampler, means, draws })
    }

    fn manifold(&self, values: Vec<f32>, axes: [usize; 2]) -> Result<Answer, TrainError> {
        let (axes, means) = self.plane(&values, axes)?;
        Ok(Answer::Manifold { side: values.len(), axes, values, means })
    }

    /// Means of p(x|z) on a grid over two axes, the second upwards; and the axes, which z must have.
    pub(super) fn plane(&self, values: &[f32], axes: [usize; 2]) -> Result<([usize; 2], Images), TrainError> {
        let latent = self.latent();
        let side = values.len();
        let axes = axes.map(|axis| axis.min(latent - 1));
        let mut z = vec![0.0; side * side * latent];
        for (cell, z) in z.chunks_mut(latent).enumerate() {
            let (row, column) = (cell / side, cell % side);
            z[axes[1]] = values[side - 1 - row];
            z[axes[0]] = values[column];
        }
        let z = self.on_support(self.follow(z, &axes)?)?;
        Ok((axes, self.decode(&z)?))
    }

    /// q(z|x) of one image along two axes.
    fn posterior(&self, split: Split, index: usize, axes: [usize; 2]) -> Result<Answer, TrainError> {
        let (model, dataset, latent) = (self.model(), self.trainer.dataset(), self.latent());
        let images = dataset.gather(split, &[index.min(dataset.len(split).saturating_sub(1))]);
        let pixels = images.pixels_per_image();
        let q = model.encode(&self.trainer.pass(), self.tensor(images.pixels, pixels));
        let axes = axes.map(|axis| axis.min(latent - 1));
        let sphere = self.trainer.experiment().latent.prior.kind() == PriorKind::Sphere;
        let device = &self.trainer.device().tensors;
        Outline::marginal(q.as_ref(), latent, axes, sphere, device).map(Answer::Posterior)
    }

    fn scatter(&self, split: Split, count: usize) -> Result<Answer, TrainError> {
        let dataset = self.trainer.dataset();
        let indices: Vec<usize> = (0..dataset.len(split).min(count)).collect();
        let latent = self.latent();
        let [mean, deviation, kl] = self.posteriors(split, &indices)?;
        let points = indices.iter().map(|&index| {
            let row = index * latent..(index + 1) * latent;
            let label = dataset.label(split, index);
            ScatterPoint { index, label, mean: mean[row.clone()].to_vec(), deviation: deviation[row].to_vec() }
        });
        let kl_per_dimension = mean_columns(&kl, latent).into_iter().map(|kl| kl as f32).collect();
        Ok(Answer::Scatter { points: points.collect(), kl_per_dimension })
    }
}

fn mean_columns(values: &[f32], columns: usize) -> Vec<f64> {
    let mut sums = vec![0.0; columns];
    for row in values.chunks(columns) {
        sums.iter_mut().zip(row).for_each(|(sum, &v)| *sum += f64::from(v));
    }
    let rows = (values.len() / columns).max(1) as f64;
    sums.into_iter().map(|sum| sum / rows).collect()
}

/// The variance of each column.
fn column_variances(values: &[f32], columns: usize) -> Vec<f64> {
    let means = mean_columns(values, columns);
    let squares: Vec<f32> = values.iter().enumerate().map(|(i, v)| (v - means[i % columns] as f32).powi(2)).collect();
    mean_columns(&squares, columns)
}
