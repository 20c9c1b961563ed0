//! The run that the worker holds: its trainer, and the standing questions about its model.

use super::client::Shared;
use super::job::Jobs;
use super::protocol::{Answered, Asker, Event, Failure, Level, LiveEdit};
use crate::experiment::{Choice, Extension, Length, limits};
use crate::explore::{self, Answer, Question};
use crate::train::{At, DeedKind, Mark, Report, TrainError, Trainer};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Least time between two answers to one asker during training.
const REFRESH: Duration = Duration::from_millis(250);
/// Largest share of the time that repeated answers may take from training.
const SHARE: f64 = 0.15;

/// A question that is answered again and again.
struct Standing {
    question: Question,
    /// The kept state that it is about; `None` for the one that is looked at.
    at: Option<At>,
    asked: Instant,
    /// The time and the step of the last answer; `None` for a new question.
    answered: Option<(Instant, u64)>,
    cost: Duration,
}

/// A run with its model, in the worker's hands.
pub struct Run {
    /// The run's number, as in the status.
    pub number: u64,
    pub trainer: Trainer,
    pub jobs: Jobs,
    /// Whether no step has been taken yet on a GPU; the first one compiles the kernels.
    pub compiling: bool,
}

/// The standing questions, at most one per asker. They stay when the run changes.
#[derive(Default)]
pub struct Questions {
    standing: BTreeMap<Asker, Standing>,
    serial: u64,
}

impl Questions {
    /// Add a question about the state that is looked at, or about another; it replaces the asker's last one.
    pub fn ask(&mut self, asker: Asker, at: Option<At>, question: Question) {
        let standing = Standing { question, at, asked: Instant::now(), answered: None, cost: Duration::ZERO };
        self.standing.insert(asker, standing);
    }

    /// Withdraw the question of an asker.
    pub fn forget(&mut self, asker: Asker) {
        self.standing.remove(&asker);
    }

    /// Make every question new again, for a new model.
    pub fn renew(&mut self) {
        self.standing.values_mut().for_each(|standing| standing.answered = None);
    }

    /// Make the questions new again that are about the state that is looked at.
    pub fn renew_looked_at(&mut self) {
        let standing = self.standing.values_mut().filter(|standing| standing.at.is_none());
        standing.for_each(|standing| standing.answered = None);
    }

    /// Whether a question waits for its first answer.
    pub fn has_new(&self) -> bool {
        self.standing.values().any(|standing| standing.answered.is_none())
    }

    /// Whether a question about one optimiser step stands, so that steps have to be traced.
    pub fn want_a_trace(&self) -> bool {
        self.standing.values().any(|standing| matches!(standing.question, Question::OneStep { .. }))
    }

    /// Answer one question: of the new ones, else of those that are due, the one that has waited longest. Returns
    /// whether there was one.
    ///
    /// # Errors
    /// The device fails.
    pub fn answer_one(&mut self, run: &mut Run, shared: &Shared) -> Result<bool, TrainError> {
        let due = |(_, standing): &(&Asker, &mut Standing)| match standing.answered {
            None => true,
            Some((at, answered_step)) => {
                answered_step != run.step_at(standing.at) && at.elapsed() > REFRESH.max(standing.cost.div_f64(SHARE))
            }
        };
        let waits = |standing: &Standing| (standing.answered.map(|(at, _)| at), standing.asked);
        let next = self.standing.iter_mut().filter(due).min_by_key(|(_, standing)| waits(standing));
        let Some((&asker, standing)) = next else { return Ok(false) };
        let start = Instant::now();
        let step = run.step_at(standing.at);
        let answer = match standing.at {
            None => explore::answer(&run.trainer, &standing.question)?,
            Some(at) => match run.answer_at(at, &standing.question)? {
                Ok(answer) => answer,
                // Who asked decides what to do without the state.
                Err(why) => Answer::NoState(why),
            },
        };
        standing.cost = start.elapsed();
        standing.answered = Some((Instant::now(), step));
        self.serial += 1;
        let (at, question) = (standing.at, standing.question.clone());
        shared.set_answer(asker, Answered { serial: self.serial, run: run.number, at, step, question, answer });
        Ok(true)
    }
}

impl Run {
    /// Number of threads that may use the run's tensors at the same time.
    pub fn threads(&self) -> usize {
        self.trainer.shards()
    }

    /// The step of a state; `None` is the one that is looked at.
    fn step_at(&self, at: Option<At>) -> u64 {
        let history = self.trainer.history();
        match at {
            None => self.trainer.progress().step,
            Some(At::Last) => self.trainer.last().progress.step,
            Some(At::Best) => history.best().map_or(0, |best| best.step()),
            Some(At::Step(step)) => step,
        }
    }

