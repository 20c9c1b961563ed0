//! The worker's thread: commands, training steps, answers and jobs in turn.

mod counted;
mod evaluations;
mod fork;
mod training;

use super::autosave;
use super::client::{Client, Notify, Shared};
use super::job::Jobs;
use super::ledger::LedgerSchedule;
use super::memory;
use super::priority;
use super::protocol::{Command, Event, Failure, Finished, Level, LoadOptions, RunState, Status, stops};
use super::replaced;
use super::run::{Questions, Run};
use crate::data::{Dataset, Split, source_named};
use crate::experiment::{Experiment, Severity};
use crate::files;
use crate::train::{
    At, DeedKind, LedgerEntry, Mark, NewRows, Report, RunFolder, Tables, TrainError, Trainer, TrainingDevice,
};
use counted::Counted;
use crossbeam_channel::{Receiver, RecvTimeoutError, TryRecvError};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};

/// Steps are taken in bursts of about this duration, between which commands are received.
const BURST: Duration = Duration::from_millis(5);
/// Longest time that new questions are answered without a step in between, but for the last answer.
const ANSWERS: Duration = Duration::from_millis(100);
/// Time after a look at a kept state in which another is likely to follow, by a hand at the slider: nothing that takes
/// long is begun meanwhile.
const AT_HAND: Duration = Duration::from_millis(300);
/// Time between two updates of the status during training.
const STATUS_PERIOD: Duration = Duration::from_millis(50);
/// Time between two additions to the tables of a run that is trained without a window, so that others can follow it.
const TABLES_PERIOD: Duration = Duration::from_secs(5);
/// Additions to the tables take no more than one part in this number of the time.
const TABLES_SHARE: u32 = 50;
/// Time between two autosaves of a run.
const AUTOSAVE_PERIOD: Duration = Duration::from_secs(120);

/// Options of a worker.
#[derive(Clone, Default)]
pub struct WorkerOptions {
    /// A function that is called when there is something new to read; it must return at once.
    pub notify: Option<Notify>,
    /// Whether there is a window, whose thread has priority over the worker's.
    pub beside_window: bool,
    /// The folder in which the run is saved every few minutes and at the end, if any.
    pub autosave: Option<PathBuf>,
    /// Keep the trained runs that others take the place of in this folder.
    pub replaced: Option<PathBuf>,
}

/// Start the worker thread.
pub fn spawn(options: WorkerOptions) -> Client {
    let (commands, receiver) = crossbeam_channel::unbounded();
    let shared = Arc::new(Shared::default());
    let worker = Worker {
        shared: shared.clone(),
        options,
        run: None,
        state: RunState::Idle,
        counted: None,
        questions: Questions::default(),
        ledger: LedgerSchedule::default(),
        runs: 0,
        status_at: Instant::now(),
        memory: None,
        autosaved_at: Instant::now(),
        tables_at: Instant::now(),
        tables_took: Duration::ZERO,
        tables: Tables::default(),
        autosaved: (0, 0),
        came_from: None,
        safe: None,
        home: None,
        handled: 0,
        traced_at: None,
        looked_at: None,
    };
    let thread = std::thread::Builder::new().name("elbow-worker".into()).spawn(move || worker.main(&receiver));
    let thread = match thread {
        Ok(thread) => Some(thread),
        Err(error) => {
            let message = format!("the worker thread could not be started: {error}");
            shared.push_event(Event::Failed(Failure::Run(message)));
            None
        }
    };
    Client { commands, shared, thread, sent: AtomicU64::new(0) }
}

