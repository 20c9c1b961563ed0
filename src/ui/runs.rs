//! Runs to compare the present one with: earlier runs of this session, and run folders.

mod compared;
mod group;
mod names;

pub use compared::Compared;
pub use group::Group;

use super::curves::{Curves, Spread};
use super::differences::Difference;
use super::setting::Setting;
use crate::experiment::Experiment;
use crate::train::{NewReports, RunFolder};
use crate::worker::History;
use crossbeam_channel::{Receiver, Sender, TryRecvError, unbounded};
use eframe::egui::Context;
use std::cell::OnceCell;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Largest number of runs kept. The oldest run that is not shown is dropped first, else the oldest.
const RUNS_MAX: usize = 200;
/// Largest number of runs that the window has kept by itself and that are not shown.
const HIDDEN_MAX: usize = 10;

/// The outcome of reading a run folder.
type Read = Result<(PathBuf, Option<Arc<Experiment>>, Curves), String>;

/// Time between two looks at a run that another process trains.
const LOOK: Duration = Duration::from_secs(1);

/// The runs to compare with.
pub struct Runs {
    list: Vec<Compared>,
    /// The shown runs, as they are drawn.
    groups: OnceCell<Vec<Group>>,
    /// The meaning of the band around a mean over seeds.
    pub spread: Spread,
    /// Number of folders being read, each on a thread of its own.
    reading: usize,
    read: Receiver<(Read, Receiver<NewReports>)>,
    reader: Sender<(Read, Receiver<NewReports>)>,
    /// The experiment that the differences were computed against.
    present: Option<Arc<Experiment>>,
    /// Number of runs so far; their numbers differ from those of the worker.
    count: u64,
}

impl Default for Runs {
    fn default() -> Self {
        let (reader, read) = unbounded();
        let (list, groups, spread) = (Vec::new(), OnceCell::new(), Spread::default());
        Self { list, groups, spread, reading: 0, read, reader, present: None, count: 0 }
    }
}

impl Runs {
    /// All compared runs, the oldest first.
    pub fn list(&self) -> &[Compared] {
        &self.list
    }

    /// The compared runs whose curves are drawn.
    pub fn shown(&self) -> impl Iterator<Item = &Compared> {
        self.list.iter().filter(|run| run.shown)
    }

    /// The compared runs as they are drawn: seeds of one setting as one.
    pub fn groups(&self) -> &[Group] {
        self.groups.get_or_init(|| {
            let present = self.present.as_deref().map(Setting::of);
            Group::of(&self.list, present.as_ref())
        })
    }

    /// The runs of a group.
    pub fn members<'a>(&'a self, group: &'a Group) -> impl Iterator<Item = &'a Compared> {
        group.members.iter().filter_map(|&place| self.list.get(place))
    }

    /// The experiment of the present run, if there is one.
    pub fn present(&self) -> Option<&Arc<Experiment>> {
        self.present.as_ref()
    }

    /// Number of folders that are still being read.
    pub fn reading(&self) -> usize {
        self.reading
    }

    pub fn show(&mut self, index: usize, shown: bool) {
        if let Some(run) = self.list.get_mut(index) {
            run.shown = shown;
            self.groups.take();
        }
    }

    pub fn forget(&mut self, index: usize) {
        if index < self.list.len() {
            self.list.remove(index);
            self.groups.take();
        }
    }

    /// Keep the curves of a run of `experiment` for comparison.
    pub fn keep(&mut self, experiment: Option<Arc<Experiment>>, curves: Curves, shown: bool) {
        let name = experiment.as_ref().map_or_else(|| "a run".into(), |experiment| experiment.name.clone());
        self.push(name, experiment, curves, shown, None);
    }

    /// The folder in which the run kept last is, model included.
    pub fn kept_last_in(&mut self, folder: PathBuf) {
        if let Some(run) = self.list.last_mut() {
            run.folder = Some(folder);
        }
    }

    /// Keep and draw the curves of a run whose folder the next window is to read again.
    pub fn keep_in(&mut self, folder: PathBuf, experiment: Arc<Experiment>, curves: Curves) {
        self.push(experiment.name.clone(), Some(experiment), curves, true, Some(folder));
    }

    /// The folders of those that are drawn: what the next window is to read again.
    pub fn folders(&self) -> Vec<PathBuf> {
        self.shown().filter_map(|run| run.folder.clone()).collect()
    }

