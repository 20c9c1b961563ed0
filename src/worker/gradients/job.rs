//! The gradient lab as a job, in slices between training steps.

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

/// Estimates of small models are combined to slices of about this duration.
const SLICE: Duration = Duration::from_millis(10);

/// A request to measure the gradient of one batch: the first `images` of a split.
#[derive(Clone, Debug, PartialEq)]
pub struct GradientRequest {
    /// The images' split.
    pub split: Split,
    /// Largest number of images; fewer are used if the largest K would need too much memory.
    pub images: usize,
    /// The numbers of samples K to measure at.
    pub samples: Vec<usize>,
    /// Number of estimates of each gradient.
    pub repeats: usize,
}

impl Default for GradientRequest {
    fn default() -> Self {
        Self { split: Split::Train, images: 16, samples: powers_of_two(64), repeats: 64 }
    }
}

/// The numbers 1, 2, 4, … up to `largest`.
pub fn powers_of_two(largest: usize) -> Vec<usize> {
    std::iter::successors(Some(1_usize), |k| k.checked_mul(2)).take_while(|&k| k <= largest).collect()
}

impl GradientRequest {
    /// The kind of job that measuring gradients is.
    pub const KIND: JobKind = JobKind { name: "gradient lab", doing: "" };

    /// Why the request cannot be met for the model; `None` if it can.
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

/// A measurement in progress, of the model as it was at the beginning.
struct Measurement {
    lab: GradientLab,
    images: Images,
    snapshot: Snapshot,
    findings: GradientFindings,
    /// Whether the last slice has finished a K.
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
            split: trainer.dataset().in_truth(request.split),
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

    /// Estimate until a K is finished, but no longer than a slice may take.
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

    /// The findings so far, whenever a K has been finished.
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

/// The number of images that are measured.
fn images(trainer: &Trainer, request: &GradientRequest) -> usize {
    let available = request.images.min(trainer.dataset().len(request.split));
    images_at_once(&asked(trainer, request, available), trainer.model().plan()).min(available)
}
