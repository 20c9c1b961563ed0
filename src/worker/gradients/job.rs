//! The gradient lab as a job.

use super::findings::GradientFindings;
use crate::data::{Images, Split};
use crate::experiment::{Experiment, images_at_once};
use crate::objective::snr::{Curve, GradientEstimator, GradientLab, Settings, Subject};
use crate::sliced::{Progress, Sliced};
use crate::train::{Snapshot, TrainError, Trainer};
use crate::worker::job::{Job, JobRequest};
use crate::worker::memory;
use crate::worker::protocol::{Event, JobKind};
use std::time::{Duration, Instant};

/// Estimates of small models are gathered to slices of about this length.
const SLICE: Duration = Duration::from_millis(10);

/// What to measure: the gradient of a batch, the first `images` of a split.
#[derive(Clone, Debug, PartialEq)]
pub struct GradientRequest {
    /// Which images.
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

impl GradientRequest {
    /// The kind of job that measuring gradients is.
    pub const KIND: JobKind = JobKind { name: "gradient lab", doing: "" };

    /// Why a request cannot be met for the model, if it cannot.
    fn why_not(&self, trainer: &Trainer) -> Option<String> {
        if self.samples.is_empty() || self.samples.contains(&0) {
            return Some("samples: K is a list of whole numbers from 1, e.g. 1, 4, 16, 64.".into());
        }
        if self.repeats < 2 {
            return Some("repeats: a variance takes 2 estimates of a gradient at least.".into());
        }
        if images(trainer, self) == 0 {
            return Some(format!("images: the {} split has none to measure; choose another.", self.split.name()));
        }
        if GradientEstimator::all(trainer.experiment()).is_empty() {
            return Some("no estimator of the ELBO's or of IWAE's gradient fits this posterior and prior.".into());
        }
        let problem = memory::too_large(&asked(trainer, self, 1), trainer.model().image())?;
        Some(format!("{problem}. Lower the largest K."))
    }
}

impl JobRequest for GradientRequest {
    fn kind(&self) -> JobKind {
        Self::KIND
    }

    fn begin(&self, trainer: &Trainer, run: u64) -> Result<Box<Job>, String> {
        match self.why_not(trainer) {
            Some(why) => Err(why),
            None => Ok(Box::new(Measurement::new(trainer, run, self))),
        }
    }
}

/// A measurement in progress, of the model as it was when it began.
struct Measurement {
    lab: GradientLab,
    images: Images,
    snapshot: Snapshot,
    findings: GradientFindings,
    /// Whether the last slice found something.
    news: bool,
}

impl Measurement {
    fn new(trainer: &Trainer, run: u64, request: &GradientRequest) -> Self {
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
            news: false,
        }
    }
}

impl Sliced<Trainer> for Measurement {
    type Found = Event;
    type Error = TrainError;

    /// Estimates until a K is done, but no longer than a slice may take.
    fn slice(&mut self, trainer: &Trainer, threads: usize) -> Result<bool, TrainError> {
        let Snapshot { parameters, state, .. } = &self.snapshot;
        let subject = Subject { model: trainer.model(), parameters, state, images: &self.images };
        let points = |curves: &[Curve]| curves.iter().map(|curve| curve.points.len()).sum::<usize>();
        let known = points(&self.findings.curves);
        let start = Instant::now();
        loop {
            self.findings.complete = self.lab.slice(&subject, threads)?;
            self.news = points(self.lab.curves()) > known;
            if self.news || self.findings.complete {
                self.findings.curves = self.lab.curves().to_vec();
                return Ok(self.findings.complete);
            }
            if start.elapsed() > SLICE {
                return Ok(false);
            }
        }
    }

    fn progress(&self) -> Progress {
        self.lab.progress()
    }

    /// What is known so far, whenever a K is done.
    fn news(&mut self) -> Option<Event> {
        std::mem::take(&mut self.news).then(|| Event::Gradients(Box::new(self.findings.clone())))
    }

    fn finish(self: Box<Self>) -> Event {
        Event::Gradients(Box::new(self.findings))
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
