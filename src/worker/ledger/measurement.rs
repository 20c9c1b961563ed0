//! One entry of the ledger, measured in slices short enough to fit between training steps.

use super::{LedgerEntry, LedgerOptions, Method};
use crate::data::{Images, Split};
use crate::inference;
use crate::inference::identity::{Estimate, effective_sample_size, log_marginal, posterior_kl, residual};
use crate::inference::marginal::{Chunk, log_weights_of_chunks};
use crate::model::Pass;
use crate::random::{Purpose, Stream};
use crate::train::{Snapshot, TrainError, Trainer};
use burn::tensor::{Tensor, TensorData, Transaction};

/// Images in one pass.
const IMAGES: usize = 16;
/// Samples an image in one pass of one thread.
const SAMPLES: usize = 25;
/// Passes for E_q[log p(x|z)]: its error is that of their mean.
const TERM_PASSES: usize = 10;

/// The terms of one image.
struct Terms {
    reconstruction: Estimate,
    elbo: Estimate,
    log_px: Estimate,
    posterior_kl: Estimate,
    effective_samples: f64,
}

/// What separate sets of samples are for.
#[derive(Clone, Copy)]
enum Set {
    Terms = 0,
    LogMarginal = 1,
    PosteriorKl = 2,
}

/// A measurement in progress, of the model as it was when it began.
pub struct Measurement {
    options: LedgerOptions,
    images: usize,
    snapshot: Snapshot,
    step: u64,
    epoch: f64,
    seconds: f64,
    /// The images of the group at work and its samples so far.
    group: Group,
    done: Vec<Terms>,
}

#[derive(Default)]
struct Group {
    /// An entry a pass, `rows` long each: E_q[log p(x|z)], and the ELBO.
    reconstruction: Vec<Vec<f64>>,
    elbo: Vec<Vec<f64>>,
    /// Log weights of each image: for log p(x), for KL[q ‖ p(z|x)].
    weights: [Vec<Vec<f64>>; 2],
}

impl Group {
    fn samples(&self, set: usize) -> usize {
        self.weights[set].first().map_or(0, Vec::len)
    }
}

impl Measurement {
    pub fn new(trainer: &Trainer, options: LedgerOptions) -> Self {
        let progress = trainer.progress();
        Self {
            options,
            images: options.images.min(trainer.dataset().len(Split::Validation)),
            snapshot: trainer.snapshot().clone(),
            step: progress.step,
            epoch: trainer.epochs(),
            seconds: progress.seconds,
            group: Group::default(),
            done: Vec::new(),
        }
    }

    /// The step that is measured.
    pub fn step(&self) -> u64 {
        self.step
    }

    /// One pass; the entry once all are done.
    ///
    /// # Errors
    /// A device that fails.
    pub fn slice(&mut self, trainer: &Trainer) -> Result<Option<LedgerEntry>, TrainError> {
        let from = self.done.len();
        let indices: Vec<usize> = (from..self.images.min(from + IMAGES)).collect();
        let images = trainer.dataset().gather(Split::Validation, &indices);
        if self.group.reconstruction.len() < TERM_PASSES {
            self.terms_pass(trainer, &images, from)?;
        } else if self.group.samples(0) < self.options.samples {
            self.weights_pass(trainer, &images, from, 0)?;
        } else if self.group.samples(1) < self.options.samples {
            self.weights_pass(trainer, &images, from, 1)?;
        }
        if self.group.samples(1) >= self.options.samples {
            let group = std::mem::take(&mut self.group);
            self.done.extend((0..indices.len()).map(|row| of_image(&group, row)));
        }
        Ok((self.done.len() == self.images).then(|| self.entry()))
    }

    /// The counter of a pass's ε: every step, group, set and pass has its own.
    fn counter(&self, from: usize, set: Set, pass: usize) -> u64 {
        (self.step << 32) | ((from as u64 / IMAGES as u64) << 20) | ((set as u64) << 18) | pass as u64
    }

