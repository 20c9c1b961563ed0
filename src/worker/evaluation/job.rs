//! An evaluation as a job, in slices short enough to fit between training steps.

use super::found::Found;
use super::request::EvaluationRequest;
use super::result::Sandwich;
use super::stages::{Part, Stage};
use crate::data::Images;
use crate::estimate::Estimate;
use crate::evidence::aggregate::AggregatePosterior;
use crate::evidence::ais::{Annealed, AnnealedSampling, Direction};
use crate::evidence::disentanglement::{self, Measurement};
use crate::evidence::simulate::simulate;
use crate::evidence::{Joint, Method, Methods, ModelJoint, Outputs, closed_form};
use crate::model::Pass;
use crate::sliced::{Progress, Sliced};
use crate::train::{Snapshot, TrainError, Trainer};
use crate::worker::job::{Job, JobRequest};
use crate::worker::protocol::{Event, JobKind};
use burn::tensor::ExecutionError;
use std::time::Instant;

/// Number of images in memory at once.
const GROUP: usize = 1_000;
/// Number of images decoded at once for their squared errors.
const DECODED: usize = 250;
/// Largest number of images on which the KL is decomposed, since the work grows with its square.
const AGGREGATE_IMAGES: usize = 2_000;

impl EvaluationRequest {
    /// The kind of job that an evaluation is.
    pub const KIND: JobKind = JobKind { name: "evaluation", doing: "evaluating: " };
}

impl JobRequest for EvaluationRequest {
    fn kind(&self) -> JobKind {
        Self::KIND
    }

    fn begin(&self, trainer: &Trainer, _run: u64) -> Result<Box<Job>, String> {
        match self.methods.why_not(trainer.experiment(), trainer.model().plan()) {
            Some(why) => Err(why),
            None => Ok(Box::new(Running::new(trainer, *self))),
        }
    }
}

/// An evaluation in progress, of the model as it was at the beginning.
struct Running {
    request: EvaluationRequest,
    methods: Vec<Method>,
    images: usize,
    snapshot: Snapshot,
    /// Number of threads of the present slice.
    threads: usize,
    phase: Phase,
    found: Found,
    /// The work done, and the work in all.
    work: (f64, f64),
}

enum Phase {
    /// The group of images that begins with image number `from`.
    Group {
        from: usize,
        group: Option<Box<Group>>,
    },
    Sandwich(Option<Box<Simulated>>),
    Aggregate(Option<Box<AggregatePosterior>>),
    /// Disentanglement scores, which come last; `None` for data without known factors.
    Scores(Option<Box<Measurement>>),
    Done,
}

/// A group of images, with the parts of the evaluation that it still needs.
struct Group {
    from: usize,
    images: Images,
    outputs: Outputs,
    /// The parts to come; the last in the list is next.
    parts: Vec<Part>,
    /// The part in progress, with its images: the first ones only, if the part is limited to them.
    stage: Option<(Images, Stage)>,
    began: Instant,
}

/// Images simulated from the model, annealed first forwards and then backwards.
struct Simulated {
    images: Images,
    z: Vec<f32>,
    sampling: AnnealedSampling,
    forward: Option<Vec<Annealed>>,
}

impl Running {
    fn new(trainer: &Trainer, request: EvaluationRequest) -> Self {
        let available = request.images.min(trainer.dataset().len(request.split));
        // Annealing alone: the bound is measured on the same images as log p(x).
        let images = match request.methods {
            Methods::Only(Method::Annealing) => available.min(request.annealed_images),
            _ => available,
        };
        let methods = request.methods.of(trainer.experiment(), trainer.model().plan(), request.samples);
        let mut job = Self {
            request,
            methods,
            images,
            snapshot: trainer.snapshot().clone(),
            threads: 1,
            phase: Phase::Group { from: 0, group: None },
            found: Found::new(request, trainer, images),
            work: (0.0, 0.0),
        };
        let parts = (0..images).step_by(GROUP).flat_map(|from| {
            let count = GROUP.min(images - from);
            job.parts(from).into_iter().map(move |part| (part, from, count))
        });
        let groups: f64 = parts.map(|(part, from, count)| part.cost(&request, job.images_of(part, from, count))).sum();
        let sandwich = 2.0 * Part::LogPx(Method::Annealing).cost(&request, job.simulated());
        let scores = measurement(trainer).map_or(0, |measurement| measurement.progress().all);
        job.work.1 = groups + if job.methods.contains(&Method::Annealing) { sandwich } else { 0.0 } + scores as f64;
        job
    }