struct Worker {
    shared: Arc<Shared>,
    options: WorkerOptions,
    run: Option<Run>,
    state: RunState,
    /// Number of steps until training ends, if it was told to take a given number.
    counted: Option<Counted>,
    questions: Questions,
    ledger: LedgerSchedule,
    runs: u64,
    status_at: Instant,
    /// Resident memory, with the time when it was measured: measuring it takes the system some time.
    memory: Option<(usize, Instant)>,
    autosaved_at: Instant,
    /// When the tables were added to last, and how long that took.
    tables_at: Instant,
    tables_took: Duration,
    /// How far the tables in the run's own folder have been written.
    tables: Tables,
    /// The value of [`Worker::progress`] when the run was last autosaved, or when it was installed. Its second number
    /// also counts the evaluations that were added to the run's own folder since.
    autosaved: (u64, usize),
    /// Where the run was set aside that the present one goes on from, until it has been saved elsewhere.
    came_from: Option<PathBuf>,
    /// The folder of the user's choice in which the run was saved last, if any.
    safe: Option<Safe>,
    /// The folder where the run was loaded from or saved last, and its step there.
    home: Option<(PathBuf, u64)>,
    /// Commands received.
    handled: u64,
    /// When a step was last traced for somebody who looks at steps.
    traced_at: Option<Instant>,
    /// When another state of the run was last looked at.
    looked_at: Option<Instant>,
}

/// A folder in which a run is saved, with the numbers of steps and of deeds that the run had then.
#[derive(Clone)]
struct Safe {
    folder: PathBuf,
    of: (u64, usize),
}

impl Worker {
    fn main(mut self, commands: &Receiver<Command>) {
        if self.options.beside_window {
            priority::give_way();
        }
        loop {
            // Nothing below may take the thread down: a panic becomes an event, and the run's tensors, which only
            // change whole, stay to be looked at, saved and resumed.
            match catch_unwind(AssertUnwindSafe(|| self.turn(commands))) {
                Ok(Ok(true)) => {}
                Ok(Ok(false)) => break,
                Ok(Err(TrainError::Data(_))) if self.shared.called_off() => self.reading_ended(),
                Ok(Err(error)) => self.fail(error.into()),
                Err(panic) => {
                    self.fail(Failure::Run(format!("an internal error: {}", panic_text(panic.as_ref()))));
                }
            }
        }
        self.shared.push_event(Event::Ended);
        self.publish();
    }

    /// Receive waiting commands, then do a little work. Returns whether to continue.
    fn turn(&mut self, commands: &Receiver<Command>) -> Result<bool, TrainError> {
        loop {
            let command = if self.has_work() {
                match commands.try_recv() {
                    Ok(command) => self.received(command),
                    Err(TryRecvError::Empty) => break,
                    Err(TryRecvError::Disconnected) => Command::Shutdown,
                }
            } else {
                self.wait(commands)
            };
            if matches!(command, Command::Shutdown) {
                self.complete_step()?;
                self.autosave();
                return Ok(false);
            }
            self.handle(command)?;
            self.publish();
        }
        self.work(commands)?;
        Ok(true)
    }

    /// The next command. Until it comes, nothing is done but autosaves that fall due, so that waiting costs nothing.
    fn wait(&mut self, commands: &Receiver<Command>) -> Command {
        loop {
            let received = match self.autosave_due() {
                None => commands.recv().map_err(RecvTimeoutError::from),
                Some(due) => commands.recv_deadline(due),
            };
            match received {
                Ok(command) => return self.received(command),
                Err(RecvTimeoutError::Timeout) => {
                    self.autosave();
                    self.publish();
                }
                Err(RecvTimeoutError::Disconnected) => return Command::Shutdown,
            }
        }
    }

    fn received(&mut self, command: Command) -> Command {
        self.handled += 1;
        self.shared.received(&command);
        command
    }

    fn has_work(&self) -> bool {
        let Some(run) = &self.run else { return false };
        let failed = matches!(self.state, RunState::Failed(_));
        self.state == RunState::Running
            || self.questions.has_new()
            || !run.jobs.is_empty()
            || (!failed && self.ledger.has_work(run.trainer.last().progress.step))
    }

