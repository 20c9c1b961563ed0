//! The trainer: one run, which is a function of its experiment. [`Trainer::step`] takes one optimiser step and nothing
//! else; the trainer itself starts no threads beside those of batches and shards, uses no channels and prints nothing.

mod evaluation;
mod good;
mod history;
mod pending;
mod reports;
#[cfg(test)]
mod tests;
mod trace;

use super::convergence::Convergence;
use super::device::TrainingDevice;
use super::discriminator::TrainedDiscriminator;
use super::gradient::{Division, Gradients, Start, gradients};
use super::history::{DeedKind, RunHistory, by};
use super::interval::Interval;
use super::measuring::Measuring;
use super::minibatch::Minibatch;
use super::optimiser::Optimiser;
use super::report::Report;
use super::schedule;
use super::state::{Last, LastState, Progress, Snapshot, State};
use super::{TrainError, nonfinite};
use crate::data::{Batches, Dataset, Position, Split};
use crate::experiment::{
    BetaSchedule, Experiment, Extension, Length, Objective, Schedule, history_estimate, images_at_once,
};
use crate::kernels::{Executor, Scaling};
use crate::model::{Model, Pass, Statistics};
use crate::objective::Setting;
use burn::tensor::Tensor;
pub use history::Looked;
use pending::Pending;
use std::sync::Arc;
use std::time::Instant;
pub use trace::{StepTerms, StepTrace};

/// Number of training reports per epoch at first. (At the very start of a run every step is reported.)
const REPORTS_PER_EPOCH: u64 = 50;
/// Validation reports on the fixed part per epoch at first; the whole split is measured at the epoch's end.
const VALIDATIONS_PER_EPOCH: u64 = 5;
/// Number of values in the reports of one kind after which a run reports less often (see [`stretched`]).
const NUMBERS_MAX: u64 = 1 << 22;
/// Number of values in a report, beside its KL per dimension.
const NUMBERS_PER_REPORT: u64 = 32;
/// Images of the fixed part of the validation split.
const PART: usize = 500;
/// Momentum of the running averages (PyTorch's default for batch normalisation).
const STATE_MOMENTUM: f64 = 0.1;

/// The outcome of one step.
#[derive(Debug, Default)]
pub struct StepOutcome {
    /// Reports that fell due: at most one on training images, one on the fixed part of the validation split and, after
    /// it, one on the whole split.
    pub reports: Vec<Report>,
    /// Why the run has ended; `None` if it has not.
    pub finished: Option<String>,
}

/// A model in training.
pub struct Trainer {
    experiment: Experiment,
    dataset: Arc<Dataset>,
    model: Model,
    device: TrainingDevice,
    executor: Executor,
    current: Snapshot,
    /// The last state whose bound on some validation images was finite.
    good: Option<State>,
    /// The last state with a finite bound on all validation images, or the state that the run began with, with its
    /// step.
    surely_good: Option<State>,
    /// The images of the validation split that stand for all of it between two epochs.
    part: Vec<usize>,
    batches: Batches,
    /// Whether a step sends the next step's batch ahead, which helps only on an asynchronous device.
    sends_ahead: bool,
    /// The minibatch of the next step, if it has been sent ahead. It has been taken from `batches` already.
    staged: Option<Minibatch>,
    progress: Progress,
    interval: Interval,
    /// Steps whose terms have not been read from the device.
    pending: Vec<Pending>,
    /// When the first step since the last report began, and how many images had been seen.
    measured_from: Option<(Instant, u64)>,
    images_per_second: f64,
    history: RunHistory,
    /// The measurement of the validation split that follows the last step, and whether the run's length is reached.
    measuring: Option<(Measuring, bool)>,
    /// The state after the last step, while a kept one is looked at.
    last: Option<Box<Last>>,
    /// Whether the run came from its checkpoint and has not gone on yet.
    returned: bool,
    /// Whether a trace of the next step was asked for.
    traces_next: bool,
    /// The newest trace of a step.
    traced: Option<Box<StepTrace>>,
}

/// The state that a run continues from.
pub(super) struct Origin {
    /// The state at the last step.
    pub state: State,
    /// The states that were kept before, and what was done.
    pub history: RunHistory,
    /// Whether it is this run that goes on, rather than a fork of it.
    pub returned: bool,
}