    fn push(
        &mut self,
        name: String,
        experiment: Option<Arc<Experiment>>,
        curves: Curves,
        shown: bool,
        folder: Option<PathBuf>,
    ) {
        let hidden = |run: &Compared| run.passing && !run.shown;
        let (surplus, too_many) = (self.list.iter().filter(|run| hidden(run)).count(), self.list.len() == RUNS_MAX);
        if too_many || (!shown && surplus >= HIDDEN_MAX) {
            let oldest = self.list.iter().position(hidden);
            self.list.remove(oldest.or_else(|| self.list.iter().position(|run| !run.shown)).unwrap_or(0));
        }
        let taken = |look: &usize| self.list.iter().any(|run| run.look == *look);
        let look = (0..).find(|look| !taken(look)).unwrap_or_default();
        let differences = differences(experiment.as_deref(), self.present.as_deref());
        let setting = experiment.as_deref().map(Setting::of);
        self.count += 1;
        let curves = curves.numbered(u64::MAX - self.count);
        let passing = !shown;
        self.list.push(Compared {
            name,
            differences,
            curves,
            shown,
            passing,
            look,
            folder,
            experiment,
            setting,
            growing: None,
        });
        self.groups.take();
    }

    /// The run at a place in the list has been read again: one folder is one run.
    fn renew(&mut self, place: usize, curves: Curves, growing: Receiver<NewReports>) {
        self.count += 1;
        let run = &mut self.list[place];
        (run.curves, run.shown) = (curves.numbered(u64::MAX - self.count), true);
        run.growing = Some(growing);
        self.groups.take();
    }

    /// Read a run folder's curves on a thread of its own.
    pub fn read(&mut self, ctx: &Context, folder: &Path) {
        let (sender, ctx, folder) = (self.reader.clone(), ctx.clone(), folder.to_owned());
        let work = move || {
            // A window that has closed meanwhile no longer cares.
            let (grower, growing) = unbounded();
            let _ = sender.send((read(&folder), growing));
            ctx.request_repaint();
            follow(&RunFolder::at(folder), &grower, &ctx);
        };
        if std::thread::Builder::new().name("elbow-run-reader".into()).spawn(work).is_ok() {
            self.reading += 1;
        }
    }

    /// Add the folders that have been read; returns the errors of those that cannot be read. `present` is the
    /// experiment of the present run.
    pub fn poll(&mut self, present: Option<&Arc<Experiment>>) -> Vec<String> {
        let mut failures = Vec::new();
        for run in &mut self.list {
            loop {
                match run.growing.as_ref().map(Receiver::try_recv) {
                    Some(Ok(new)) => {
                        run.curves.grow(new.anew, &new.reports);
                        self.groups.take();
                    }
                    Some(Err(TryRecvError::Disconnected)) => run.growing = None,
                    Some(Err(TryRecvError::Empty)) | None => break,
                }
            }
        }
        while let Ok((read, growing)) = self.read.try_recv() {
            self.reading -= 1;
            match read {
                Ok((folder, experiment, curves)) => {
                    match self.list.iter().position(|run| run.folder.as_ref() == Some(&folder)) {
                        Some(place) => self.renew(place, curves, growing),
                        None => {
                            let name = name_of(&folder, experiment.as_deref());
                            self.push(name, experiment, curves, true, Some(folder));
                            if let Some(run) = self.list.last_mut() {
                                run.growing = Some(growing);
                            }
                        }
                    }
                }
                Err(message) => failures.push(message),
            }
        }
        let same = match (&self.present, present) {
            (Some(old), Some(new)) => Arc::ptr_eq(old, new) || old == new,
            (old, new) => old.is_none() && new.is_none(),
        };
        if !same {
            self.present = present.cloned();
            for run in &mut self.list {
                run.differences = differences(run.experiment.as_deref(), present.map(Arc::as_ref));
            }
            self.groups.take();
        }
        failures
    }
}

/// The name of the run in a folder: the folder's, unless that has a name of this program's making.
fn name_of(folder: &Path, experiment: Option<&Experiment>) -> String {
    let name = folder.file_name().map_or_else(|| folder.display().to_string(), |it| it.display().to_string());
    let made =
        name.split_once('-').is_some_and(|(time, _)| time.len() >= 13 && time.bytes().all(|b| b.is_ascii_digit()));
    experiment.filter(|_| made).map_or(name, |experiment| experiment.name.clone())
}

