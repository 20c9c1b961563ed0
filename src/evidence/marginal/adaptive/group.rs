//! A group of images on its way through the pilot and the final samples of adaptive importance sampling.

use super::fit::{self, Fit};
use super::mixture::{Mixture, Part, Point};
use super::plan::{DRAWS, FEW, GRADIENT, Plan, ROUNDS};
use super::result::Adaptive;
use super::student::{Student, UNIFORMS};
use crate::estimate::Estimate;
use crate::evidence::joint::{Joint, Outputs};
use crate::evidence::marginal::log_weights::LogWeights;
use crate::evidence::marginal::pareto::Tail;
use crate::evidence::marginal::quality::WeightQuality;
use crate::evidence::resample;
use crate::model::prior::LatentNoise;
use crate::random::{Purpose, Stream};
use burn::tensor::{ExecutionError, Tensor, TensorData, Transaction};

/// Rows of z in one pass.
const ROWS: usize = 1_000;
/// Least distance, in standard deviations of q, between two starting points of components, as long as there are such.
const APART: f64 = 3.0;
/// Where there are few dimensions and modes are searched for: least distance in standard deviations of the prior.
const FAR_APART: f64 = 0.4;
/// Factor by which the wider prior is wider.
const BROADER: f64 = 2.5;

/// One image.
#[derive(Default)]
struct Image {
    mean: Vec<f64>,
    deviation: Vec<f64>,
    /// The starting points of components so far.
    starts: Vec<Vec<f64>>,
    mixture: Mixture,
    /// The points that the pilot has evaluated, in the order of the mixture's parts.
    pool: Vec<Point>,
    weights: LogWeights,
    tail: Option<Tail>,
    /// log p(x, z) − log q(z|x) of those final samples that were drawn from q.
    from_q: LogWeights,
    /// The samples that count, `samples × latent`, and their log weights, where draws are wanted.
    counted: (Vec<f32>, Vec<f64>),
}

enum Stage {
    /// The first draws of the pilot; the number tells how many are done.
    First(usize),
    Round(usize),
    /// The final samples; the number tells how many are done.
    Count(usize),
    Done,
}

pub struct Group {
    numbers: Vec<usize>,
    images: Vec<Image>,
    /// Rough standard deviation of the prior along each dimension; empty where there are many dimensions.
    spread: Vec<f64>,
    plan: Plan,
    /// Draws from p(z|x) that are wanted of each image.
    draws: usize,
    normals: Stream,
    uniforms: Stream,
    /// Number of passes so far; each has random numbers of its own.
    pass: u64,
    stage: Stage,
    spent: usize,
}

impl Group {
    /// A group of the images with the given numbers.
    pub fn new(numbers: Vec<usize>, plan: Plan, seed: u64, draws: usize) -> Self {
        let (normals, uniforms) =
            (Stream::new(seed, Purpose::AdaptiveNormal), Stream::new(seed, Purpose::AdaptiveUniform));
        let (images, spread, stage) = (Vec::new(), Vec::new(), Stage::First(0));
        Self { numbers, images, spread, plan, draws, normals, uniforms, pass: 0, stage, spent: 0 }
    }

    pub fn is_done(&self) -> bool {
        matches!(self.stage, Stage::Done)
    }

    /// Number of samples so far, of all images together.
    pub fn spent(&self) -> usize {
        self.spent * self.numbers.len()
    }

    /// Carry out the next pass.
    pub fn advance(&mut self, joint: &dyn Joint, outputs: &Outputs) -> Result<(), ExecutionError> {
        if self.images.is_empty() {
            self.open(joint, outputs)?;
        }
        let rows = (ROWS / self.numbers.len()).max(1);
        self.stage = match self.stage {
            Stage::First(done) => {
                let all = self.images[0].mixture.samples();
                if done < all {
                    let end = all.min(done + rows);
                    self.look(joint, outputs, done..end)?;
                    Stage::First(end)
                } else {
                    Stage::Round(0)
                }
            }
            Stage::Round(round) if round < ROUNDS && self.plan.rounds[round] > 0 => {
                // First onto modes; then, without leaving the place, on ridges and slopes where the mixture is still
                // too thin.
                self.round(joint, outputs, self.plan.rounds[round], 2 * round < ROUNDS)?;
                Stage::Round(round + 1)
            }
            Stage::Round(_) => {
                for image in &mut self.images {
                    image.settle(self.plan.counted);
                }
                Stage::Count(0)
            }
            Stage::Count(done) if done < self.plan.counted => {
                let end = self.plan.counted.min(done + rows);
                self.count(joint, outputs, done..end)?;
                Stage::Count(end)
            }
            Stage::Count(_) | Stage::Done => Stage::Done,
        };
        Ok(())
    }