    fn work(&mut self, commands: &Receiver<Command>) -> Result<(), TrainError> {
        let Some(run) = &mut self.run else { return Ok(()) };
        let training = self.state == RunState::Running;
        // New questions are answered one after another, so that all panes show the state that a hand has just gone to.
        let (start, asked) = (Instant::now(), self.questions.has_new());
        while self.questions.answer_one(run, &self.shared)?
            && self.questions.has_new()
            && commands.is_empty()
            && start.elapsed() < ANSWERS
        {}
        if asked {
            self.publish();
        }
        let at_hand = self.looked_at.is_some_and(|at| at.elapsed() < AT_HAND);
        if at_hand && !training {
            // Jobs and the ledger wait, and so does this thread.
            std::thread::sleep(Duration::from_millis(1));
            return Ok(());
        }
        let Some(run) = &mut self.run else { return Ok(()) };
        // Beside jobs training has at least half the time.
        let (start, threads) = (Instant::now(), run.threads());
        if !at_hand {
            let mut events = Vec::new();
            let turned = run.jobs.turn(&run.trainer, threads, |event| events.push(event));
            events.into_iter().for_each(|event| self.tell(event));
            turned?;
        }
        let Some(run) = &mut self.run else { return Ok(()) };
        let burst = BURST.max(start.elapsed());
        // Both are of the run itself, not of a state that is looked at.
        let looked = run.trainer.put_aside();
        let worked = self.work_on_run(training, at_hand, threads, burst);
        if let (Some(run), Some(looked)) = (&mut self.run, looked) {
            run.trainer.look_again(looked)?;
        }
        worked?;
        if self.status_at.elapsed() > STATUS_PERIOD || self.state != RunState::Running {
            self.publish();
        }
        let is_between = self.run.as_ref().is_some_and(|run| !run.trainer.is_measuring());
        if is_between && self.autosaved_at.elapsed() > AUTOSAVE_PERIOD {
            self.autosave();
        }
        if training && self.tables_at.elapsed() > TABLES_PERIOD.max(self.tables_took * TABLES_SHARE) {
            self.save_tables();
        }
        Ok(())
    }

    /// Measure a slice of the ledger unless a hand is at the slider, and train for a while.
    fn work_on_run(
        &mut self,
        training: bool,
        at_hand: bool,
        threads: usize,
        burst: Duration,
    ) -> Result<(), TrainError> {
        let Some(run) = &mut self.run else { return Ok(()) };
        if !at_hand
            && (training || !matches!(self.state, RunState::Failed(_)))
            && let Some(entry) = self.ledger.turn(&run.trainer, threads, training)?
        {
            self.shared.with_history(|history| history.ledger.push(entry));
        }
        if training {
            let start = Instant::now();
            self.train(burst)?;
            self.ledger.earn(start.elapsed());
        }
        Ok(())
    }

    fn handle(&mut self, command: Command) -> Result<(), TrainError> {
        if !command.only_looks() {
            self.complete_step()?;
        }
        match command {
            Command::Start(experiment) => {
                self.prepare(*experiment)?;
                self.state = RunState::Running;
            }
            Command::Prepare(experiment) => self.prepare(*experiment)?,
            Command::Pause => {
                if self.state == RunState::Running {
                    self.state = RunState::Paused;
                    self.questions.renew();
                }
            }
            Command::Resume => self.resume(None),
            Command::Step(steps) => self.resume(Some((steps, false))),
            Command::TrainFor(steps) => self.resume(Some((steps, true))),
            Command::Stop => {
                if let Some(run) = &mut self.run {
                    run.jobs.clear();
                    self.finish("stopped".into(), true);
                }
            }
            Command::Extend(length, extension) => {
                if let Some(run) = &mut self.run {
                    run.aside(|run| run.extend(&self.shared, length, extension))?;
                    match (&self.state, run.trainer.finished()) {
                        (RunState::Finished(_), None) => self.state = RunState::Paused,
                        (RunState::Finished(_) | RunState::Paused, Some(why)) => self.state = RunState::Finished(why),
                        _ => {}
                    }
                }
            }
            Command::Edit(edit) => {
                if let Some(run) = &mut self.run {
                    run.aside(|run| run.edit(&self.shared, edit))?;
                }
            }
            Command::Ask(asker, question) => self.questions.ask(asker, None, question),
            Command::AskAt(asker, at, question) => self.questions.ask(asker, Some(at), question),
            Command::LookAt(at) => self.look_at(at),
            Command::Unask(asker) => self.questions.forget(asker),
            Command::Begin(request) => {
                if let Some(run) = &mut self.run
                    && let Err(why) = run.jobs.begin(request.as_ref(), &run.trainer, run.number)
                {
                    self.shared.push_event(Event::Failed(Failure::Input(why)));
                }
            }
            Command::Cancel(kind) => {
                if let Some(run) = &mut self.run {
                    run.jobs.cancel(kind);
                }
            }
            Command::Ledger(options) => self.ledger.set(options),
            // A disk that is full must not stop the training.
            Command::Save(folder) => match self.save(&RunFolder::at(&folder)) {
                Ok(()) => {
                    RunFolder::at(&folder).remove_pictures();
                    self.safe = Some(self.safe_in(&folder));
                    self.home = self.run.as_ref().map(|run| (folder.clone(), run.trainer.last().progress.step));
                    self.shared.push_event(Event::Saved(folder));
                }
                Err(error) => self.shared.push_event(Event::Failed(error.into())),
            },
            Command::KeepIn(folder) => self.options.replaced = Some(folder),
            Command::Load(folder, options) => match self.load(folder.clone(), options.clone()) {
                // Who sits at the window decides.
                Err(TrainError::OtherData(difference)) if self.options.beside_window => {
                    self.shared.push_event(Event::OtherData { folder, options, difference });
                    self.back_to_last_run();
                }
                loaded => loaded?,
            },
            Command::Fork(request) => self.fork(*request)?,
            Command::Shutdown => {}
        }
        Ok(())
    }