/// Read what a run reports for as long as another process trains it and somebody wants to know. Nothing is written
/// there.
fn follow(run: &RunFolder, grower: &Sender<NewReports>, ctx: &Context) {
    let mut tail = run.follow();
    let mut is_first = true;
    loop {
        let is_running = run.held_by().is_some();
        if is_first && !is_running {
            return;
        }
        // A table that cannot be read now may be whole again the next time.
        if let Ok(mut new) = tail.read_new()
            && !new.reports.is_empty()
        {
            new.anew |= std::mem::take(&mut is_first);
            if grower.send(new).is_err() {
                return;
            }
            ctx.request_repaint();
        }
        if !is_running {
            return;
        }
        std::thread::sleep(LOOK);
    }
}

fn read(folder: &Path) -> Read {
    let run = RunFolder::at(folder);
    let reports = run.reports().map_err(|error| error.to_string())?;
    if reports.is_empty() {
        return Err(format!("{}: the run has no reports yet", folder.display()));
    }
    let mut curves = Curves::default();
    // A run is worth comparing without its marks and its ledger.
    let marks = run.edits_until(u64::MAX).unwrap_or_default();
    let ledger = run.ledger_until(u64::MAX).unwrap_or_default();
    curves.sync(&History { run: 1, reports, marks, ledger, ..History::default() });
    let experiment = run.experiment().ok().map(Arc::new);
    Ok((std::path::absolute(folder).unwrap_or_else(|_| PathBuf::from(folder)), experiment, curves))
}