    /// The first proposal: q, the prior, a wider q (less so with more dimensions), and a wider prior.
    fn open(&mut self, joint: &dyn Joint, outputs: &Outputs) -> Result<(), ExecutionError> {
        let latent = joint.latent();
        let q = joint.approximation(outputs.rows(&self.numbers, &joint.device()));
        let data = Transaction::default().register(q.mean()).register(q.deviation()).try_execute()?;
        let mut data = data.into_iter().map(|data| data.iter::<f64>().collect::<Vec<f64>>());
        let (means, deviations) = (data.next().unwrap_or_default(), data.next().unwrap_or_default());
        let Plan { q, prior, wide, broad, .. } = self.plan;
        // The box holds 2.8 deviations of a normal and as much again on both sides.
        let range = if broad > 0 { joint.prior_range()? } else { Vec::new() };
        self.spread = range.iter().map(|[from, to]| (to - from) / 11.2).collect();
        let wider = 1.0 + (2.0 / latent as f64).sqrt();
        for (mean, deviation) in means.chunks_exact(latent).zip(deviations.chunks_exact(latent)) {
            let mut mixture = Mixture::new(q, prior);
            if wide > 0 {
                let deviation: Vec<f64> = deviation.iter().map(|s| wider * s).collect();
                let Fit { mean, factor } = Fit::new(mean.to_vec(), &deviation);
                mixture.push(Student::new(mean, factor), wide);
            }
            if broad > 0 {
                let deviation: Vec<f64> = self.spread.iter().map(|s| BROADER * s).collect();
                let centre = range.iter().map(|[from, to]| 0.5 * (from + to)).collect();
                let Fit { mean, factor } = Fit::new(centre, &deviation);
                mixture.push(Student::new(mean, factor), broad);
            }
            let (mean, deviation) = (mean.to_vec(), deviation.to_vec());
            self.images.push(Image { mean, deviation, mixture, ..Image::default() });
        }
        Ok(())
    }

    /// Evaluate the pilot samples with the given numbers.
    fn look(
        &mut self,
        joint: &dyn Joint,
        outputs: &Outputs,
        samples: std::ops::Range<usize>,
    ) -> Result<(), ExecutionError> {
        for (image, points) in self.draw(joint, outputs, samples)? {
            self.images[image].pool.extend(points);
        }
        Ok(())
    }

    /// Place and fit `components` more components for every image.
    fn round(
        &mut self,
        joint: &dyn Joint,
        outputs: &Outputs,
        components: usize,
        moving: bool,
    ) -> Result<(), ExecutionError> {
        let latent = joint.latent();
        let far: &[f64] = if moving && latent <= FEW { &self.spread } else { &[] };
        let mut fits: Vec<Vec<Fit>> = self.images.iter_mut().map(|image| image.begin(components, far)).collect();
        for _ in 0..fit::STEPS {
            let points: Vec<Vec<Vec<f64>>> =
                fits.iter().map(|fits| fits.iter().flat_map(Fit::points).collect()).collect();
            let gradients = self.gradients(joint, &points)?;
            for (fits, gradients) in fits.iter_mut().zip(gradients) {
                for (fit, gradients) in fits.iter_mut().zip(gradients.chunks_exact(2 * latent * latent)) {
                    fit.step(gradients, moving);
                }
            }
        }
        let before = self.images[0].mixture.samples();
        for (image, fits) in self.images.iter_mut().zip(fits) {
            for Fit { mean, factor } in fits {
                image.mixture.push(Student::new(mean, factor), DRAWS);
            }
        }
        self.spent += components * fit::STEPS * GRADIENT * 2 * latent;
        self.look(joint, outputs, before..before + components * DRAWS)
    }