    /// Prepare data, device and model of an experiment from its seed.
    fn prepare(&mut self, experiment: Experiment) -> Result<(), TrainError> {
        let (dataset, device) = self.open(&experiment)?;
        let trainer = Trainer::new(experiment, dataset, device)?;
        let room = trainer.history_estimate().told();
        self.install(trainer);
        self.log(Level::Info, room);
        Ok(())
    }

    fn load(&mut self, path: PathBuf, options: LoadOptions) -> Result<(), TrainError> {
        let folder = RunFolder::at(&path);
        let mut experiment = folder.experiment()?;
        experiment.device = options.device.unwrap_or(experiment.device);
        // Before the data, which may take long to read.
        let checkpoint = folder.checkpoint()?;
        checkpoint.notes().iter().for_each(|note| self.log(Level::Info, note.clone()));
        let rewritten = checkpoint.rewritten(&experiment)?;
        if let Some(changed) = &rewritten {
            self.log(Level::Warning, format!(
                "{}: experiment.ron was changed after the run was saved ({changed}); the run goes on as it says now",
                path.display()
            ));
        }
        for table in checkpoint.changed_tables() {
            let table = path.join(table);
            self.log(Level::Warning, format!(
                "{} is not as it was saved: its rows, and curves drawn from them, may be wrong. The model is as it was \
                 saved; the run goes on.", table.display()
            ));
        }
        if let Some(text) = &options.data {
            let image = experiment.image_shape_hint().or(checkpoint.image_shape());
            let named = source_named(text, image);
            experiment.data.source = named.map_err(|error| TrainError::Checkpoint(format!("--data {error}")))?;
        }
        let whole = options.data.is_some();
        let (dataset, device) = self.open_as(&experiment, whole)?;
        let difference = checkpoint.check_data(&dataset, options.other_data || whole)?.filter(|_| !whole);
        let mut trainer = checkpoint.load(experiment, dataset, device)?;
        let mut broke = Vec::new();
        if let Some(changed) = rewritten {
            broke.push(format!("experiment.ron changed: {changed}"));
        }
        if let Some(difference) = difference {
            self.log(Level::Warning, difference.clone());
            trainer.note(DeedKind::OtherData, difference);
            broke.push("other data".into());
        }
        let last = trainer.progress().step;
        self.read_history(&mut trainer, &path);
        self.look(&mut trainer, options.at)?;
        // A run without its metrics is still a run.
        let (reports, ledger, mut marks) = self.tables(&folder, last);
        // From here on the curves are of another experiment than before.
        let (epoch, seconds) = (trainer.last_epochs(), trainer.last().progress.seconds);
        marks.extend(broke.into_iter().map(|text| Mark { step: last, epoch, seconds, text }));
        self.install(trainer);
        let passing = self.is_passing(&path);
        self.safe = Some(self.safe_in(&path)).filter(|_| !passing);
        self.home = Some((path.clone(), last)).filter(|_| !passing);
        self.came_from = Some(path.clone()).filter(|path| passing && self.options.autosave.as_ref() != Some(path));
        self.ledger.renew(ledger.last().map(|entry| entry.step));
        self.shared.with_history(|history| (history.ledger, history.marks) = (ledger, marks));
        self.read_evaluations(&path, last);
        self.autosaved = self.progress();
        if let Some(run) = &self.run {
            run.record(&self.shared, reports);
            if let Some(why) = run.trainer.finished() {
                self.state = RunState::Finished(why);
            }
            // The run's own, also while another state of it is looked at.
            let experiment = Arc::new(run.trainer.last().experiment.clone());
            self.shared.push_event(Event::Loaded { folder: path, experiment });
        }
        Ok(())
    }