impl Trainer {
    /// A new run, with parameters initialised from the seed.
    ///
    /// # Errors
    /// The experiment has problems in its architecture, or the device fails.
    pub fn new(experiment: Experiment, dataset: Arc<Dataset>, device: TrainingDevice) -> Result<Self, TrainError> {
        let model = Model::of(&experiment, &dataset).map_err(TrainError::Experiment)?;
        let upload = |specs: &[crate::model::TensorSpec]| -> Vec<Tensor<1>> {
            let values = specs.iter().enumerate().map(|(i, spec)| spec.initial_values(experiment.seed, i));
            values.map(|values| Tensor::from_floats(values.as_slice(), &device.tensors)).collect()
        };
        let (parameters, state) = (upload(model.parameters()), upload(model.state()));
        let optimiser = Optimiser::new(experiment.training.optimiser, &parameters);
        let discriminator = TrainedDiscriminator::new(&experiment, &model, &device);
        let snapshot = Snapshot { parameters, state, optimiser, discriminator };
        let state = State { snapshot, progress: Progress::default(), interval: Interval::default() };
        let origin = Origin { state, history: RunHistory::default(), returned: false };
        let mut trainer = Self::assemble(experiment, dataset, device, model, origin);
        let by = by(&trainer.device);
        trainer.note(DeedKind::Begun, by);
        Ok(trainer)
    }

    /// A run that continues from a state.
    pub(super) fn assemble(
        experiment: Experiment,
        dataset: Arc<Dataset>,
        device: TrainingDevice,
        model: Model,
        Origin { state: State { snapshot, progress, interval }, history, returned }: Origin,
    ) -> Self {
        let room = history_estimate(&experiment, model.plan());
        let batches = Self::batches_from(&experiment, &dataset, &progress);
        let executor = device.executor(experiment.training.shards);
        let sends_ahead = executor.is_asynchronous();
        let part = dataset.representative(Split::Validation, PART);
        Self {
            experiment,
            dataset,
            model,
            device,
            executor,
            current: snapshot,
            good: None,
            surely_good: None,
            part,
            batches,
            sends_ahead,
            staged: None,
            progress,
            interval,
            pending: Vec::new(),
            measured_from: None,
            images_per_second: 0.0,
            history: history.with_room(room),
            measuring: None,
            last: None,
            returned,
            traces_next: false,
            traced: None,
        }
    }

    /// The batches that follow after `progress`.
    fn batches_from(experiment: &Experiment, dataset: &Arc<Dataset>, progress: &Progress) -> Batches {
        let position = Position { epoch: progress.epoch, offset: progress.offset, step: progress.step };
        Batches::start(dataset.clone(), experiment.seed, experiment.training.batch, position)
    }

    /// The experiment, with changes made during the run.
    pub fn experiment(&self) -> &Experiment {
        &self.experiment
    }

    /// The data set.
    pub fn dataset(&self) -> &Arc<Dataset> {
        &self.dataset
    }

    /// The model, which holds no parameter values: see [`snapshot`](Self::snapshot).
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The training device.
    pub fn device(&self) -> &TrainingDevice {
        &self.device
    }

    /// Number of parts of a long computation that are computed side by side: the experiment's shards on the CPU, 1 on a
    /// GPU.
    pub fn shards(&self) -> usize {
        self.executor.shards()
    }

    /// How far the run has come.
    pub fn progress(&self) -> &Progress {
        &self.progress
    }

    /// The present parameter values and optimiser's state.
    pub fn snapshot(&self) -> &Snapshot {
        &self.current
    }