    /// E_q[log p(x|z)] and the ELBO once more.
    fn terms_pass(&mut self, trainer: &Trainer, images: &Images, from: usize) -> Result<(), TrainError> {
        let (model, device) = (trainer.model(), &trainer.device().tensors);
        let (rows, pixels, latent) = (images.count, images.pixels_per_image(), model.latent());
        let mut epsilon = vec![0.0; SAMPLES * rows * latent];
        let counter = self.counter(from, Set::Terms, self.group.reconstruction.len());
        noise(trainer).fill_normal(counter, &mut epsilon);
        let x = Tensor::<2>::from_data(TensorData::new(images.pixels.clone(), [rows, pixels]), device);
        let epsilon = Tensor::<2>::from_data(TensorData::new(epsilon, [SAMPLES * rows, latent]), device);
        let pass = Pass::evaluation(&self.snapshot.parameters, &self.snapshot.state);
        let terms = inference::terms(model, &pass, x, epsilon);
        let kl = terms.total_kl();
        let data = Transaction::default().register(terms.reconstruction).register(kl).try_execute()?;
        let [reconstruction, kl]: [Vec<f64>; 2] =
            std::array::from_fn(|i| data[i].iter::<f32>().map(f64::from).collect());
        self.group.elbo.push(reconstruction.iter().zip(&kl).map(|(r, kl)| r - kl).collect());
        self.group.reconstruction.push(reconstruction);
        Ok(())
    }

    /// More log weights of one of the two sets, a chunk a thread.
    fn weights_pass(&mut self, trainer: &Trainer, images: &Images, from: usize, set: usize) -> Result<(), TrainError> {
        let threads = if trainer.device().is_cpu { trainer.experiment().training.shards } else { 1 };
        let noise_of = [Set::LogMarginal, Set::PosteriorKl][set];
        let mut taken = self.group.samples(set);
        let mut chunks = Vec::new();
        while chunks.len() < threads && taken < self.options.samples {
            let samples = SAMPLES.min(self.options.samples - taken);
            chunks.push(Chunk { samples, counter: self.counter(from, noise_of, taken / SAMPLES) });
            taken += samples;
        }
        let tensors = (self.snapshot.parameters.as_slice(), self.snapshot.state.as_slice());
        let weights = &mut self.group.weights[set];
        weights.resize(images.count, Vec::new());
        for chunk in log_weights_of_chunks(trainer.model(), tensors, images, noise(trainer), &chunks)? {
            for (i, weight) in chunk.into_iter().enumerate() {
                weights[i % images.count].push(f64::from(weight));
            }
        }
        Ok(())
    }

    fn entry(&self) -> LedgerEntry {
        let average = |term: fn(&Terms) -> Estimate| Estimate::average(self.done.iter().map(term));
        let residuals: Vec<f64> =
            self.done.iter().map(|t| t.log_px.value - t.posterior_kl.value - t.elbo.value).collect();
        let (reconstruction, elbo) = (average(|t| t.reconstruction), average(|t| t.elbo));
        LedgerEntry {
            step: self.step,
            epoch: self.epoch,
            seconds: self.seconds,
            images: self.images,
            method: Method::ImportanceSampling,
            samples: self.options.samples,
            reconstruction,
            kl: reconstruction.value - elbo.value,
            elbo,
            log_px: average(|t| t.log_px),
            posterior_kl: average(|t| t.posterior_kl),
            residual: residual(&residuals),
            effective_samples: median(self.done.iter().map(|t| t.effective_samples).collect()),
        }
    }
}

fn noise(trainer: &Trainer) -> Stream {
    Stream::new(trainer.experiment().seed, Purpose::EpsilonLedger)
}

fn of_image(group: &Group, row: usize) -> Terms {
    let passes = |of: &[Vec<f64>]| Estimate::mean(&of.iter().map(|pass| pass[row]).collect::<Vec<_>>());
    let [for_marginal, for_kl] = &group.weights;
    Terms {
        reconstruction: passes(&group.reconstruction),
        elbo: passes(&group.elbo),
        log_px: log_marginal(&for_marginal[row]),
        posterior_kl: posterior_kl(&for_kl[row]),
        effective_samples: effective_sample_size(&for_marginal[row]),
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