    /// Have the kept states of a run in memory where it goes on, so that they outlive its folder. Those that cannot be
    /// had are warned of, and the run goes on without them; in its own folder their files are set aside.
    fn read_history(&self, trainer: &mut Trainer, folder: &Path) {
        if self.options.autosave.is_none() {
            return;
        }
        for (file, error) in trainer.read_history() {
            self.log(Level::Warning, format!("{error}; the run goes on without this kept state"));
            if self.options.autosave.as_deref() == Some(folder) && file.is_file() {
                // What cannot be set aside is overwritten in time.
                let _ = files::set_aside(&file);
            }
        }
    }

    /// Look at the state that is asked for, of a run that has converged at the best unless another is asked for.
    fn look(&self, trainer: &mut Trainer, at: Option<At>) -> Result<(), TrainError> {
        match at {
            Some(at) => {
                trainer.look_at(at)?;
                if trainer.looks_back() {
                    let (step, last) = (trainer.progress().step, trainer.last().progress.step);
                    self.log(Level::Info, format!("the state after step {step} of {last} ({at})"));
                }
            }
            None => match trainer.end_on_best() {
                Ok(Some(text)) => self.log(Level::Info, text),
                Ok(None) => {}
                Err(error) => self.log(Level::Warning, format!("{error}; this is the last state")),
            },
        }
        Ok(())
    }

    /// Look at a kept state of the run, at once.
    fn look_at(&mut self, at: At) {
        self.looked_at = Some(Instant::now());
        let Some(run) = &mut self.run else { return };
        // States leave the history while the run goes on, and a fast run drops one between a hand's look and its reach.
        let (history, last) = (run.trainer.history(), run.trainer.last().progress.step);
        let at = history.standing_for(at, last);
        // A history that keeps no states, or no best one, is no failure.
        if let Err(why) = history.find(at, last) {
            return self.log(Level::Info, format!("the state is not looked at: {why}"));
        }
        let before = (run.trainer.looks_back(), run.trainer.progress().step);
        match run.trainer.look_at(at) {
            Ok(()) if (run.trainer.looks_back(), run.trainer.progress().step) == before => {}
            Ok(()) => self.questions.renew_looked_at(),
            Err(error) => {
                self.questions.renew_looked_at();
                self.shared.push_event(Event::Failed(error.into()));
            }
        }
    }

    /// The reports, the ledger and the live edits of a run up to a step. Where the run is saved over them, its tables
    /// are cut there. Tables that cannot be read are left out with a warning; where the run is saved over them, they
    /// are set aside first.
    fn tables(&self, folder: &RunFolder, last: u64) -> (Vec<Report>, Vec<LedgerEntry>, Vec<Mark>) {
        let (reports, ledger) = (folder.reports_until(last), folder.ledger_until(last));
        let marks = folder.edits_until(last);
        let errors = [reports.as_ref().err(), ledger.as_ref().err(), marks.as_ref().err()];
        for error in errors.iter().flatten() {
            self.log(Level::Warning, error.to_string());
        }
        let is_own = self.options.autosave.as_deref() == Some(folder.path());
        let readable = errors.iter().all(Option::is_none);
        if is_own && !readable {
            match folder.set_tables_aside() {
                Ok(()) => self.log(
                    Level::Warning,
                    "the tables are kept under names that end in .1 or a higher number; new ones begin here".into(),
                ),
                Err(error) => self.log(Level::Warning, format!("the tables could not be set aside: {error}")),
            }
        }
        let (reports, ledger) = (reports.unwrap_or_default(), ledger.unwrap_or_default());
        if is_own
            && readable
            && let Err(error) = folder.save_tables(&reports, &ledger)
        {
            self.log(Level::Warning, format!("the tables could not be cut at the checkpoint: {error}"));
        }
        (reports, ledger, marks.unwrap_or_default())
    }

