//! Questions to the models of saved runs, on a thread of its own: one model after another is read, asked and dropped,
//! on the CPU, while the worker's own run goes on. Runs that other processes train can be looked at again: where a
//! newer model was saved, it is asked too. No run is locked or written to.

use super::client::Notify;
use super::priority;
use crate::data::Dataset;
use crate::experiment::{Data, DeviceChoice, Experiment, FeatureShape};
use crate::explore::{Answer, Question, answer};
use crate::train::{At, Kept, RunFolder, TrainError, Trainer, TrainingDevice};
use crossbeam_channel::{Receiver, Sender, unbounded};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

/// Images to ask models about, whatever each was trained on.
#[derive(Clone, Debug, PartialEq)]
pub struct ReferenceData {
    /// The source of the images, and how they are prepared.
    pub data: Data,
    /// The seed of splits and binarisation.
    pub seed: u64,
}

impl ReferenceData {
    /// The data of an experiment.
    pub fn of(experiment: &Experiment) -> Self {
        Self { data: experiment.data.clone(), seed: experiment.seed }
    }
}

/// The answers of a saved model.
#[derive(Clone, Debug)]
pub struct SavedAnswers {
    /// Number of optimiser steps that the model had taken.
    pub step: u64,
    /// The model was trained on other data than it was asked about.
    pub other_data: bool,
    /// The answers, in the order of the questions.
    pub answers: Vec<Answer>,
}

/// The outcome of asking one saved model.
#[derive(Clone, Debug)]
pub struct SavedOutcome {
    /// The run folder.
    pub folder: PathBuf,
    /// The number of the round of questions, as [`SavedModels::ask`] was given it.
    pub round: u64,
    /// The answers, or why there are none.
    pub answers: Result<Arc<SavedAnswers>, String>,
}

/// The state of a saved run that is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SavedAt {
    /// The state after its last step.
    #[default]
    Last,
    /// The state with the highest bound on all validation images.
    Best,
    /// The kept state, or the last one, whichever is nearest to a step.
    Nearest(u64),
}

/// An order to the thread.
enum Order {
    /// Ask some models.
    Ask(Box<Round>),
    /// Ask the models of the last round again that have been saved anew since.
    Look,
}

struct Round {
    at: SavedAt,
    round: u64,
    folders: Vec<PathBuf>,
    data: ReferenceData,
    questions: Vec<Question>,
}

/// The thread that asks the models of saved runs. It ends when this value is dropped.
pub struct SavedModels {
    orders: Sender<Order>,
    outcomes: Receiver<SavedOutcome>,
    /// The number of the newest round; questions of earlier rounds that are left are not asked any more.
    newest: Arc<AtomicU64>,
}

impl SavedModels {
    /// Start the thread; `notify` is called whenever there is an outcome.
    ///
    /// # Errors
    /// The system has no thread to give.
    pub fn spawn(notify: Notify) -> Result<Self, String> {
        let (orders, received) = unbounded::<Order>();
        let (sender, outcomes) = unbounded();
        let newest = Arc::new(AtomicU64::new(0));
        let current = newest.clone();
        let work = move || {
            priority::give_way();
            let mut asking = Asking { newest: current, images: None, asked: Vec::new() };
            let tell = |outcome: SavedOutcome| {
                let is_heard = sender.send(outcome).is_ok();
                notify();
                is_heard
            };
            for order in received {
                let goes_on = match order {
                    Order::Ask(round) => asking.ask_all(*round, &tell),
                    Order::Look => asking.look(&tell),
                };
                if !goes_on {
                    return;
                }
            }
        };
        let thread = std::thread::Builder::new().name("elbow-saved-models".into()).spawn(work);
        thread.map_err(|error| format!("the thread that asks saved models could not be started: {error}"))?;
        Ok(Self { orders, outcomes, newest })
    }

    /// Ask the models of run folders, as they were at a state, about some images. Questions of another round that are
    /// left are dropped.
    pub fn ask(&self, round: u64, folders: Vec<PathBuf>, data: ReferenceData, questions: Vec<Question>, at: SavedAt) {
        self.newest.store(round, Ordering::Relaxed);
        // Without its thread nobody answers, which `spawn` has said.
        let _ = self.orders.send(Order::Ask(Box::new(Round { at, round, folders, data, questions })));
    }

    /// Ask the models of the present round again that have been saved anew since they were asked.
    pub fn look(&self) {
        // An order that waits already will look too.
        if self.orders.is_empty() {
            let _ = self.orders.send(Order::Look);
        }
    }

    /// The outcomes since the last call.
    pub fn outcomes(&self) -> Vec<SavedOutcome> {
        self.outcomes.try_iter().collect()
    }
}

impl Drop for SavedModels {
    fn drop(&mut self) {
        self.newest.store(u64::MAX, Ordering::Relaxed);
    }
}

/// A model that has been asked.
struct Asked {
    folder: PathBuf,
    /// When it had been saved.
    saved_at: Option<SystemTime>,
    has_answered: bool,
    of: Arc<Round>,
}