    /// Gradients of log p(x, z) at equally many points of every image, ordered by image.
    fn gradients(&self, joint: &dyn Joint, points: &[Vec<Vec<f64>>]) -> Result<Vec<Vec<f64>>, ExecutionError> {
        let (latent, images, each) = (joint.latent(), points.len(), points[0].len());
        let mut rows = Vec::with_capacity(each * images * latent);
        for own in (0..each).flat_map(|k| points.iter().map(move |own| &own[k])) {
            rows.extend(own.iter().map(|v| *v as f32));
        }
        let leaf = Tensor::<2>::from_data(TensorData::new(rows, [each * images, latent]), &joint.device());
        let leaf = leaf.autodiff().require_grad();
        let mut gradients = joint.log_joint(&self.numbers, leaf.clone()).sum().backward();
        let gradient = leaf.grad_remove(&mut gradients).unwrap_or_else(|| leaf.without_autodiff().zeros_like());
        let gradient: Vec<f64> = gradient.try_into_data()?.iter::<f64>().collect();
        let row = |k: usize, b: usize| &gradient[(k * images + b) * latent..][..latent];
        Ok((0..images).map(|b| (0..each).map(|k| row(k, b)).collect::<Vec<_>>().concat()).collect())
    }

    fn count(
        &mut self,
        joint: &dyn Joint,
        outputs: &Outputs,
        samples: std::ops::Range<usize>,
    ) -> Result<(), ExecutionError> {
        let (counted, wanted) = (self.plan.counted, self.draws > 0);
        for (image, points) in self.draw(joint, outputs, samples.clone())? {
            let image = &mut self.images[image];
            let tail = image.tail.get_or_insert_with(|| Tail::new(counted));
            let weights = image.mixture.log_weights(&points);
            for ((point, weight), sample) in points.iter().zip(weights).zip(samples.clone()) {
                image.weights.push(weight);
                tail.push(weight);
                if wanted {
                    image.counted.0.extend(point.z.iter().map(|&z| z as f32));
                    image.counted.1.push(weight);
                }
                if image.mixture.part(sample) == Part::Q {
                    image.from_q.push(point.log_joint - point.log_q);
                }
            }
        }
        Ok(())
    }

    /// Draw and evaluate the samples with the given numbers of every image's mixture.
    fn draw(
        &mut self,
        joint: &dyn Joint,
        outputs: &Outputs,
        samples: std::ops::Range<usize>,
    ) -> Result<impl Iterator<Item = (usize, Vec<Point>)> + use<>, ExecutionError> {
        let (latent, images, each) = (joint.latent(), self.numbers.len(), samples.len());
        let device = joint.device();
        let (mut normal, mut uniform) = (vec![0.0; each * images * latent], vec![0.0; each * images * UNIFORMS]);
        let (mut own, mut own_uniform) = (vec![0.0; each * latent], vec![0.0; each * UNIFORMS]);
        for (b, &number) in self.numbers.iter().enumerate() {
            let counter = (self.pass << 32) | number as u64;
            self.normals.fill_normal(counter, &mut own);
            self.uniforms.fill_uniform(counter, &mut own_uniform);
            for k in 0..each {
                let row = k * images + b;
                normal[row * latent..][..latent].copy_from_slice(&own[k * latent..][..latent]);
                uniform[row * UNIFORMS..][..UNIFORMS].copy_from_slice(&own_uniform[k * UNIFORMS..][..UNIFORMS]);
            }
        }
        self.pass += 1;
        self.spent += each;
        let tensor = |values: Vec<f32>, columns| {
            Tensor::<2>::from_data(TensorData::new(values, [each * images, columns]), &device)
        };
        let q = joint.approximation(outputs.rows(&self.numbers, &device));
        let part = |row: usize| self.images[row % images].mixture.part(samples.start + row / images);
        let wants = |wanted| (0..each * images).any(|row| part(row) == wanted);
        let numbers =
            |z: Tensor<2>| -> Result<Vec<f32>, ExecutionError> { Ok(z.try_into_data()?.iter::<f32>().collect()) };
        let of_q = if wants(Part::Q) { numbers(q.sample(tensor(normal.clone(), latent)))? } else { Vec::new() };
        let of_prior = if wants(Part::Prior) {
            let choices = uniform.iter().step_by(UNIFORMS).copied().collect();
            let noise = LatentNoise { normal: tensor(normal.clone(), latent), uniform: tensor(choices, 1) };
            numbers(joint.draw_prior(noise))?
        } else {
            Vec::new()
        };
        let mut z = Vec::with_capacity(each * images * latent);
        for row in 0..each * images {
            let own = row * latent..(row + 1) * latent;
            match part(row) {
                Part::Q => z.extend_from_slice(&of_q[own]),
                Part::Prior => z.extend_from_slice(&of_prior[own]),
                Part::Component(component) => {
                    let component = &self.images[row % images].mixture.components[component];
                    let draw = component.draw(&normal[own], &uniform[row * UNIFORMS..][..UNIFORMS]);
                    z.extend(draw.iter().map(|v| *v as f32));
                }
            }
        }
        let at = tensor(z.clone(), latent);
        let data = Transaction::default()
            .register(joint.log_joint(&self.numbers, at.clone()))
            .register(q.log_prob(at.clone()))
            .register(joint.log_prior(at))
            .try_execute()?;
        let logs: Vec<Vec<f64>> = data.into_iter().map(|data| data.iter::<f64>().collect()).collect();
        Ok((0..images).map(move |b| {
            let point = |row: usize| Point {
                z: z[row * latent..][..latent].iter().map(|v| f64::from(*v)).collect(),
                log_joint: logs[0][row],
                log_q: logs[1][row],
                log_prior: logs[2][row],
            };
            (b, (0..each).map(|k| point(k * images + b)).collect())
        }))
    }

