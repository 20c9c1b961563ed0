//! One point of a study: trained from where it was and evaluated, and its result kept.

use super::arguments::failure;
use super::held;
use crate::cli::headless::Headless;
use crate::cli::progress::Progress;
use crate::cli::summary::last_bound;
use crate::cli::{output, pictures, signals};
use crate::data::Split;
use crate::experiment::study::StudyEvaluation;
use crate::experiment::{Experiment, Problem};
use crate::files::{self, Lock};
use crate::study::{Doing, PointFolder, PointResult, STOPPED, Sign, StudyFolder, Trained, request};
use crate::train::{Report, TrainError};
use crate::worker::{Command, EvaluationRequest, Event, Failure, RunState, Status, memory};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How long a process waits for another one at work on its point, which may be saving.
const PATIENCE: Duration = Duration::from_secs(60);
/// The share of training in the work on a point that is also evaluated.
const TRAINING: f64 = 0.9;

/// Run a point; returns the exit status.
pub fn run(folder: &StudyFolder, number: usize, is_held: bool) -> Result<i32, Failure> {
    let (study, records) = (folder.study().map_err(failure)?, folder.records().map_err(failure)?);
    let Some(record) = records.get(number) else {
        let (path, count) = (folder.path().display(), records.len());
        return Err(Failure::Input(format!("{path}: there is no point {number}; there are {count}, numbered from 0")));
    };
    let point = folder.point(record);
    let evaluate = study.evaluate;
    let is_done = || point.result().is_some_and(|result| result.evaluate == evaluate);
    if is_done() {
        output::note(format_args!("{} is done already", record.name));
        return Ok(0);
    }
    let stop = Stop { interrupted: signals::interrupts(), let_go: is_held.then(held::let_go) };
    files::create_folder(point.path()).map_err(Failure::run)?;
    let Some(_lock) = lock(&point, &stop)? else { return Ok(STOPPED) };
    if is_done() {
        return Ok(0);
    }
    point.forget_failure().map_err(Failure::run)?;
    let experiment = StudyFolder::experiment(&study, record).map_err(Failure::input);
    let task =
        Task { point: &point, stop: &stop, sign: Sign::new(), signed: None, started: Instant::now(), paced: None };
    match experiment.and_then(|experiment| task.run(experiment, evaluate)) {
        Ok(Some(result)) => {
            point.set_result(&result).map_err(Failure::run)?;
            output::note(format_args!("{} is done", record.name));
            Ok(0)
        }
        Ok(None) => {
            output::note(format_args!("{} was stopped; it goes on when it is run again", record.name));
            Ok(STOPPED)
        }
        Err(failure) => {
            point.set_failure(failure.message().to_string()).map_err(Failure::run)?;
            Err(failure)
        }
    }
}

/// The two ways in which a point is told to stop.
struct Stop {
    interrupted: Arc<AtomicBool>,
    let_go: Option<Arc<AtomicBool>>,
}

impl Stop {
    fn is_asked_for(&self) -> bool {
        let is_set = |flag: &Arc<AtomicBool>| flag.load(Ordering::Relaxed);
        is_set(&self.interrupted) || self.let_go.as_ref().is_some_and(is_set)
    }
}

/// The lock of the point's run; `None` if another process keeps it, or this one is told to stop.
fn lock(point: &PointFolder, stop: &Stop) -> Result<Option<Lock>, Failure> {
    let since = Instant::now();
    loop {
        match point.run().lock() {
            Ok(lock) => return Ok(Some(lock)),
            Err(TrainError::NotFree(why)) if since.elapsed() > PATIENCE => {
                output::note(why);
                return Ok(None);
            }
            Err(TrainError::NotFree(_)) if stop.is_asked_for() => return Ok(None),
            Err(TrainError::NotFree(_)) => std::thread::sleep(Duration::from_millis(100)),
            Err(error) => return Err(error.into()),
        }
    }
}

/// A point at work.
struct Task<'a> {
    point: &'a PointFolder,
    stop: &'a Stop,
    sign: Sign,
    /// When the last sign was given.
    signed: Option<Instant>,
    started: Instant,
    /// When the first step was taken, and the share of the point that was done by then.
    paced: Option<(Instant, f64)>,
}