    /// Answer a question about a kept state, and look again at what was looked at. The inner error says why the state
    /// cannot be looked at.
    fn answer_at(&mut self, at: At, question: &Question) -> Result<Result<Answer, String>, TrainError> {
        let looked = self.trainer.put_aside();
        let answer = match self.trainer.look_at(at) {
            Ok(()) => Ok(explore::answer(&self.trainer, question)),
            Err(error) => Err(error.to_string()),
        };
        self.trainer.look_at_last();
        if let Some(looked) = looked {
            self.trainer.look_again(looked)?;
        }
        answer.map(|answer| answer.map(Ok)).unwrap_or_else(|why| Ok(Err(why)))
    }

    /// Do something with the run itself, whichever state is looked at, which is looked at again afterwards.
    ///
    /// # Errors
    /// The device fails.
    pub fn aside<R>(&mut self, work: impl FnOnce(&mut Self) -> R) -> Result<R, TrainError> {
        let looked = self.trainer.put_aside();
        let done = work(self);
        if let Some(looked) = looked {
            self.trainer.look_again(looked)?;
        }
        Ok(done)
    }

    /// Append reports to the shared history.
    pub fn record(&self, shared: &Shared, reports: Vec<Report>) {
        if !reports.is_empty() {
            shared.with_history(|history| history.reports.extend(reports));
        }
    }

    /// Record a change for the plots and in the run's history.
    fn mark(&mut self, shared: &Shared, kind: DeedKind, text: String) {
        if let Err(error) = self.trainer.note_edit(kind, text.clone()) {
            let text = format!("the state at this change could not be kept: {error}");
            shared.push_event(Event::Log { level: Level::Warning, text });
        }
        let progress = self.trainer.progress();
        let mark = Mark { step: progress.step, epoch: self.trainer.epochs(), seconds: progress.seconds, text };
        shared.with_history(|history| history.marks.push(mark));
    }

    /// Set another length of the run, mark it on the plots, and state its consequence for the learning rate.
    pub fn extend(&mut self, shared: &Shared, length: Length, extension: Extension) {
        let before = self.trainer.learning_rate();
        self.trainer.extend(length, extension);
        let (now, epoch) = (self.trainer.learning_rate(), self.trainer.epochs());
        let training = &self.trainer.experiment().training;
        let mut text = format!("The run's length is now {length}.");
        let restarts = matches!(extension, Extension::RestartSchedule { .. });
        if training.schedule.has_end() || restarts {
            let name = training.schedule.name();
            let spread = training.scheduled_epochs(self.trainer.steps_per_epoch() as f64);
            let end = if restarts { spread } else { training.scheduled_from() + spread };
            let at = (100.0 * end).round() / 100.0;
            text += &match extension {
                Extension::KeepSchedule if epoch >= end => format!(
                    " Its {name} schedule has ended, at epoch {at}, and keeps its end value: the learning rate stays \
                     at {now:.3e}."
                ),
                Extension::KeepSchedule => format!(
                    " Its {name} schedule still ends at epoch {at}, and keeps its end value from there: the learning \
                     rate is {now:.3e} now."
                ),
                Extension::StretchSchedule => format!(
                    " Its {name} schedule is spread over {at} epochs anew: the learning rate goes from {before:.3e} to \
                     {now:.3e}."
                ),
                Extension::RestartSchedule { epoch } => format!(
                    " Its {name} schedule begins anew at epoch {epoch:.2}, for {at} epochs: the learning rate goes \
                     from {before:.3e} to {now:.3e}."
                ),
            };
        }
        let anew = if restarts { " and the schedule anew" } else { "" };
        self.mark(shared, DeedKind::Extended, format!("length {length}{anew}"));
        shared.push_event(Event::Log { level: Level::Info, text });
    }

    /// Apply a change to the run and record it. A change that makes no sense is refused with an event.
    pub fn edit(&mut self, shared: &Shared, edit: LiveEdit) {
        let trainer = &mut self.trainer;
        let text = match edit {
            LiveEdit::Beta(beta) if limits::BETA.contains(beta) => {
                trainer.set_beta(beta);
                format!("β = {beta}")
            }
            LiveEdit::LearningRate(rate) if limits::LEARNING_RATE.contains(rate) => {
                trainer.set_learning_rate(rate);
                format!("learning rate {rate}")
            }
            LiveEdit::Samples(samples) if trainer.takes_samples(samples) => {
                trainer.set_samples(samples);
                format!("K = {samples}")
            }
            LiveEdit::BatchSize(batch) if limits::BATCH.contains(batch) => {
                trainer.set_batch_size(batch);
                format!("batch {batch}")
            }
            refused => {
                let message = format!("{refused:?} was refused: the value is out of range.");
                shared.push_event(Event::Failed(Failure::Input(message)));
                return;
            }
        };
        self.mark(shared, DeedKind::Edited, text);
    }
}