    /// Read the data and open the device. The data of the last run are reused if they are the same.
    fn open(&mut self, experiment: &Experiment) -> Result<(Arc<Dataset>, TrainingDevice), TrainError> {
        self.open_as(experiment, false)
    }

    /// [`open`](Self::open), with the images undivided where they are to be looked at whole.
    fn open_as(&mut self, experiment: &Experiment, whole: bool) -> Result<(Arc<Dataset>, TrainingDevice), TrainError> {
        let errors: Vec<_> = experiment
            .problems(experiment.image_shape_hint())
            .into_iter()
            .filter(|problem| problem.severity == Severity::Error)
            .collect();
        if !errors.is_empty() {
            return Err(TrainError::Experiment(errors));
        }
        // The last run stays until the new one stands: an experiment that cannot be built loses nothing.
        let same = self.run.as_ref().map(|run| &run.trainer).filter(|trainer| {
            trainer.experiment().data == experiment.data
                && trainer.experiment().seed == experiment.seed
                && trainer.dataset().is_whole() == whole
        });
        let dataset = match same {
            Some(trainer) => trainer.dataset().clone(),
            None => {
                self.preparing("reading the data");
                let shared = self.shared.clone();
                let notify = self.options.notify.clone();
                // Of the last run, which can be looked at meanwhile.
                let status = self.status();
                let mut progress = |what: &str| {
                    shared.set_status(Status { state: RunState::Preparing(what.into()), ..status.clone() });
                    if let Some(notify) = &notify {
                        notify();
                    }
                };
                let called_off = || self.shared.called_off();
                let load = if whole { Dataset::load_whole } else { Dataset::load_unless };
                Arc::new(load(&experiment.data, experiment.seed, &mut progress, &called_off)?)
            }
        };
        for note in dataset.notes() {
            self.log(Level::Info, note.clone());
        }
        for warning in dataset.warnings() {
            self.log(Level::Warning, warning.clone());
        }
        if let Some(problem) = memory::too_large(experiment, dataset.shape()) {
            return Err(TrainError::Experiment(vec![problem]));
        }
        self.preparing("opening the training device");
        let device = TrainingDevice::open(experiment.device)?;
        Ok((dataset, device))
    }

    /// Replace the last run by a new model.
    fn install(&mut self, trainer: Trainer) {
        self.keep_replaced();
        (self.safe, self.came_from, self.home) = (None, None, None);
        self.runs += 1;
        self.log(Level::Info, format!("{}: on {}", trainer.experiment().name, trainer.device().name));
        let number = self.runs;
        self.shared.with_history(|history| {
            history.run = number;
            history.reports.clear();
            history.marks.clear();
            history.ledger.clear();
            history.evaluations.clear();
            history.deeds = trainer.history().deeds().to_vec();
        });
        self.shared.clear_answers();
        self.questions.renew();
        self.ledger.renew(None);
        let compiling = trainer.device().launches_kernels();
        self.run = Some(Run { number, trainer, jobs: Jobs::default(), compiling });
        self.autosaved = self.progress();
        self.state = RunState::Paused;
        self.counted = None;
    }

    fn save(&mut self, folder: &RunFolder) -> Result<(), TrainError> {
        let Some(run) = &self.run else {
            return Err(TrainError::NoRun("there is no run to save yet: press Train first.".into()));
        };
        // Whoever set the worker up holds the lock of the folder that it saves into by itself.
        let is_own = self.options.autosave.as_deref() == Some(folder.path());
        let _lock = if is_own { None } else { Some(folder.claim()?) };
        let mut other = Tables::default();
        let tables = if is_own { &mut self.tables } else { &mut other };
        let new = new_rows(&self.shared, tables, folder, run.number);
        let marks = self.shared.with_history(|history| history.marks.clone());
        folder.save_new(&run.trainer, tables, &new, &marks)?;
        self.save_evaluations(folder)
    }