    /// The parts for the group that begins at image `from`; the last in the list is done first.
    fn parts(&self, from: usize) -> Vec<Part> {
        let mut parts = vec![Part::Terms];
        parts.extend(self.methods.iter().map(|&method| Part::LogPx(method)));
        parts.push(Part::GapSplit);
        parts.retain(|&part| self.images_of(part, from, 1) > 0);
        parts.reverse();
        parts
    }

    /// The number of a group's images that a part takes.
    fn images_of(&self, part: Part, from: usize, count: usize) -> usize {
        let limit = match part {
            Part::LogPx(Method::Annealing) => self.request.annealed_images,
            Part::GapSplit => self.request.gap_images,
            Part::Terms | Part::LogPx(_) => usize::MAX,
        };
        limit.saturating_sub(from).min(count)
    }

    fn simulated(&self) -> usize {
        self.request.annealed_images.min(self.images)
    }

    /// The seed for a group of images; each group has random numbers of its own.
    fn seed(&self, trainer: &Trainer, from: usize) -> u64 {
        trainer.experiment().seed.wrapping_add((from / GROUP) as u64 * 0x9e37_79b9_7f4a_7c15)
    }

    fn joint<'a>(&'a self, trainer: &'a Trainer, images: &'a Images) -> ModelJoint<'a> {
        ModelJoint::new(trainer.model(), &self.snapshot.parameters, &self.snapshot.state, images)
    }

    fn group(&mut self, trainer: &Trainer, from: usize, group: Option<Box<Group>>) -> Result<Phase, TrainError> {
        let mut group = match group {
            Some(group) => group,
            None if from < self.images => {
                let indices: Vec<usize> = (from..self.images.min(from + GROUP)).collect();
                let images = trainer.dataset().gather(self.request.split, &indices);
                let outputs = self.joint(trainer, &images).outputs()?;
                self.keep(trainer, &images, &outputs)?;
                Box::new(Group { from, images, outputs, parts: self.parts(from), stage: None, began: Instant::now() })
            }
            None if self.methods.contains(&Method::Annealing) && self.simulated() > 0 => {
                return Ok(Phase::Sandwich(None));
            }
            None => return Ok(Phase::Aggregate(None)),
        };
        if let Some((images, stage)) = &mut group.stage {
            let joint = ModelJoint::new(trainer.model(), &self.snapshot.parameters, &self.snapshot.state, images);
            if stage.slice(&joint, self.threads)? {
                self.close(&mut group);
            }
        } else if let Some(&part) = group.parts.last() {
            group.began = Instant::now();
            let count = self.images_of(part, from, group.images.count);
            let images = first(&group.images, count);
            let outputs = Outputs {
                columns: group.outputs.columns,
                values: group.outputs.values[..count * group.outputs.columns].to_vec(),
            };
            let joint = self.joint(trainer, &images);
            match Stage::begin(part, &joint, outputs, &self.request, self.seed(trainer, from))? {
                Some(stage) => group.stage = Some((images, stage)),
                None => {
                    self.exact(trainer, &group)?;
                    self.close(&mut group);
                }
            }
        } else {
            return Ok(Phase::Group { from: from + group.images.count, group: None });
        }
        Ok(Phase::Group { from, group: Some(group) })
    }

    /// Keep the encoder's outputs and posterior means of a group for the parts at the end.
    fn keep(&mut self, trainer: &Trainer, images: &Images, outputs: &Outputs) -> Result<(), ExecutionError> {
        let joint = ModelJoint::new(trainer.model(), &self.snapshot.parameters, &self.snapshot.state, images);
        let all: Vec<usize> = (0..images.count).collect();
        let means = joint.approximation(outputs.rows(&all, &joint.device())).mean();
        let pass = Pass::evaluation(&self.snapshot.parameters, &self.snapshot.state);
        for (place, part) in all.chunks(DECODED).enumerate() {
            let z = means.clone().narrow(0, place * DECODED, part.len());
            let mean = trainer.model().likelihood().mean(trainer.model().decode(&pass, z)).try_into_data()?;
            let mean: Vec<f32> = mean.iter::<f32>().collect();
            let pixels = images.pixels_per_image();
            self.found.squared_errors.extend(part.iter().zip(mean.chunks(pixels)).map(|(&image, mean)| {
                let squares = images.image(image).iter().zip(mean).map(|(x, m)| f64::from(x - m).powi(2));
                squares.sum::<f64>() / pixels as f64
            }));
        }
        self.found.means.extend(means.try_into_data()?.iter::<f32>());
        let kept = self.found.outputs.get_or_insert_with(|| Outputs { columns: outputs.columns, values: Vec::new() });
        let room = AGGREGATE_IMAGES.saturating_sub(kept.images()).min(outputs.images());
        kept.values.extend_from_slice(&outputs.values[..room * outputs.columns]);
        Ok(())
    }

    /// Take the results of a part that is finished.
    fn close(&mut self, group: &mut Group) {
        let Some(part) = group.parts.pop() else { return };
        self.work.0 += part.cost(&self.request, self.images_of(part, group.from, group.images.count));
        let found = &mut self.found;
        if let Part::LogPx(method) = part {
            found.log_px.entry(method).or_default().seconds += group.began.elapsed().as_secs_f64();
        }
        match group.stage.take().map(|(_, stage)| stage) {
            Some(Stage::Terms(measurement)) => found.bounds.extend(measurement.finish()),
            Some(Stage::LogPx(measurement)) => found.take_measured(measurement),
            Some(Stage::GapSplit(search)) => found.take_best(search.finish()),
            None => {}
        }
    }

    fn exact(&mut self, trainer: &Trainer, group: &Group) -> Result<(), TrainError> {
        let joint = self.joint(trainer, &group.images);
        if let Some(images) = closed_form(trainer.experiment(), &joint, &group.outputs)? {
            self.found.log_px.entry(Method::ClosedForm).or_default().images.extend(images);
        }
        Ok(())
    }

    fn sandwich(&mut self, trainer: &Trainer, simulated: Option<Box<Simulated>>) -> Result<Phase, TrainError> {
        let seed = trainer.experiment().seed;
        let settings = self.request.effort(seed).annealing;
        let Some(mut simulated) = simulated else {
            let none = first(&trainer.dataset().gather(self.request.split, &[]), 0);
            let (images, z) = simulate(&self.joint(trainer, &none), self.simulated(), seed)?;
            let joint = self.joint(trainer, &images);
            let sampling = AnnealedSampling::new(&joint, joint.outputs()?, Direction::Forward, settings);
            return Ok(Phase::Sandwich(Some(Box::new(Simulated { images, z, sampling, forward: None }))));
        };
        let joint =
            ModelJoint::new(trainer.model(), &self.snapshot.parameters, &self.snapshot.state, &simulated.images);
        if !simulated.sampling.slice(&joint, self.threads)? {
            return Ok(Phase::Sandwich(Some(simulated)));
        }
        self.work.0 += Part::LogPx(Method::Annealing).cost(&self.request, self.simulated());
        let Simulated { images, z, sampling, forward } = *simulated;
        let Some(forward) = forward else {
            let joint = self.joint(trainer, &images);
            let direction = Direction::Reverse(z.clone());
            let backward = AnnealedSampling::new(&joint, joint.outputs()?, direction, settings);
            let forward = Some(Box::new(sampling).finish());
            return Ok(Phase::Sandwich(Some(Box::new(Simulated { images, z, sampling: backward, forward }))));
        };
        let average = |of: &[Annealed]| Estimate::average(of.iter().map(|a| a.log_px));
        let (lower, upper) = (average(&forward), average(&Box::new(sampling).finish()));
        self.found.sandwich = Some(Sandwich { images: images.count, lower, upper });
        Ok(Phase::Aggregate(None))
    }

    fn aggregate(
        &mut self,
        trainer: &Trainer,
        posterior: Option<Box<AggregatePosterior>>,
    ) -> Result<Phase, TrainError> {
        let outputs = self.found.outputs.take();
        let mut posterior = match (posterior, outputs) {
            (Some(posterior), _) => posterior,
            (None, Some(outputs)) if self.request.aggregate_draws > 0 => {
                let seed = trainer.experiment().seed;
                Box::new(AggregatePosterior::new(outputs, self.request.aggregate_draws, seed))
            }
            _ => return Ok(Phase::Scores(None)),
        };
        let none = first(&trainer.dataset().gather(self.request.split, &[]), 0);
        let joint = ModelJoint::new(trainer.model(), &self.snapshot.parameters, &self.snapshot.state, &none);
        if !posterior.slice(&joint, self.threads)? {
            return Ok(Phase::Aggregate(Some(posterior)));
        }
        self.found.aggregate = Some(posterior.finish());
        Ok(Phase::Scores(None))
    }

    fn scores(&mut self, trainer: &Trainer, begun: Option<Box<Measurement>>) -> Result<Phase, TrainError> {
        let Some(mut measurement) = begun.or_else(|| measurement(trainer).map(Box::new)) else {
            return Ok(Phase::Done);
        };
        let pass = Pass::evaluation(&self.snapshot.parameters, &self.snapshot.state);
        let subject = disentanglement::Subject { model: trainer.model(), pass, dataset: trainer.dataset() };
        if !measurement.slice(&subject, self.threads)? {
            return Ok(Phase::Scores(Some(measurement)));
        }
        self.found.scores = Some(measurement.finish());
        Ok(Phase::Done)
    }
}

