//! The gradient lab beside training: how much of each estimator's gradient is signal, against K, measured on one batch
//! in slices short enough to fit between steps.

use super::evaluation::EvaluationProgress;
use crate::data::{Images, Split};
use crate::experiment::{Experiment, images_at_once};
use crate::objective::snr::{Curve, GradientEstimator, GradientLab, Settings, Subject};
use crate::train::{Snapshot, TrainError, Trainer};
use std::time::{Duration, Instant};

/// Estimates of small models are gathered to slices of about this length.
const SLICE: Duration = Duration::from_millis(10);

/// What to measure: the gradient of a batch, the first `images` of a split.
#[derive(Clone, Debug, PartialEq)]
pub struct GradientRequest {
    pub split: Split,
    /// At most; fewer where the largest K would not leave room for so many.
    pub images: usize,
    /// Numbers of samples K.
    pub samples: Vec<usize>,
    /// Estimates of each gradient.
    pub repeats: usize,
}

impl Default for GradientRequest {
    fn default() -> Self {
        Self { split: Split::Train, images: 16, samples: powers_of_two(64), repeats: 64 }
    }
}

/// 1, 2, 4, … up to `largest`.
pub fn powers_of_two(largest: usize) -> Vec<usize> {
    std::iter::successors(Some(1_usize), |k| k.checked_mul(2)).take_while(|&k| k <= largest).collect()
}

/// What has been measured.
#[derive(Clone, Debug, PartialEq)]
pub struct GradientFindings {
    /// As [`Status::run`](super::Status::run), and the step of the model.
    pub run: u64,
    pub step: u64,
    pub split: Split,
    pub images: usize,
    pub repeats: usize,
    /// One for each estimator; a K that is not done yet is missing.
    pub curves: Vec<Curve>,
    /// Every K of every estimator is there.
    pub complete: bool,
}

/// A measurement in progress, of the model as it was when it began.
pub struct Job {
    lab: GradientLab,
    images: Images,
    snapshot: Snapshot,
    findings: GradientFindings,
}

impl Job {
    pub fn new(trainer: &Trainer, run: u64, request: &GradientRequest) -> Self {
        let images = images(trainer, request);
        let settings = Settings {
            gradients: GradientEstimator::all(trainer.experiment()),
            samples: request.samples.clone(),
            repeats: request.repeats,
            seed: trainer.experiment().seed,
        };
        let lab = GradientLab::new(settings);
        let findings = GradientFindings {
            run,
            step: trainer.progress().step,
            split: request.split,
            images,
            repeats: request.repeats,
            curves: lab.curves().to_vec(),
            complete: false,
        };
        Self {
            lab,
            images: trainer.dataset().gather(request.split, &(0..images).collect::<Vec<_>>()),
            snapshot: trainer.snapshot().clone(),
            findings,
        }
    }

    /// Why a request cannot be met for the model, if it cannot.
    pub fn refusal(trainer: &Trainer, request: &GradientRequest) -> Option<String> {
        if request.samples.is_empty() || request.samples.contains(&0) {
            return Some("samples: K is a list of whole numbers from 1, e.g. 1, 4, 16, 64.".into());
        }
        if request.repeats < 2 {
            return Some("repeats: a variance takes 2 estimates of a gradient at least.".into());
        }
        if images(trainer, request) == 0 {
            return Some(format!("images: the {} split has none to measure; choose another.", request.split.name()));
        }
        if GradientEstimator::all(trainer.experiment()).is_empty() {
            return Some("no estimator of the ELBO's or of IWAE's gradient fits this posterior and prior.".into());
        }
        let problem = super::memory::too_large(&asked(trainer, request, 1), trainer.model().image())?;
        Some(format!("{problem}. Lower the largest K."))
    }

    /// How far it has come.
    pub fn progress(&self) -> EvaluationProgress {
        let (done, all) = self.lab.progress();
        EvaluationProgress { share: done as f32 / all.max(1) as f32, what: "estimating gradients" }
    }

    /// Some of the work; what is known so far whenever a K is done.
    ///
    /// # Errors
    /// A device that fails.
    pub fn slice(&mut self, trainer: &Trainer) -> Result<Option<GradientFindings>, TrainError> {
        let Snapshot { parameters, state, .. } = &self.snapshot;
        let subject = Subject { model: trainer.model(), parameters, state, images: &self.images };
        let points = |curves: &[Curve]| curves.iter().map(|curve| curve.points.len()).sum::<usize>();
        let known = points(&self.findings.curves);
        let start = Instant::now();
        loop {
            self.findings.complete = self.lab.slice(&subject)?;
            let news = points(self.lab.curves()) > known;
            if news || self.findings.complete {
                self.findings.curves = self.lab.curves().to_vec();
                return Ok(Some(self.findings.clone()));
            }
            if start.elapsed() > SLICE {
                return Ok(None);
            }
        }
    }
}

/// The experiment of one estimate with the largest K.
fn asked(trainer: &Trainer, request: &GradientRequest, images: usize) -> Experiment {
    let mut asked = trainer.experiment().clone();
    asked.objective.samples = request.samples.iter().copied().max().unwrap_or(1);
    asked.training.batch = images;
    asked.training.shards = 1;
    asked
}

/// How many images are measured.
fn images(trainer: &Trainer, request: &GradientRequest) -> usize {
    let available = request.images.min(trainer.dataset().len(request.split));
    images_at_once(&asked(trainer, request, available), trainer.model().plan()).min(available)
}
