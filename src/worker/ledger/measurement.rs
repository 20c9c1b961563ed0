//! One entry of the ledger, measured in slices short enough to fit between training steps.

use super::options::LedgerOptions;
use crate::data::{Images, Split};
use crate::estimate::Estimate;
use crate::evidence::{
    Effort, Evidence, Identity, IdentityMeasurement, Joint, Method, ModelJoint, closed_form, quadrature, residual,
    side_by_side,
};
use crate::objective;
use crate::random::{Purpose, Stream};
use crate::sliced::{Progress, Sliced};
use crate::train::{LedgerEntry, Snapshot, TrainError, Trainer};
use burn::tensor::{Tensor, TensorData, Transaction};

/// Images in one pass for the bound.
const IMAGES: usize = 16;
/// Samples an image in one pass.
const SAMPLES: usize = 25;
/// Number of passes for E_q[log p(x|z)] of an image; its standard error is that of their mean.
const PASSES: usize = 10;

/// E_q[log p(x|z)] and the ELBO of one image.
struct Bound {
    reconstruction: Estimate,
    elbo: Estimate,
}

/// What is being measured.
enum Stage {
    Start,
    /// log p(x) and KL[q(z|x) ‖ p(z|x)].
    Evidence(Box<IdentityMeasurement>),
    /// The bound of the images from `bounds.len()` on; a pass an entry, for each of a group of images.
    Bound {
        reconstruction: Vec<Vec<f64>>,
        elbo: Vec<Vec<f64>>,
    },
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
        let count = options.images.min(trainer.dataset().len(Split::Validation));
        Self {
            options,
            images: trainer.dataset().gather(Split::Validation, &(0..count).collect::<Vec<_>>()),
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

    /// E_q[log p(x|z)] and the ELBO of the next group of images once more.
    fn bound_pass(&self, seed: u64, joint: &ModelJoint, pass: usize) -> Result<(Vec<f64>, Vec<f64>), TrainError> {
        let from = self.bounds.len();
        let group: Vec<usize> = (from..self.images.count.min(from + IMAGES)).collect();
        let (latent, rows) = (joint.latent(), SAMPLES * group.len());
        let mut epsilon = vec![0.0; rows * latent];
        // Every step, group and pass has its own.
        let counter = (self.step << 24) | ((from / IMAGES * PASSES + pass) as u64);
        Stream::new(seed, Purpose::EpsilonLedger).fill_normal(counter, &mut epsilon);
        let epsilon = Tensor::<2>::from_data(TensorData::new(epsilon, [rows, latent]), &joint.device());
        let terms = objective::terms(joint.model(), &joint.pass(), joint.pixels(&group), epsilon);
        let kl = terms.total_kl();
        let data = Transaction::default().register(terms.reconstruction).register(kl).try_execute()?;
        let [reconstruction, kl]: [Vec<f64>; 2] =
            std::array::from_fn(|i| data[i].iter::<f32>().map(f64::from).collect());
        let elbo = reconstruction.iter().zip(&kl).map(|(r, kl)| r - kl).collect();
        Ok((reconstruction, elbo))
    }
}

impl Sliced<Trainer> for Measurement {
    type Found = LedgerEntry;
    type Error = TrainError;

    fn slice(&mut self, trainer: &Trainer, threads: usize) -> Result<bool, TrainError> {
        let seed = trainer.experiment().seed;
        let Snapshot { parameters, state, .. } = &self.snapshot;
        let joint = ModelJoint::new(trainer.model(), parameters, state, &self.images);
        self.stage =
            match std::mem::replace(&mut self.stage, Stage::Start) {
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
                        Stage::bound()
                    }
                },
                Stage::Bound { mut reconstruction, mut elbo } => {
                    let first = reconstruction.len();
                    let passes: Vec<usize> = (first..PASSES.min(first + threads)).collect();
                    for terms in side_by_side(passes, |pass| self.bound_pass(seed, &joint, pass)) {
                        let (r, e) = terms?;
                        reconstruction.push(r);
                        elbo.push(e);
                    }
                    if reconstruction.len() == PASSES {
                        let rows = reconstruction[0].len();
                        let of_row = |of: &[Vec<f64>], row: usize| {
                            Estimate::mean(&of.iter().map(|pass| pass[row]).collect::<Vec<_>>())
                        };
                        self.bounds.extend((0..rows).map(|row| Bound {
                            reconstruction: of_row(&reconstruction, row),
                            elbo: of_row(&elbo, row),
                        }));
                        if self.bounds.len() == self.images.count {
                            return Ok(true);
                        }
                        Stage::bound()
                    } else {
                        Stage::Bound { reconstruction, elbo }
                    }
                }
            };
        Ok(false)
    }

    /// Progress counted in images whose bound is measured, since the bound comes last.
    fn progress(&self) -> Progress {
        Progress { done: self.bounds.len(), all: self.images.count, what: "the ledger" }
    }

    fn finish(self: Box<Self>) -> LedgerEntry {
        let elbo = Estimate::average(self.bounds.iter().map(|b| b.elbo));
        let Identity { log_px, posterior_kl, .. } = Identity::over(self.method, &self.evidence, elbo);
        let elbos = self.bounds.iter().map(|b| b.elbo.value);
        let mut residual = residual(&self.evidence, elbos).unwrap_or(Estimate::exact(f64::NAN));
        if self.method == Method::Quadrature {
            // The images' errors of quadrature may agree in sign: their spread does not show them.
            residual.se = residual.se.hypot(log_px.se).hypot(posterior_kl.se);
        }
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

impl Stage {
    fn bound() -> Self {
        Self::Bound { reconstruction: Vec::new(), elbo: Vec::new() }
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