/// The thread's memory.
struct Asking {
    newest: Arc<AtomicU64>,
    images: Option<(ReferenceData, Arc<Dataset>)>,
    /// The models of the newest round.
    asked: Vec<Asked>,
}

impl Asking {
    /// Ask all models of an order; returns whether anybody still hears.
    fn ask_all(&mut self, round: Round, tell: &dyn Fn(SavedOutcome) -> bool) -> bool {
        let round = Arc::new(round);
        self.asked.retain(|asked| asked.of.round == round.round);
        for folder in &round.folders {
            if self.newest.load(Ordering::Relaxed) != round.round {
                break;
            }
            // Before it is read: what is saved meanwhile is seen at the next look.
            let saved_at = RunFolder::at(folder).checkpoint_at();
            let answers = self.ask(folder, &round);
            self.asked.push(Asked {
                folder: folder.clone(),
                saved_at,
                has_answered: answers.is_ok(),
                of: round.clone(),
            });
            if !tell(SavedOutcome { folder: folder.clone(), round: round.round, answers }) {
                return false;
            }
        }
        true
    }

    /// Ask those again that were saved anew. One that cannot be read, as while it is being replaced, keeps the answers
    /// that it has given, and is asked at the next look.
    fn look(&mut self, tell: &dyn Fn(SavedOutcome) -> bool) -> bool {
        for place in 0..self.asked.len() {
            let Asked { folder, saved_at, has_answered, of } = &self.asked[place];
            let now = RunFolder::at(folder).checkpoint_at();
            if now == *saved_at || self.newest.load(Ordering::Relaxed) != of.round {
                continue;
            }
            let (folder, of, had) = (folder.clone(), of.clone(), *has_answered);
            let answers = self.ask(&folder, &of);
            if answers.is_err() && had {
                continue;
            }
            let asked = &mut self.asked[place];
            (asked.saved_at, asked.has_answered) = (now, answers.is_ok());
            if !tell(SavedOutcome { folder, round: of.round, answers }) {
                return false;
            }
        }
        true
    }

    fn ask(&mut self, folder: &Path, round: &Round) -> Result<Arc<SavedAnswers>, String> {
        let newest = self.newest.clone();
        let outdated = || newest.load(Ordering::Relaxed) != round.round;
        let asked = || ask(folder, round, &mut self.images, &outdated);
        match catch_unwind(AssertUnwindSafe(asked)) {
            Ok(answers) => answers.map(Arc::new).map_err(|error| error.to_string()),
            Err(_) => Err("an internal error while the model was asked".into()),
        }
    }
}

/// Read a model, ask it, and drop it. `images` are those of the last order, which are read again where the new ones are
/// others.
fn ask(
    folder: &Path,
    order: &Round,
    images: &mut Option<(ReferenceData, Arc<Dataset>)>,
    outdated: &(dyn Fn() -> bool + Sync),
) -> Result<SavedAnswers, TrainError> {
    let run = RunFolder::at(folder);
    let experiment = run.experiment()?;
    let checkpoint = run.checkpoint()?;
    let other_data = experiment.data != order.data.data;
    let dataset = match images {
        Some((data, dataset)) if *data == order.data => dataset.clone(),
        _ => {
            // First, so that two are never held at once.
            *images = None;
            let ReferenceData { data, seed } = &order.data;
            let dataset = Arc::new(Dataset::load_unless(data, *seed, &mut |_| (), outdated)?);
            *images = Some((order.data.clone(), dataset.clone()));
            dataset
        }
    };
    let shape = dataset.shape();
    let fits = experiment.image_shape_hint().is_none_or(|own| own == shape);
    if !fits || checkpoint.check_data(&dataset, true).is_err() {
        let own = experiment.image_shape_hint().filter(|_| !fits);
        let own = own.map_or_else(String::new, |own| format!(", {},", FeatureShape::from(own)));
        return Err(TrainError::Checkpoint(format!(
            "its images have another shape{own} than these, {}: it cannot be asked about them",
            FeatureShape::from(shape)
        )));
    }
    let experiment = Experiment { device: DeviceChoice::Cpu, ..experiment };
    let mut trainer = checkpoint.load(experiment, dataset, TrainingDevice::open(DeviceChoice::Cpu)?)?;
    trainer.look_at(match order.at {
        SavedAt::Last => At::Last,
        SavedAt::Best => At::Best,
        SavedAt::Nearest(step) => nearest(&trainer, step),
    })?;
    let answers = order.questions.iter().map(|question| answer(&trainer, question)).collect::<Result<_, _>>()?;
    Ok(SavedAnswers { step: trainer.progress().step, other_data, answers })
}

/// The state of a run that is nearest to a step.
fn nearest(trainer: &Trainer, step: u64) -> At {
    let last = trainer.progress().step;
    let kept = trainer.history().kept().iter().map(Kept::step);
    match kept.min_by_key(|kept| kept.abs_diff(step)) {
        Some(kept) if kept.abs_diff(step) < last.abs_diff(step) => At::Step(kept),
        _ => At::Last,
    }
}