impl Sliced<Trainer> for Running {
    type Found = Event;
    type Error = TrainError;

    fn slice(&mut self, trainer: &Trainer, threads: usize) -> Result<bool, TrainError> {
        self.threads = threads;
        self.phase = match std::mem::replace(&mut self.phase, Phase::Done) {
            Phase::Group { from, group } => self.group(trainer, from, group)?,
            Phase::Sandwich(simulated) => self.sandwich(trainer, simulated)?,
            Phase::Aggregate(posterior) => self.aggregate(trainer, posterior)?,
            Phase::Scores(measurement) => self.scores(trainer, measurement)?,
            Phase::Done => Phase::Done,
        };
        Ok(matches!(self.phase, Phase::Done))
    }

    /// Progress, estimated by the number of rows through the decoder.
    fn progress(&self) -> Progress {
        let (done, what) = match &self.phase {
            Phase::Group { from, group: Some(group) } => {
                let part = group.parts.last().copied().unwrap_or(Part::Terms);
                let cost = part.cost(&self.request, self.images_of(part, *from, group.images.count));
                let share = group.stage.as_ref().map_or(0.0, |(_, stage)| stage.share());
                (self.work.0 + share * cost, part.what())
            }
            Phase::Group { .. } => (self.work.0, Part::Terms.what()),
            Phase::Sandwich(Some(simulated)) => {
                let cost = Part::LogPx(Method::Annealing).cost(&self.request, self.simulated());
                (self.work.0 + cost * f64::from(simulated.sampling.progress().share()), "annealing simulated images")
            }
            Phase::Sandwich(None) => (self.work.0, "simulating images"),
            Phase::Aggregate(_) => (self.work.0, "the parts of the KL"),
            Phase::Scores(measurement) => {
                let done = measurement.as_ref().map_or(0, |measurement| measurement.progress().done);
                (self.work.0 + done as f64, "how the code matches the factors")
            }
            Phase::Done => (self.work.1, "done"),
        };
        Progress { done: done as usize, all: self.work.1 as usize, what }
    }

    fn finish(self: Box<Self>) -> Event {
        Event::Evaluated(Box::new(self.found.report()))
    }
}

/// The measurement of disentanglement scores; `None` for data without known factors.
fn measurement(trainer: &Trainer) -> Option<Measurement> {
    Measurement::new(trainer.dataset(), trainer.model().latent(), trainer.experiment().seed)
}

/// The first `count` of some images.
fn first(images: &Images, count: usize) -> Images {
    images.alike(count, images.pixels[..count * images.pixels_per_image()].to_vec())
}
