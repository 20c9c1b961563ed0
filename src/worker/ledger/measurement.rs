//! One entry of the ledger, measured in slices short enough to fit between training steps.

use super::{LedgerEntry, LedgerOptions, Method};
use crate::data::{Images, Split};
use crate::estimate::Estimate;
use crate::evidence::marginal::{Importance, ImportanceSampling, LinearGaussian};
use crate::evidence::quadrature::{self, Quadrature};
use crate::evidence::{Joint, ModelJoint, Outputs, side_by_side};
use crate::experiment::Posterior;
use crate::objective;
use crate::random::{Purpose, Stream};
use crate::train::{Snapshot, TrainError, Trainer};
use burn::tensor::{Tensor, TensorData, Transaction};

/// Images in one pass for the bound.
const IMAGES: usize = 16;
/// Samples an image in one pass.
const SAMPLES: usize = 25;
/// Passes for E_q[log p(x|z)] of an image: its error is that of their mean.
const PASSES: usize = 10;

/// log p(x) and KL[q ‖ p(z|x)] of one image.
#[derive(Clone, Copy)]
struct Evidence {
    log_px: Estimate,
    posterior_kl: Estimate,
    effective_samples: f64,
    /// k̂ says that the errors cannot be trusted.
    degenerate: bool,
}

/// E_q[log p(x|z)] and the ELBO of one image.
struct Bound {
    reconstruction: Estimate,
    elbo: Estimate,
}

/// What is being measured.
enum Stage {
    Start,
    Quadrature(Quadrature),
    /// The first set of importance samples is for log p(x), the second for KL[q ‖ p(z|x)].
    Marginal(ImportanceSampling),
    PosteriorKl(Vec<Importance>, ImportanceSampling),
    /// The bound of the images from `bounds.len()` on; a pass an entry, for each of a group of images.
    Bound {
        reconstruction: Vec<Vec<f64>>,
        elbo: Vec<Vec<f64>>,
    },
}