impl Task<'_> {
    /// Train and evaluate the point; `None` if it was stopped before its end, and saved.
    fn run(
        mut self,
        experiment: Experiment,
        evaluate: Option<StudyEvaluation>,
    ) -> Result<Option<PointResult>, Failure> {
        self.point.set_sign(&self.sign);
        let headless = Headless::new(Some(self.point.path().to_path_buf()));
        let weight = if evaluate.is_some() { TRAINING } else { 1.0 };
        let trained = self.begin(&headless, experiment).and_then(|()| self.train(&headless, weight));
        if trained.is_err() && headless.client.status().experiment.is_some() {
            // The last good state is kept to look at. The failure is told in any case.
            let _ = headless.save(self.point.path());
        }
        let Some(trained) = trained? else {
            self.say(Doing::Stopped);
            return Ok(None);
        };
        pictures::write_all(&headless, &self.point.run())?;
        let evaluation = match evaluate {
            None => None,
            Some(evaluate) => match self.evaluate(&headless, &evaluate)? {
                None => {
                    self.say(Doing::Stopped);
                    return Ok(None);
                }
                found => found,
            },
        };
        // A process that found nearly all done has no pace of its own.
        let own = 1.0 - self.paced.map_or(1.0, |(_, before)| before);
        let pace = (own > 0.1).then(|| self.started.elapsed().as_secs_f64() / own);
        Ok(Some(PointResult { training: trained, evaluate, evaluation, pace }))
    }

    /// Continue the point's run, or begin it. Hundreds of runs with a history each would fill a disk: a point keeps its
    /// last state and its best.
    fn begin(&self, headless: &Headless, mut experiment: Experiment) -> Result<(), Failure> {
        experiment.training.history = 0;
        let run = self.point.run();
        if !run.is_run() {
            let mut problems = experiment.problems(experiment.image_shape_hint());
            problems.extend(experiment.image_shape_hint().and_then(|image| memory::too_large(&experiment, image)));
            let errors: Vec<String> = problems.iter().filter(|p| p.is_error()).map(Problem::to_string).collect();
            if !errors.is_empty() {
                return Err(Failure::Input(errors.join("\n")));
            }
            headless.client.send(Command::Start(Box::new(experiment)));
            return Ok(());
        }
        // Name and notes do not change the training.
        let mut there =
            Experiment { name: experiment.name.clone(), notes: experiment.notes.clone(), ..run.experiment()? };
        there.training.history = 0;
        if there != experiment {
            return Err(Failure::Input(format!(
                "{}: its experiment.ron is not that of the study's point; was study.ron edited? Move the folder away, \
                 and the point is run afresh",
                self.point.path().display()
            )));
        }
        headless.client.send(Command::load(self.point.path()));
        headless.client.send(Command::Resume);
        Ok(())
    }

    /// Wait until the training is over, and save the run; `None` if it was stopped.
    fn train(&mut self, headless: &Headless, weight: f64) -> Result<Option<Trained>, Failure> {
        let mut stopping = false;
        let ended = headless.wait(&Progress::new(), |status, event| {
            let doing = if status.experiment.is_some() { Doing::Training } else { Doing::Preparing };
            self.sign_training(headless, status, weight);
            self.say_now_and_then(doing);
            if self.stop.is_asked_for() && !stopping {
                stopping = true;
                headless.client.send(Command::Stop);
            }
            if stopping && status.experiment.is_none() {
                // There is nothing to save yet.
                return Some(None);
            }
            match (event, &status.state) {
                (Some(Event::Finished(finished)), _) => Some(Some((finished.why.clone(), finished.stopped, true))),
                // It was loaded at its end, and is saved.
                (_, RunState::Finished(why)) if !stopping => Some(Some((why.clone(), false, false))),
                _ => None,
            }
        })?;
        let Some((why, stopped, is_new)) = ended else { return Ok(None) };
        if is_new {
            headless.save(self.point.path())?;
        }
        let status = headless.client.status();
        self.sign_training(headless, &status, weight);
        Ok((!stopped).then(|| self.trained(headless, &status, why)))
    }

    fn trained(&self, headless: &Headless, status: &Status, why: String) -> Trained {
        let images = headless.client.with_history(|history| history.reports.last().map(|report| report.images));
        let images_per_second = images.map(|images| images as f64 / status.seconds).filter(|speed| speed.is_finite());
        Trained {
            why,
            step: status.last_step,
            epoch: status.last_epoch,
            seconds: status.seconds,
            images_per_second,
            device: status.device.clone(),
            elbo: self.sign.elbo,
            elbo_se: self.sign.elbo_se,
            best_elbo: self.sign.best_elbo,
        }
    }

    /// The findings of the study's evaluation as JSON; `None` if it was stopped.
    fn evaluate(
        &mut self,
        headless: &Headless,
        evaluate: &StudyEvaluation,
    ) -> Result<Option<serde_json::Value>, Failure> {
        headless.client.send(Command::begin(request(evaluate)));
        let evaluation = headless.wait(&Progress::new(), |status, event| {
            if let Some(job) = status.job(EvaluationRequest::KIND) {
                self.sign.share = TRAINING + (1.0 - TRAINING) * f64::from(job.share());
            }
            self.say_now_and_then(Doing::Evaluating);
            match event {
                Some(Event::Evaluated(evaluation)) => Some(Some((**evaluation).clone())),
                _ if self.stop.is_asked_for() => Some(None),
                _ => None,
            }
        })?;
        let Some(evaluation) = evaluation else { return Ok(None) };
        if !evaluation.elbo.is_finite() {
            return Err(Failure::Run(
                "the model's bound is not a finite number: its training has diverged, and a run with a lower learning \
                 rate (training.learning_rate) or a clipped gradient (training.clip: 10) may not"
                    .into(),
            ));
        }
        serde_json::to_value(&evaluation).map(Some).map_err(Failure::run)
    }

    /// Give a sign of life with the progress of the training.
    fn sign_training(&mut self, headless: &Headless, status: &Status, weight: f64) {
        let known = |number: f64| Some(number).filter(|number| number.is_finite());
        let is_due = self.is_due();
        let sign = &mut self.sign;
        sign.step = status.last_step;
        sign.total_steps = status.total_steps;
        sign.share = weight * status.total_steps.map_or(0.0, |total| status.last_step as f64 / total.max(1) as f64);
        sign.images_per_second = status.images_per_second;
        if self.paced.is_none() && status.experiment.is_some() {
            self.paced = Some((Instant::now(), sign.share));
        }
        if is_due || matches!(status.state, RunState::Finished(_)) {
            headless.client.with_history(|history| {
                let last = last_bound(&history.reports, status);
                sign.elbo = last.and_then(|report| known(report.elbo));
                sign.elbo_se = last.and_then(|report| known(report.elbo_se));
                sign.best_elbo = best(&history.reports);
            });
        }
    }

    fn is_due(&self) -> bool {
        self.signed.is_none_or(|signed| signed.elapsed() >= period(self.started.elapsed()))
    }

    fn say_now_and_then(&mut self, doing: Doing) {
        if self.is_due() || doing != self.sign.doing {
            self.say(doing);
        }
    }

    fn say(&mut self, doing: Doing) {
        /// The share of a point from which on a pace is more than a guess.
        const TELLING: f64 = 0.01;
        self.sign.doing = doing;
        if let Some((since, before)) = self.paced {
            let gained = self.sign.share - before;
            self.sign.pace = (gained >= TELLING).then(|| since.elapsed().as_secs_f64() / gained);
        }
        self.sign.at = files::now();
        self.signed = Some(Instant::now());
        self.point.set_sign(&self.sign);
    }
}

/// The time from one sign of life to the next: short at first, so that short points are seen too, and longer later, so
/// that hundreds of points do not wear out a file system.
fn period(running: Duration) -> Duration {
    (running / 30).clamp(Duration::from_millis(500), Duration::from_secs(15))
}

/// The best bound in nats per image on all validation images, or else on the fixed part of them.
fn best(reports: &[Report]) -> Option<f64> {
    let of = |whole: bool| {
        let validation =
            reports.iter().filter(move |report| report.split == Split::Validation && report.whole == whole);
        validation.map(|report| report.elbo).filter(|elbo| elbo.is_finite()).max_by(f64::total_cmp)
    };
    of(true).or_else(|| of(false))
}