    /// The results, in the order of the images.
    pub fn finish(self) -> impl Iterator<Item = Adaptive> {
        let (samples, wanted) = (self.plan.counted, self.draws);
        self.images.into_iter().map(
            move |Image { weights, tail, from_q, mixture, counted: (z, logs), mean, .. }| {
                let row = |index: usize| z[index * mean.len()..][..mean.len()].iter().copied();
                let draws = resample(&logs, wanted).into_iter().flat_map(row).collect();
                let log_px = Estimate { value: weights.log_mean(), se: weights.standard_error() };
                let kl =
                    Estimate { value: log_px.value - from_q.mean_log(), se: log_px.se.hypot(from_q.mean_log_se()) };
                let weights = WeightQuality {
                    samples,
                    effective_samples: weights.effective_sample_size(),
                    pareto_k: tail.and_then(Tail::shape),
                };
                Adaptive { log_px, kl, weights, components: mixture.components.len(), draws }
            },
        )
    }
}

impl Image {
    /// The starting points of the next components: first q's mean, then the points with the largest weights under the
    /// present mixture. They keep a distance from each other in q's standard deviations, and, if `far` is given, in
    /// these standard deviations also from all earlier starting points.
    fn begin(&mut self, components: usize, far: &[f64]) -> Vec<Fit> {
        let weights = self.mixture.log_weights(&self.pool).into_iter();
        let mut heaviest: Vec<(f64, &Point)> = weights.zip(&self.pool).filter(|(weight, _)| !weight.is_nan()).collect();
        heaviest.sort_by(|a, b| b.0.total_cmp(&a.0));
        let square = |a: &[f64], b: &[f64], scale: &[f64]| -> f64 {
            a.iter().zip(b).zip(scale).map(|((a, b), s)| ((a - b) / s).powi(2)).sum()
        };
        let apart = APART.powi(2) * (self.mean.len() as f64 / 2.0).max(1.0);
        let near = |a: &[f64], b: &[f64]| square(a, b, &self.deviation) < apart;
        let not_far = |a: &[f64], b: &[f64]| !far.is_empty() && square(a, b, far) < FAR_APART.powi(2);
        let mut starts: Vec<Vec<f64>> = if self.starts.is_empty() { vec![self.mean.clone()] } else { Vec::new() };
        for (_, Point { z, .. }) in &heaviest {
            let crowded = starts.iter().any(|start| near(start, z) || not_far(start, z));
            if starts.len() < components && !crowded && !self.starts.iter().any(|start| not_far(start, z)) {
                starts.push(z.clone());
            }
        }
        // Where there are no more that far apart, the heaviest.
        let mut rest = heaviest.iter().map(|(_, point)| &point.z).chain(std::iter::repeat(&self.mean));
        while starts.len() < components {
            starts.extend(rest.next().cloned());
        }
        self.starts.extend(starts.iter().cloned());
        starts.into_iter().map(|start| Fit::new(start, &self.deviation)).collect()
    }

    /// Fix the mixture for the final samples.
    fn settle(&mut self, samples: usize) {
        let (mixture, pool) = (std::mem::take(&mut self.mixture), std::mem::take(&mut self.pool));
        self.mixture = if pool.is_empty() { Mixture::defensive(samples) } else { mixture.fitted(&pool, samples) };
    }
}