/// A measurement in progress, of the model as it was when it began.
pub struct Measurement {
    options: LedgerOptions,
    images: Images,
    snapshot: Snapshot,
    step: u64,
    epoch: f64,
    seconds: f64,
    stage: Stage,
    outputs: Outputs,
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
            outputs: Outputs { columns: 0, values: Vec::new() },
            method: Method::ImportanceSampling,
            evidence: Vec::new(),
            bounds: Vec::new(),
        }
    }

    /// The step that is measured.
    pub fn step(&self) -> u64 {
        self.step
    }

    /// A part of the work; the entry once all is done.
    ///
    /// # Errors
    /// A device that fails.
    pub fn slice(&mut self, trainer: &Trainer) -> Result<Option<LedgerEntry>, TrainError> {
        let threads = if trainer.device().is_cpu { trainer.experiment().training.shards } else { 1 };
        let seed = trainer.experiment().seed;
        let Snapshot { parameters, state, .. } = &self.snapshot;
        let joint = ModelJoint::new(trainer.model(), parameters, state, &self.images);
        self.stage =
            match std::mem::replace(&mut self.stage, Stage::Start) {
                Stage::Start => {
                    self.outputs = joint.outputs()?;
                    if let Some(exact) = exact(trainer, &joint, &self.outputs, &self.images)? {
                        (self.method, self.evidence) = (Method::ClosedForm, exact);
                        Stage::bound()
                    } else if quadrature::applies(joint.latent()) {
                        // The bound beside it is sampled.
                        let settings = quadrature::Settings::quick();
                        Stage::Quadrature(Quadrature::new(&joint, self.outputs.clone(), settings)?)
                    } else {
                        Stage::Marginal(self.importance(trainer, &joint, 0))
                    }
                }
                Stage::Quadrature(mut quadrature) => match quadrature.slice(&joint, threads)? {
                    false => Stage::Quadrature(quadrature),
                    true => {
                        let found = quadrature.finish();
                        // Where the lattice would have to be too fine, sampling is left.
                        if found.iter().any(|image| !image.log_px_error.is_finite() || !image.kl_error.is_finite()) {
                            Stage::Marginal(self.importance(trainer, &joint, 0))
                        } else {
                            self.method = Method::Quadrature;
                            self.evidence = found.iter().map(of_integral).collect();
                            Stage::bound()
                        }
                    }
                },
                Stage::Marginal(mut sampling) => match sampling.slice(&joint, threads)? {
                    false => Stage::Marginal(sampling),
                    true => Stage::PosteriorKl(sampling.finish(), self.importance(trainer, &joint, 1)),
                },
                Stage::PosteriorKl(marginal, mut sampling) => match sampling.slice(&joint, threads)? {
                    false => Stage::PosteriorKl(marginal, sampling),
                    true => {
                        let pairs = marginal.iter().zip(sampling.finish());
                        self.evidence = pairs.map(|(marginal, kl)| of_samples(marginal, &kl)).collect();
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
                            return Ok(Some(self.entry()));
                        }
                        Stage::bound()
                    } else {
                        Stage::Bound { reconstruction, elbo }
                    }
                }
            };
        Ok(None)
    }

    /// Importance samples that no other set and no other step shares.
    fn importance(&self, trainer: &Trainer, joint: &ModelJoint, set: u64) -> ImportanceSampling {
        let mut words = [0; 2];
        Stream::new(trainer.experiment().seed, Purpose::EpsilonLedger).fill_bits((1 << 63) | self.step, &mut words);
        let seed = (u64::from(words[0]) << 32 | u64::from(words[1])).wrapping_add(set);
        ImportanceSampling::new(joint, self.outputs.clone(), self.options.samples, seed)
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

    fn entry(&self) -> LedgerEntry {
        let evidence = |term: fn(&Evidence) -> Estimate| average(self.method, self.evidence.iter().map(term));
        let (log_px, posterior_kl) = (evidence(|e| e.log_px), evidence(|e| e.posterior_kl));
        let terms = self.evidence.iter().zip(&self.bounds);
        let residuals: Vec<f64> = terms.map(|(e, b)| e.log_px.value - e.posterior_kl.value - b.elbo.value).collect();
        // Its error is measured over the images, not built from those of the terms: it stays honest where a delta method
        // is not.
        let mut residual = Estimate::mean(&residuals);
        if self.method == Method::Quadrature {
            // The images' errors of quadrature may agree in sign: their spread does not show them.
            residual.se = residual.se.hypot(log_px.se).hypot(posterior_kl.se);
        }
        let reconstruction = Estimate::average(self.bounds.iter().map(|b| b.reconstruction));
        let elbo = Estimate::average(self.bounds.iter().map(|b| b.elbo));
        LedgerEntry {
            step: self.step,
            epoch: self.epoch,
            seconds: self.seconds,
            images: self.images.count,
            method: self.method,
            samples: if self.method == Method::ImportanceSampling { self.options.samples } else { 0 },
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

/// The average over images. Errors of sampling are independent; those of quadrature are not, and simply add up.
fn average(method: Method, of_images: impl Iterator<Item = Estimate> + Clone) -> Estimate {
    let mut average = Estimate::average(of_images.clone());
    if method == Method::Quadrature {
        average.se = of_images.clone().map(|e| e.se).sum::<f64>() / of_images.count() as f64;
    }
    average
}

/// In closed form, where the model is linear and Gaussian and q is a diagonal Gaussian.
fn exact(
    trainer: &Trainer,
    joint: &ModelJoint,
    outputs: &Outputs,
    images: &Images,
) -> Result<Option<Vec<Evidence>>, TrainError> {
    if trainer.experiment().latent.posterior != Posterior::DiagonalGaussian {
        return Ok(None);
    }
    let Some(linear) = LinearGaussian::of(trainer.experiment(), joint)? else { return Ok(None) };
    let all: Vec<usize> = (0..images.count).collect();
    let q = joint.approximation(outputs.rows(&all, &joint.device()));
    let data = Transaction::default().register(q.mean()).register(q.deviation()).try_execute()?;
    let [mean, deviation]: [Vec<f64>; 2] = std::array::from_fn(|i| data[i].iter::<f32>().map(f64::from).collect());
    let latent = joint.latent();
    let of_image = |i: usize| {
        let posterior = linear.posterior(images.image(i));
        let row = i * latent..(i + 1) * latent;
        let kl = linear.kl_of_diagonal(&mean[row.clone()], &deviation[row], &posterior);
        Evidence {
            log_px: Estimate::exact(posterior.log_px),
            posterior_kl: Estimate::exact(kl),
            effective_samples: 0.0,
            degenerate: false,
        }
    };
    Ok(Some(all.into_iter().map(of_image).collect()))
}

fn of_integral(image: &quadrature::Integral) -> Evidence {
    Evidence {
        log_px: Estimate { value: image.log_px, se: image.log_px_error },
        posterior_kl: Estimate { value: image.kl, se: image.kl_error },
        effective_samples: 0.0,
        degenerate: false,
    }
}

fn of_samples(marginal: &Importance, kl: &Importance) -> Evidence {
    Evidence {
        log_px: marginal.log_px,
        posterior_kl: kl.kl,
        effective_samples: marginal.effective_samples,
        degenerate: marginal.is_degenerate(),
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