    /// Save the run that is about to be replaced, so that no training is lost.
    fn keep_replaced(&mut self) {
        let (Some(root), Some(run)) = (&self.options.replaced, &self.run) else { return };
        let (step, experiment) = (run.trainer.last().progress.step, run.trainer.last().experiment);
        if step == 0 || self.is_safe() {
            return;
        }
        let (folder, name) = (replaced::new_folder(root, &experiment.name), experiment.name.clone());
        match self.save(&RunFolder::at(&folder)) {
            Ok(()) => {
                self.shared.push_event(Event::Replaced { folder, name, step });
                self.forget_origin();
            }
            Err(error) => {
                self.log(Level::Warning, format!("the run of {name} that was replaced could not be kept: {error}"));
            }
        }
    }

    /// The present run, saved in a folder.
    fn safe_in(&self, folder: &Path) -> Safe {
        let of = |run: &Run| (run.trainer.last().progress.step, run.trainer.history().deeds().len());
        Safe { folder: folder.to_owned(), of: self.run.as_ref().map_or((0, 0), of) }
    }

    /// Whether the present run, as it is, is saved in the folder of its user's choice.
    fn is_safe(&self) -> bool {
        self.safe.as_ref().is_some_and(|safe| safe.of == self.safe_in(&safe.folder).of)
    }

    /// Remove the run that was set aside and that this one goes on from: it is saved elsewhere now, and further.
    fn forget_origin(&mut self) {
        if let Some(folder) = self.came_from.take() {
            autosave::forget_run(&folder);
        }
    }

    /// Whether runs stay in this folder only for a time: a run set aside from a session gives way to the next.
    fn is_passing(&self, folder: &Path) -> bool {
        self.options.autosave.as_ref().is_some_and(|own| autosave::is_passing(folder, own))
    }

    /// The time when the next autosave is due, if there is something to save.
    fn autosave_due(&self) -> Option<Instant> {
        self.options.autosave.as_ref()?;
        self.run.as_ref()?;
        (self.progress() != self.autosaved).then(|| self.autosaved_at + AUTOSAVE_PERIOD)
    }

    /// Add the newest rows to the tables of the run's own folder, once the run has been saved there. The rows beyond
    /// its checkpoint are cut should it go on from there.
    fn save_tables(&mut self) {
        self.tables_at = Instant::now();
        let Some(folder) = self.options.autosave.as_ref().filter(|_| !self.options.beside_window) else { return };
        let folder = RunFolder::at(folder);
        if !folder.is_run() {
            return;
        }
        let new = new_rows(&self.shared, &mut self.tables, &folder, self.runs);
        // What cannot be written now is written, or warned of, by the next autosave.
        let _ = folder.save_new_rows(&mut self.tables, &new);
        self.tables_took = self.tables_at.elapsed();
    }

    fn autosave(&mut self) {
        self.autosaved_at = Instant::now();
        let Some(folder) = self.options.autosave.clone() else { return };
        let progress = self.progress();
        if progress == self.autosaved {
            return;
        }
        self.autosaved = progress;
        match self.save(&RunFolder::at(&folder)) {
            Ok(()) => {
                self.forget_origin();
                // A window's own folder gets the evaluations of its run with each autosave.
                let is_home = !self.options.beside_window;
                self.home = Some((folder, progress.0)).filter(|_| is_home).or(self.home.take());
            }
            Err(error) => self.log(Level::Warning, format!("the autosave failed: {error}")),
        }
    }

    /// The number of steps taken, and the numbers of deeds, entries of the ledger and evaluations together, which may
    /// grow while no steps are taken: as long as both stay as they are, there is nothing new to save.
    fn progress(&self) -> (u64, usize) {
        let of = |run: &Run| (run.trainer.last().progress.step, run.trainer.history().deeds().len());
        let (step, deeds) = self.run.as_ref().map_or((0, 0), of);
        (step, deeds + self.shared.with_history(|history| history.ledger.len() + history.evaluations.len()))
    }

    /// End the run.
    fn finish(&mut self, why: String, stopped: bool) {
        self.state = RunState::Finished(why.clone());
        self.counted = None;
        self.questions.renew();
        let status = self.status();
        self.shared.push_event(Event::Finished(Box::new(Finished { why, stopped, status })));
    }

