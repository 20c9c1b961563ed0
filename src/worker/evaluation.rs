//! An evaluation in slices short enough to fit between training steps.

use super::protocol::{Evaluation, EvaluationRequest};
use crate::data::Split;
use crate::inference::marginal::{Chunk, LogWeights, log_weights_of_chunks};
use crate::model::Pass;
use crate::random::{Purpose, Stream};
use crate::train::{Interval, Snapshot, TrainError, Trainer};
use burn::tensor::{Tensor, TensorData};

/// Images in one pass.
const IMAGES: usize = 20;
/// Samples an image in one pass of one thread.
const SAMPLES: usize = 50;
/// Posterior means of smaller variance belong to an inactive unit (Burda et al. 2015).
const ACTIVE_VARIANCE: f64 = 0.01;

/// An evaluation in progress, of the model as it was when it began.
pub struct Job {
    request: EvaluationRequest,
    images: usize,
    snapshot: Snapshot,
    /// First image of the current group, and samples done for it.
    from: usize,
    samples: usize,
    group: Vec<LogWeights>,
    terms: Interval,
    log_px: Vec<f64>,
    /// Σ over images of the square of each image's standard error.
    sampling_variance: f64,
    means: Vec<f32>,
}

impl Job {
    pub fn new(trainer: &Trainer, request: EvaluationRequest) -> Self {
        Self {
            request,
            images: request.images.min(trainer.dataset().len(request.split)),
            snapshot: trainer.snapshot().clone(),
            from: 0,
            samples: 0,
            group: Vec::new(),
            terms: Interval::default(),
            log_px: Vec::new(),
            sampling_variance: 0.0,
            means: Vec::new(),
        }
    }

    /// Images done and in all.
    pub fn progress(&self) -> (usize, usize) {
        (self.log_px.len(), self.images)
    }

    /// One pass; the result once all are done.
    pub fn slice(&mut self, trainer: &Trainer) -> Result<Option<Evaluation>, TrainError> {
        let indices: Vec<usize> = (self.from..self.images.min(self.from + IMAGES)).collect();
        if indices.is_empty() {
            return Ok(Some(self.finish(trainer)));
        }
        let (split, rows) = (self.request.split, indices.len());
        let model = trainer.model();
        let images = trainer.dataset().gather(split, &indices);
        if self.samples == 0 {
            self.group = vec![LogWeights::default(); rows];
            let pass = Pass::evaluation(&self.snapshot.parameters, &self.snapshot.state);
            let pixels = images.pixels_per_image();
            let x = TensorData::new(images.pixels.clone(), [rows, pixels]);
            let q = model.encode(&pass, Tensor::<2>::from_data(x, &trainer.device().tensors));
            self.means.extend(q.mean().try_into_data()?.iter::<f32>());
            let (reconstruction, kl) = trainer.terms_with(&pass, split, &indices)?;
            self.terms.add_images(&reconstruction, &kl, &[]);
        }
        let mut chunks = Vec::new();
        let threads = if trainer.device().is_cpu { trainer.experiment().training.shards } else { 1 };
        while chunks.len() < threads && self.samples < self.request.samples {
            let samples = SAMPLES.min(self.request.samples - self.samples);
            // Images are in the high half of the counter, samples in the low one.
            chunks.push(Chunk { samples, counter: ((self.from as u64) << 32) | self.samples as u64 });
            self.samples += samples;
        }
        let noise = Stream::new(trainer.experiment().seed, Purpose::EpsilonMarginal);
        let tensors = (self.snapshot.parameters.as_slice(), self.snapshot.state.as_slice());
        for weights in log_weights_of_chunks(model, tensors, &images, noise, &chunks)? {
            for (i, weight) in weights.into_iter().enumerate() {
                self.group[i % rows].push(f64::from(weight));
            }
        }
        if self.samples >= self.request.samples {
            for weights in self.group.drain(..) {
                self.log_px.push(weights.log_mean());
                self.sampling_variance += weights.standard_error().powi(2);
            }
            self.from += rows;
            self.samples = 0;
        }
        Ok(None)
    }

    fn finish(&self, trainer: &Trainer) -> Evaluation {
        let n = self.log_px.len() as f64;
        let log_px = self.log_px.iter().sum::<f64>() / n;
        let latent = trainer.model().latent();
        let active_units =
            (0..latent).filter(|&d| variance(self.means.iter().skip(d).step_by(latent)) > ACTIVE_VARIANCE);
        Evaluation {
            split: self.request.split,
            images: self.log_px.len(),
            elbo: self.terms.elbo(),
            elbo_se: self.terms.elbo_se(),
            reconstruction: self.terms.reconstruction(),
            kl: self.terms.kl(),
            log_px,
            log_px_se: self.sampling_variance.sqrt() / n,
            method: "importance sampling from q(z|x)".into(),
            samples: self.request.samples,
            active_units: active_units.count(),
        }
    }
}

impl EvaluationRequest {
    /// The contract's defaults: 1,000 test images, 5,000 samples.
    pub fn new() -> Self {
        Self { split: Split::Test, images: 1_000, samples: 5_000 }
    }
}

impl Default for EvaluationRequest {
    fn default() -> Self {
        Self::new()
    }
}

fn variance<'a>(values: impl Iterator<Item = &'a f32> + Clone) -> f64 {
    let n = values.clone().count() as f64;
    let mean = values.clone().map(|&v| f64::from(v)).sum::<f64>() / n;
    values.map(|&v| (f64::from(v) - mean).powi(2)).sum::<f64>() / n
}