/// The fields in which `of` differs from `present`, with the values of `of`: "K = 16, seed = 3".
fn differences(of: Option<&Experiment>, present: Option<&Experiment>) -> String {
    let (Some(of), Some(present)) = (of, present) else { return String::new() };
    let found: Vec<String> = Difference::between(of, present).iter().map(Difference::first).collect();
    found.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Split;
    use crate::train::Report;

    fn report(step: u64) -> Report {
        Report {
            step,
            epoch: step as f64,
            images: step,
            seconds: step as f64,
            split: Split::Train,
            whole: false,
            elbo: -100.0,
            elbo_se: 1.0,
            reconstruction: -80.0,
            kl: 20.0,
            iwae: -100.0,
            samples: 1,
            kl_per_dimension: vec![20.0],
            beta: 1.0,
            learning_rate: 1e-3,
            gradient_norm: 1.0,
            images_per_second: 1e4,
        }
    }

    fn curves(reports: u64) -> Curves {
        let mut curves = Curves::default();
        curves.sync(&History { run: 1, reports: (1..=reports).map(report).collect(), ..History::default() });
        curves
    }

    #[test]
    fn runs_are_bounded_those_out_of_sight_leave_first_and_looks_differ() {
        let mut runs = Runs::default();
        let named = |name: String, samples: usize| {
            let mut experiment = Experiment { name, ..Experiment::default() };
            experiment.objective.samples = samples;
            Some(Arc::new(experiment))
        };
        for i in 0..RUNS_MAX {
            runs.keep(named(format!("run {i}"), i + 1), curves(1), i != 4);
        }
        runs.keep(None, curves(3), true);
        assert_eq!(runs.list().len(), RUNS_MAX);
        assert!(runs.list().iter().all(|run| run.name != "run 4"));
        let mut looks: Vec<usize> = runs.list().iter().map(|run| run.look).collect();
        looks.sort_unstable();
        looks.dedup();
        assert_eq!(looks.len(), RUNS_MAX);
        runs.show(0, false);
        runs.forget(1);
        assert_eq!(runs.shown().count(), RUNS_MAX - 2);
        assert_eq!(runs.groups().len(), RUNS_MAX - 2);
        // Runs that were merely before the present one are few.
        let mut runs = Runs::default();
        for i in 0..2 * HIDDEN_MAX {
            runs.keep(named(format!("run {i}"), 1), curves(1), false);
        }
        assert_eq!(runs.list().len(), HIDDEN_MAX);
        assert_eq!(runs.list()[0].name, format!("run {HIDDEN_MAX}"));
    }

    #[test]
    fn a_run_is_told_by_what_it_does_otherwise() {
        let mut runs = Runs::default();
        let present = Experiment::default();
        let mut other = Experiment { name: "other".into(), seed: present.seed + 1, ..present.clone() };
        other.objective.samples = 16;
        other.encoder.clear();
        runs.keep(Some(Arc::new(other)), curves(1), true);
        assert_eq!(runs.list()[0].differences, "");
        runs.poll(Some(&Arc::new(present)));
        let told = &runs.list()[0].differences;
        assert!(told.contains("K = 16") && told.contains("seed = ") && told.contains("encoder"), "{told}");
    }

    /// By what they do otherwise, and never by a list of fields in place of a name.
    #[test]
    fn item_14_runs_are_told_apart_in_a_few_words() {
        let mut runs = Runs::default();
        let present = Experiment { name: "mnist-2d".into(), ..Experiment::default() };
        let named = |name: &str, samples: usize, seed: u64| {
            let mut experiment = Experiment { name: name.into(), seed, ..present.clone() };
            experiment.objective.samples = samples;
            Some(Arc::new(experiment))
        };
        runs.keep(named("mnist-conv", 5, 1), curves(1), true);
        runs.poll(Some(&Arc::new(present.clone())));
        assert_eq!(runs.groups()[0].name, "K = 5");
        for seed in 1..=3 {
            runs.keep(named("mnist-2d", 16, seed), curves(1), true);
        }
        let names = |runs: &Runs| runs.groups().iter().map(|group| group.name.clone()).collect::<Vec<_>>();
        assert_eq!(names(&runs), ["K = 5", "K = 16 (3 seeds)"]);
        assert_eq!(runs.members(&runs.groups()[1]).count(), 3);
        runs.keep(named("mnist-2d", 16, 3), curves(1), true);
        assert_eq!(names(&runs), ["K = 5", "K = 16 (3 seeds)", "K = 16"]);
    }

    #[test]
    fn a_folder_of_our_own_naming_is_called_as_its_experiment() {
        let experiment = Experiment { name: "mine".into(), ..Experiment::default() };
        let name = |folder: &str| name_of(Path::new(folder), Some(&experiment));
        assert_eq!(name("/runs/beta-4"), "beta-4");
        assert_eq!(name("/data/replaced-runs/01795230000000-812-mine"), "mine");
    }

    /// A run that another process trains grows while it is compared, and is let go when it ends.
    #[test]
    fn a_compared_run_grows_while_it_is_trained() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let run = RunFolder::at(folder.path());
        let experiment = Experiment::default();
        let report = |step| Report { elbo: -(step as f64), ..curves(step).newest().cloned().expect("a report") };
        let reports: Vec<Report> = (1..=5).map(report).collect();
        run.save_curves(&experiment, &reports[..2], &[]).expect("it is written");
        let lock = run.lock().expect("nobody else trains it");
        let (ctx, mut runs) = (Context::default(), Runs::default());
        runs.read(&ctx, folder.path());
        let mut until = |step: u64| {
            let start = std::time::Instant::now();
            loop {
                assert!(start.elapsed() < Duration::from_secs(60), "step {step} does not come");
                assert_eq!(runs.poll(None), [""; 0]);
                let newest = runs.list().first().and_then(|run| run.curves.newest());
                if newest.is_some_and(|newest| newest.step == step) {
                    break;
                }
                std::thread::sleep(Duration::from_millis(20));
            }
        };
        until(2);
        run.save_tables(&reports[..4], &[]).expect("it is written");
        until(4);
        run.save_tables(&reports, &[]).expect("it is written");
        drop(lock);
        until(5);
    }

    #[test]
    fn a_folder_that_is_read_again_is_one_run() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let run = RunFolder::at(folder.path().join("run"));
        let mut runs = Runs::default();
        for count in [2, 5] {
            let reports: Vec<Report> = (1..=count).map(report).collect();
            run.save_curves(&Experiment::default(), &reports, &[]).expect("the folder is writable");
            runs.read(&Context::default(), run.path());
            while runs.reading() > 0 {
                assert_eq!(runs.poll(None), [""; 0]);
                std::thread::yield_now();
            }
        }
        assert_eq!(runs.list().len(), 1);
        assert_eq!(runs.list()[0].curves.newest().map(|report| report.step), Some(5));
        assert_eq!(runs.groups().len(), 1);
    }

    #[test]
    fn what_is_no_run_is_said() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        assert!(read(folder.path()).is_err_and(|message| message.contains("metrics.csv")));
    }
}