    /// Return to the last run, after a waiting command has ended the reading of data.
    fn reading_ended(&mut self) {
        self.log(Level::Info, "the reading of the data was called off".into());
        self.back_to_last_run();
    }

    /// Return to the last run, as another cannot take its place.
    fn back_to_last_run(&mut self) {
        self.state = if self.run.is_some() { RunState::Paused } else { RunState::Idle };
    }

    fn fail(&mut self, failure: Failure) {
        self.state = RunState::Failed(failure.message().into());
        self.shared.push_event(Event::Failed(failure));
        self.counted = None;
        if let Some(run) = &mut self.run {
            run.jobs.clear();
        }
        self.publish();
    }

    fn log(&self, level: Level, text: String) {
        self.shared.push_event(Event::Log { level, text });
    }

    fn preparing(&mut self, what: &str) {
        self.state = RunState::Preparing(what.into());
        self.publish();
    }

    /// Update the status and wake whoever reads it.
    fn publish(&mut self) {
        self.status_at = Instant::now();
        if let Some(run) = &self.run {
            let deeds = run.trainer.history().deeds();
            self.shared.with_history(|history| {
                if history.deeds.len() != deeds.len() {
                    history.deeds = deeds.to_vec();
                }
            });
        }
        let status = self.status();
        self.shared.set_status(status);
        if let Some(notify) = &self.options.notify {
            notify();
        }
    }

    fn status(&mut self) -> Status {
        let recent = self.memory.filter(|(_, at)| at.elapsed() < STATUS_PERIOD);
        let (memory, _) = *self.memory.insert(recent.unwrap_or_else(|| (memory::resident(), Instant::now())));
        let (state, run, commands) = (self.state.clone(), self.runs, self.handled);
        let mut status = Status { state, run, commands, memory, ..Status::default() };
        if let Some(run) = &self.run {
            let trainer = &run.trainer;
            let progress = trainer.progress();
            let experiment = trainer.experiment();
            let speed = trainer.images_per_second();
            let total_steps = trainer.total_steps();
            status.experiment = Some(Arc::new(experiment.clone()));
            status.run_experiment = Some(Arc::new(trainer.last().experiment.clone()));
            status.stops = stops(trainer.history());
            status.looks_back = trainer.looks_back();
            status.image_shape = Some(trainer.model().image());
            status.test_images = trainer.dataset().len(Split::Test);
            status.validation_images = trainer.dataset().len(Split::Validation);
            status.validates_on_training = trainer.dataset().validates_on_training();
            status.label_names = trainer.dataset().label_names();
            status.incomplete = trainer.dataset().is_incomplete();
            status.noun = trainer.dataset().noun();
            status.step = progress.step;
            status.epoch = trainer.epochs();
            status.last_step = trainer.last().progress.step;
            status.last_epoch = trainer.last_epochs();
            status.total_steps = total_steps;
            status.steps_per_epoch = trainer.steps_per_epoch();
            status.images_per_second = speed;
            status.compiling = run.compiling && self.state == RunState::Running;
            status.seconds = trainer.last().progress.seconds;
            status.seconds_left = total_steps.filter(|_| speed > 0.0).map(|total| {
                let images = total.saturating_sub(trainer.last().progress.step) as f64
                    * trainer.dataset().len(Split::Train) as f64
                    / trainer.steps_per_epoch() as f64;
                images / speed
            });
            status.beta = trainer.beta();
            status.learning_rate = trainer.learning_rate();
            status.samples = experiment.objective.samples;
            status.batch = experiment.training.batch;
            status.device = trainer.device().name.clone();
            status.parameters = trainer.model().plan().parameters;
            status.jobs = run.jobs.progress();
        }
        status
    }
}

/// The rows of a run that a folder's tables do not have yet.
fn new_rows(shared: &Shared, tables: &mut Tables, folder: &RunFolder, run: u64) -> NewRows {
    let (reports, ledger) = tables.written(folder.table_files(), run);
    shared.with_history(|history| NewRows {
        reports: history.reports.get(reports..).unwrap_or_default().to_vec(),
        ledger: history.ledger.get(ledger..).unwrap_or_default().to_vec(),
    })
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no message".into())
}