    /// A pass for evaluation with the present parameters.
    pub fn pass(&self) -> Pass<'_> {
        Pass::evaluation(&self.current.parameters, &self.current.state)
    }

    /// Apply `work` to parts of some work with a pass for evaluation, divided among the run's threads; the results are
    /// in the order of the parts.
    pub fn in_parts<T: Send, R: Send>(&self, parts: Vec<T>, work: impl Fn(&Pass, T) -> R + Sync) -> Vec<R> {
        self.executor.map(parts, |part| work(&self.pass(), part))
    }

    /// Number of epochs so far, a fraction included.
    pub fn epochs(&self) -> f64 {
        self.epochs_of(&self.progress)
    }

    fn epochs_of(&self, progress: &Progress) -> f64 {
        let images = self.dataset.len(Split::Train) as f64;
        progress.epoch as f64 + progress.offset as f64 / images
    }

    /// Number of steps in one pass over the training images.
    pub fn steps_per_epoch(&self) -> u64 {
        self.dataset.len(Split::Train).div_ceil(self.experiment.training.batch) as u64
    }

    /// Number of steps of the whole run; `None` where the length does not determine it.
    pub fn total_steps(&self) -> Option<u64> {
        match self.last().experiment.training.length {
            Length::Steps(steps) => Some(steps),
            Length::Epochs(epochs) => Some((epochs * self.steps_per_epoch() as f64).ceil() as u64),
            Length::UntilConverged { .. } => None,
        }
    }

    /// The present weight β of the KL term.
    pub fn beta(&self) -> f64 {
        self.experiment.objective.beta.at(self.epochs())
    }

    /// The present state of the objective.
    fn setting(&self) -> Setting {
        Setting::at(&self.experiment.objective, self.epochs(), self.dataset.len(Split::Train))
    }

    /// The present learning rate, schedule included.
    pub fn learning_rate(&self) -> f64 {
        schedule::learning_rate(&self.experiment.training, self.epochs(), self.steps_per_epoch() as f64)
    }

    fn schedule_factor(&self) -> f64 {
        schedule::factor_of(&self.experiment.training, self.epochs(), self.steps_per_epoch() as f64)
    }

    /// Training images per second over the last reporting interval.
    pub fn images_per_second(&self) -> f64 {
        self.images_per_second
    }

    /// Set the weight β of the KL term from now on; it replaces any schedule of β.
    pub fn set_beta(&mut self, beta: f64) {
        self.look_at_last();
        self.experiment.objective.beta = BetaSchedule::Constant(beta);
    }

    /// Set the present learning rate. The schedule continues from there, or ends if it has reached 0.
    pub fn set_learning_rate(&mut self, rate: f64) {
        self.look_at_last();
        if self.schedule_factor() == 0.0 {
            self.experiment.training.schedule = Schedule::Constant;
            self.experiment.training.schedule_epochs = None;
            self.experiment.training.schedule_start = None;
        }
        self.experiment.training.learning_rate = rate / self.schedule_factor();
    }

    /// Whether the objective allows K = `samples`.
    pub fn takes_samples(&self, samples: usize) -> bool {
        Objective { samples, ..self.experiment.objective.clone() }.samples_problem().is_none()
    }

    /// Set the number of Monte Carlo samples K per image.
    pub fn set_samples(&mut self, samples: usize) {
        self.look_at_last();
        self.experiment.objective.samples = samples;
    }

    /// Set the number of images per step.
    pub fn set_batch_size(&mut self, batch: usize) {
        self.look_at_last();
        self.experiment.training.batch = batch;
        match self.staged.take() {
            // Its images come again, in batches of the new size.
            Some(_) => self.batches = Self::batches_from(&self.experiment, &self.dataset, &self.progress),
            None => self.batches.set_batch_size(batch),
        }
    }

    /// Set another length of the run; `extension` decides how its schedule goes on.
    pub fn extend(&mut self, length: Length, extension: Extension) {
        self.look_at_last();
        let steps_per_epoch = self.steps_per_epoch() as f64;
        self.experiment.training.extend(length, extension, steps_per_epoch);
        self.progress.convergence = Convergence::default();
    }

    /// Why the run has ended; `None` if it has not.
    pub fn finished(&self) -> Option<String> {
        let LastState { experiment, progress, .. } = self.last();
        let length = experiment.training.length;
        let converged = || match length {
            Length::UntilConverged { patience, min_delta, .. } if progress.convergence.stale() >= patience => {
                let bound = format!("the bound on {} images", self.validation());
                Some(format!("converged: {bound} rose by less than {min_delta} nats in {patience} epochs"))
            }
            _ => None,
        };
        length.reached(progress.step, self.epochs_of(progress)).or_else(converged)
    }

    /// Take one optimiser step on the next batch, and measure the whole validation split where an epoch ends.
    ///
    /// # Errors
    /// The device fails, or a bound or gradient is not finite; the parameters are then the last good ones.
    pub fn step(&mut self) -> Result<StepOutcome, TrainError> {
        let mut outcome = self.begin_step()?;
        while self.is_measuring() {
            let StepOutcome { reports, finished } = self.measure_on()?;
            outcome.reports.extend(reports);
            outcome.finished = finished;
        }
        Ok(outcome)
    }

    /// [`step`](Self::step), but where the step ends an epoch, the validation split is left to
    /// [`measure_on`](Self::measure_on), as long as [`is_measuring`](Self::is_measuring): a large split takes long, and
    /// questions can be answered meanwhile. Before anything else is done with the run, it has to be measured.
    ///
    /// # Errors
    /// The device fails, or a bound or gradient is not finite; the parameters are then the last good ones.
    pub fn begin_step(&mut self) -> Result<StepOutcome, TrainError> {
        let start = Instant::now();
        self.look_at_last();
        self.begin_history()?;
        self.measured_from.get_or_insert((start, self.progress.images));
        if self.surely_good.is_none() {
            self.keep_good(true)?;
        }
        let samples = self.experiment.objective.samples;
        let minibatch = match self.staged.take() {
            Some(minibatch) => minibatch.with_samples(samples),
            None => Minibatch::new(self.batches.next(), self.experiment.seed, samples),
        };
        let (beta, rate) = (self.beta(), self.learning_rate());
        let mut trace = self.begin_trace(&minibatch);
        let Snapshot { parameters, state, discriminator, .. } = &self.current;
        let discriminator = discriminator.as_ref().map_or(&[][..], |it| &it.parameters);
        let from = Start { parameters, state, discriminator };
        let found = gradients(&self.executor, &self.model, from, self.setting(), &minibatch, self.division());
        if let Some(trace) = &mut trace {
            trace.note(&found);
        }
        self.apply(found, &minibatch, rate)?;
        self.end_trace(trace, &minibatch, rate);

        let batch = minibatch.into_batch();
        let (images, ended_epoch) = (batch.indices.len(), batch.last_of_epoch);
        self.progress.step += 1;
        self.progress.images += images as u64;
        if ended_epoch {
            self.progress.epoch += 1;
            self.progress.offset = 0;
        } else {
            self.progress.offset = batch.start + images;
        }
        self.batches.recycle(batch);
        let over = self.finished().is_some();
        if self.sends_ahead && !over {
            self.stage()?;
        }
        self.progress.seconds += start.elapsed().as_secs_f64();

        let mut outcome = StepOutcome::default();
        let per_epoch = self.steps_per_epoch();
        let step = self.progress.step;
        let most = NUMBERS_MAX / (NUMBERS_PER_REPORT + self.model.latent() as u64);
        let due = |each: u64, count: u64| count.is_multiple_of(stretched(each.max(1), count, most));
        let whole = ended_epoch && (over || self.until_converged() || due(1, self.progress.epoch));
        if step <= 10 || due(per_epoch / REPORTS_PER_EPOCH, step) || whole || over {
            outcome.reports.push(self.close_interval(beta, rate)?);
        }
        let start = Instant::now();
        if whole {
            // The part too: on the same model, so that how far it is off is known from then on.
            let all = (0..self.dataset.len(Split::Validation)).collect();
            self.measuring = Some((Measuring::new(Split::Validation, all, self.part.clone()), over));
            return Ok(outcome);
        }
        if step == 1 || due(per_epoch / VALIDATIONS_PER_EPOCH, step) {
            outcome.reports.push(self.measure_images(Split::Validation, self.part.clone())?);
        }
        self.end_step(outcome, over, start)
    }

    /// Whether the whole validation split is being measured, after the step that ended an epoch.
    pub fn is_measuring(&self) -> bool {
        self.measuring.is_some()
    }

    /// Measure some more images of the validation split after [`begin_step`](Self::begin_step). The outcome has the
    /// reports once all images have been measured.
    ///
    /// # Errors
    /// The device fails, or a bound is not finite where the run ends; the parameters are then the last good ones.
    pub fn measure_on(&mut self) -> Result<StepOutcome, TrainError> {
        let start = Instant::now();
        self.look_at_last();
        let mut outcome = StepOutcome::default();
        let Some((mut measuring, over)) = self.measuring.take() else { return Ok(outcome) };
        if !self.measure_some(&mut measuring)? {
            self.measuring = Some((measuring, over));
            self.progress.seconds += start.elapsed().as_secs_f64();
            return Ok(outcome);
        }
        let [whole, part] = self.measured(&measuring);
        self.note_convergence(whole.elbo);
        outcome.reports.extend((!part.whole).then_some(part));
        outcome.reports.push(whole);
        self.end_step(outcome, over, start)
    }

    /// Keep the state after a step if it is good or due, now that the step's validation images have been measured,
    /// since `start`; `over` tells whether the run's length is reached.
    fn end_step(&mut self, mut outcome: StepOutcome, over: bool, start: Instant) -> Result<StepOutcome, TrainError> {
        let validated = outcome.reports.last().filter(|report| report.split == Split::Validation);
        let bound = match validated.filter(|report| report.is_finite()) {
            Some(report) if over && !report.whole => Some(self.check_end()?),
            Some(report) => {
                self.keep_good(report.whole)?;
                Some(report.elbo).filter(|_| report.whole)
            }
            None if over => Some(self.check_end()?),
            None => None,
        };
        self.keep_history(bound)?;
        self.progress.seconds += start.elapsed().as_secs_f64();
        outcome.finished = self.finished();
        Ok(outcome)
    }

    fn division(&self) -> Division {
        Division {
            shards: if self.experiment.objective.looks_across_images() { 1 } else { self.shards() },
            images_at_once: images_at_once(&self.experiment, self.model.plan()),
        }
    }

    /// Send the next batch while the kernels of this step run. This comes before values are read, which waits for the
    /// kernels.
    fn stage(&mut self) -> Result<(), TrainError> {
        // They begin now, not only when ε has been drawn.
        self.device.tensors.flush()?;
        let (seed, samples) = (self.experiment.seed, self.experiment.objective.samples);
        let mut minibatch = Minibatch::new(self.batches.next(), seed, samples);
        let piece = self.division().first(minibatch.images());
        minibatch.send(self.model.latent(), piece, &self.device.tensors);
        self.staged = Some(minibatch);
        Ok(())
    }

    /// Check and clip the gradients, and move the parameters.
    fn apply(&mut self, found: Gradients, minibatch: &Minibatch, rate: f64) -> Result<(), TrainError> {
        let Gradients {
            parameters: gradients,
            scale,
            norms,
            reconstruction,
            kl,
            iwae,
            statistics,
            discriminator: of_discriminator,
        } = found;
        self.pending.push(Pending { reconstruction, kl, iwae, norms: norms.clone(), scale });
        if !self.executor.is_asynchronous() {
            // Look before the parameters move.
            let before = self.interval.clone();
            self.read_pending()?;
            if !self.interval.is_finite() {
                let what = nonfinite::explain((&self.model, &self.pass()), &self.device.tensors, &gradients, minibatch);
                self.interval = before;
                return Err(TrainError::NonFinite(what + &nonfinite::help(&self.fall_back()?)));
            }
        }
        let scaling = Scaling { factor: scale, clip: self.experiment.training.clip.map(|limit| (limit, norms)) };
        let Snapshot { parameters, state, optimiser, discriminator } = &mut self.current;
        *parameters = optimiser.update(&self.executor, std::mem::take(parameters), gradients, rate, scaling);
        update_state(state, statistics);
        if let Some(discriminator) = discriminator {
            discriminator.update(&self.executor, of_discriminator, scale);
        }
        Ok(())
    }

    /// The adjective of the images that the bound is measured on: `validation`, or `training` where none are held out.
    fn validation(&self) -> &'static str {
        self.dataset.in_truth(Split::Validation).adjective()
    }

    fn until_converged(&self) -> bool {
        matches!(self.experiment.training.length, Length::UntilConverged { .. })
    }

    /// A bound on the whole validation split counts towards convergence once β's ramp is over.
    fn note_convergence(&mut self, elbo: f64) {
        let Length::UntilConverged { min_delta, .. } = self.experiment.training.length else { return };
        if self.epochs() >= self.experiment.objective.beta.warm_after() {
            self.progress.convergence.note(elbo, min_delta);
        }
    }
}

/// The number of units (steps or images) between two reports, which is `each` at first. It doubles after 2·`most`
/// reports and again each time that `count` has doubled. So a run of any length makes a bounded number of reports for
/// each doubling of its length, and its early, fast changes are recorded most finely.
fn stretched(each: u64, count: u64, most: u64) -> u64 {
    each << (count / each.saturating_mul(most.max(1))).max(1).ilog2()
}

/// Move the running averages towards the statistics of the shards.
fn update_state(state: &mut [Tensor<1>], statistics: Vec<Vec<Statistics>>) {
    let weight = STATE_MOMENTUM / statistics.len().max(1) as f64;
    let mut moved = vec![false; state.len()];
    for Statistics { state: index, value } in statistics.into_iter().flatten() {
        let keep = if moved[index] { 1.0 } else { 1.0 - STATE_MOMENTUM };
        state[index] = state[index].clone() * keep + value * weight;
        moved[index] = true;
    }
}
