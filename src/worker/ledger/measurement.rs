//! One entry of the ledger, measured in slices short enough to fit between training steps.

use super::options::LedgerOptions;
use crate::data::{Images, Split};
use crate::estimate::Estimate;
use crate::evidence::{
    Bound, BoundMeasurement, Effort, Evidence, Identity, IdentityMeasurement, Method, ModelJoint, closed_form,
    quadrature, residual,
};
use crate::random::{Purpose, Stream};
use crate::sliced::{Progress, Sliced};
use crate::train::{LedgerEntry, Snapshot, TrainError, Trainer};

/// Number of samples per image in one pass.
const SAMPLES: usize = 25;
/// Number of passes for E_q[log p(x|z)] of an image; its standard error is that of their mean.
const PASSES: usize = 10;

/// The part of the entry that is being measured.
enum Stage {
    Start,
    /// log p(x) and KL[q(z|x) ‖ p(z|x)].
    Evidence(Box<IdentityMeasurement>),
    Bound(Box<BoundMeasurement>),
}

/// A measurement in progress, of the model as it was at the beginning.
pub struct Measurement {
    options: LedgerOptions,
    images: Images,
    snapshot: Snapshot,
    step: u64,
    epoch: f64,
    seconds: f64,
    stage: Stage,
    method: Method,
    evidence: Vec<Evidence>,
    bounds: Vec<Bound>,
}

impl Measurement {
    pub fn new(trainer: &Trainer, options: LedgerOptions) -> Self {
        let progress = trainer.progress();
        let images = trainer.dataset().representative(Split::Validation, options.images);
        Self {
            options,
            images: trainer.dataset().gather(Split::Validation, &images),
            snapshot: trainer.snapshot().clone(),
            step: progress.step,
            epoch: trainer.epochs(),
            seconds: progress.seconds,
            stage: Stage::Start,
            method: Method::Importance,
            evidence: Vec::new(),
            bounds: Vec::new(),
        }
    }

    /// The step of the model that is measured.
    pub fn step(&self) -> u64 {
        self.step
    }

    /// The seed of importance samples that no other step shares.
    fn evidence_seed(&self, seed: u64) -> u64 {
        let mut words = [0; 2];
        Stream::new(seed, Purpose::EpsilonLedger).fill_bits((1 << 63) | self.step, &mut words);
        u64::from(words[0]) << 32 | u64::from(words[1])
    }
}

impl Sliced<Trainer> for Measurement {
    type Found = LedgerEntry;
    type Error = TrainError;

    fn slice(&mut self, trainer: &Trainer, threads: usize) -> Result<bool, TrainError> {
        let seed = trainer.experiment().seed;
        let Snapshot { parameters, state, .. } = &self.snapshot;
        let joint = ModelJoint::new(trainer.model(), parameters, state, &self.images);
        self.stage = match std::mem::replace(&mut self.stage, Stage::Start) {
            Stage::Start => {
                let (experiment, outputs) = (trainer.experiment(), joint.outputs()?);
                let known = closed_form(experiment, &joint, &outputs)?;
                // No samples for a pilot: beside training there is no time for one.
                let methods = Method::preferred(experiment, joint.model().plan(), 0);
                let effort = Effort {
                    // The bound beside it is sampled.
                    quadrature: quadrature::Settings::quick(),
                    samples: self.options.samples,
                    seed: self.evidence_seed(seed),
                    ..Effort::default()
                };
                Stage::Evidence(Box::new(IdentityMeasurement::new(&joint, outputs, known, methods, effort)?))
            }
            Stage::Evidence(mut measurement) => match measurement.slice(&joint, threads)? {
                false => Stage::Evidence(measurement),
                true => {
                    let found = measurement.finish();
                    (self.method, self.evidence) = (found.method, found.images);
                    // Every step has random numbers of its own.
                    let noise = Stream::new(seed, Purpose::EpsilonLedger);
                    let bound = BoundMeasurement::new(&joint, PASSES, SAMPLES, noise, self.step << 24);
                    Stage::Bound(Box::new(bound))
                }
            },
            Stage::Bound(mut measurement) => match measurement.slice(&joint, threads)? {
                false => Stage::Bound(measurement),
                true => {
                    self.bounds = measurement.finish();
                    return Ok(true);
                }
            },
        };
        Ok(false)
    }

    /// Progress counted in images whose bound is measured, since the bound comes last.
    fn progress(&self) -> Progress {
        let done = match &self.stage {
            Stage::Bound(measurement) => measurement.progress().done,
            _ => self.bounds.len(),
        };
        Progress { done, all: self.images.count, what: "the ledger" }
    }

    fn finish(self: Box<Self>) -> LedgerEntry {
        let elbo = Estimate::average(self.bounds.iter().map(|b| b.elbo));
        let Identity { log_px, posterior_kl, .. } = Identity::over(self.method, &self.evidence, elbo);
        let elbos = self.bounds.iter().map(|b| b.elbo.value);
        let residual = residual(self.method, &self.evidence, elbos).unwrap_or(Estimate::exact(f64::NAN));
        let reconstruction = Estimate::average(self.bounds.iter().map(|b| b.reconstruction));
        LedgerEntry {
            step: self.step,
            epoch: self.epoch,
            seconds: self.seconds,
            images: self.images.count,
            method: self.method,
            samples: if self.method == Method::Importance { self.options.samples } else { 0 },
            reconstruction,
            kl: reconstruction.value - elbo.value,
            elbo,
            log_px,
            posterior_kl,
            residual,
            effective_samples: median(self.evidence.iter().map(|e| e.effective_samples).collect()),
            degenerate: self.evidence.iter().filter(|e| e.degenerate).count(),
        }
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
