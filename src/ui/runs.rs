//! Runs to compare the present one with: earlier runs of this session, and run folders.

use super::curves::{Curves, ReportSource};
use super::differences::Difference;
use crate::experiment::Experiment;
use crate::train::RunFolder;
use crate::worker::History;
use crossbeam_channel::{Receiver, Sender, unbounded};
use eframe::egui::Context;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Largest number of runs kept, which is the number of colours. The oldest run that is not shown is dropped first, else
/// the oldest.
const RUNS_MAX: usize = 10;

/// A run that is compared with the present one.
#[derive(Clone, Debug)]
pub struct Compared {
    pub name: String,
    /// The fields of its experiment that differ from the present run, with their values.
    pub differences: String,
    pub curves: Curves,
    pub shown: bool,
    /// Its colour, as an index of the labels' colours.
    pub colour: u8,
    /// Where it is read from again when the window opens the next time, if anywhere.
    pub folder: Option<PathBuf>,
    experiment: Option<Arc<Experiment>>,
}

/// What reading a run folder came to.
type Read = Result<(PathBuf, Option<Arc<Experiment>>, Curves), String>;

/// The runs to compare with.
pub struct Runs {
    list: Vec<Compared>,
    /// Number of folders being read, each on a thread of its own.
    reading: usize,
    read: Receiver<Read>,
    reader: Sender<Read>,
    /// The experiment that the differences were computed against.
    present: Option<Arc<Experiment>>,
    /// Number of runs so far; their numbers differ from those of the worker.
    count: u64,
}

impl Default for Runs {
    fn default() -> Self {
        let (reader, read) = unbounded();
        Self { list: Vec::new(), reading: 0, read, reader, present: None, count: 0 }
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

    /// What a run is called beside the others: its name, and where others have the same one, the first thing that it does
    /// otherwise than the present run, else its number in the list.
    pub fn told_apart(&self, run: &Compared) -> String {
        let namesakes = self.list.iter().filter(|other| other.name == run.name).count();
        let present = self.present.as_ref().is_some_and(|present| present.name == run.name);
        if namesakes <= 1 && !present {
            return run.name.clone();
        }
        let first = |of: &Compared| of.differences.split(", ").next().unwrap_or_default().to_owned();
        let own = first(run);
        let alike = self.list.iter().filter(|other| other.name == run.name && first(other) == own).count();
        if !own.is_empty() && alike == 1 {
            return format!("{}, {own}", run.name);
        }
        let number = self.list.iter().position(|other| other.colour == run.colour).map_or(0, |place| place + 1);
        format!("{} ({number})", run.name)
    }

    /// Number of folders that are still being read.
    pub fn reading(&self) -> usize {
        self.reading
    }

    pub fn show(&mut self, index: usize, shown: bool) {
        if let Some(run) = self.list.get_mut(index) {
            run.shown = shown;
        }
    }

    pub fn forget(&mut self, index: usize) {
        if index < self.list.len() {
            self.list.remove(index);
        }
    }

    /// Keep the curves of a run of `experiment` for comparison.
    pub fn keep(&mut self, experiment: Option<Arc<Experiment>>, curves: Curves, shown: bool) {
        let name = experiment.as_ref().map_or_else(|| "a run".into(), |experiment| experiment.name.clone());
        self.push(name, experiment, curves, shown, None);
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
        if self.list.len() == RUNS_MAX {
            let oldest = self.list.iter().position(|run| !run.shown).unwrap_or(0);
            self.list.remove(oldest);
        }
        let taken = |colour: &u8| self.list.iter().any(|run| run.colour == *colour);
        let colour = (0..RUNS_MAX as u8).find(|colour| !taken(colour)).unwrap_or_default();
        let differences = differences(experiment.as_deref(), self.present.as_deref());
        self.count += 1;
        let curves = curves.numbered(u64::MAX - self.count);
        self.list.push(Compared { name, differences, curves, shown, colour, folder, experiment });
    }

    /// Read a run folder's curves on a thread of its own.
    pub fn read(&mut self, ctx: &Context, folder: &Path) {
        let (sender, ctx, folder) = (self.reader.clone(), ctx.clone(), folder.to_owned());
        let work = move || {
            // A window that has closed meanwhile no longer cares.
            let _ = sender.send(read(&folder));
            ctx.request_repaint();
        };
        if std::thread::Builder::new().name("elbow-run-reader".into()).spawn(work).is_ok() {
            self.reading += 1;
        }
    }

    /// Add the folders that have been read; returns the errors of those that cannot be read. `present` is the
    /// experiment of the present run.
    pub fn poll(&mut self, present: Option<&Arc<Experiment>>) -> Vec<String> {
        let mut failures = Vec::new();
        while let Ok(read) = self.read.try_recv() {
            self.reading -= 1;
            match read {
                Ok((folder, experiment, curves)) => {
                    let name =
                        folder.file_name().map_or_else(|| folder.display().to_string(), |it| it.display().to_string());
                    self.push(name, experiment, curves, true, Some(folder));
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
        }
        failures
    }
}

/// The source of a compared run's curve: held-out images if they are wanted and were measured, else training images.
pub fn source_of(curves: &Curves, validation: bool) -> ReportSource {
    let held_out = [ReportSource::Validation, ReportSource::WholeValidation];
    let found = held_out.into_iter().find(|&source| validation && !curves.track(source).is_empty());
    found.unwrap_or(ReportSource::Training)
}

fn read(folder: &Path) -> Read {
    let run = RunFolder::at(folder);
    let reports = run.reports().map_err(|error| error.to_string())?;
    if reports.is_empty() {
        return Err(format!("{}: the run has no reports yet", folder.display()));
    }
    let mut curves = Curves::default();
    // A run is worth comparing without its marks.
    let marks = run.edits_until(u64::MAX).unwrap_or_default();
    curves.sync(&History { run: 1, reports, marks, ..History::default() });
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

    fn curves(reports: u64) -> Curves {
        let report = |step| Report {
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
        };
        let mut curves = Curves::default();
        curves.sync(&History { run: 1, reports: (1..=reports).map(report).collect(), ..History::default() });
        curves
    }

    #[test]
    fn runs_are_bounded_those_out_of_sight_leave_first_and_colours_differ() {
        let mut runs = Runs::default();
        for i in 0..RUNS_MAX {
            let experiment = Experiment { name: format!("run {i}"), ..Experiment::default() };
            runs.keep(Some(Arc::new(experiment)), curves(3), i != 4);
        }
        runs.keep(None, curves(3), true);
        assert_eq!(runs.list().len(), RUNS_MAX);
        assert!(runs.list().iter().all(|run| run.name != "run 4"));
        let mut colours: Vec<u8> = runs.list().iter().map(|run| run.colour).collect();
        colours.sort_unstable();
        colours.dedup();
        assert_eq!(colours.len(), RUNS_MAX);
        runs.show(0, false);
        runs.forget(1);
        assert_eq!(runs.shown().count(), RUNS_MAX - 2);
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

    /// By names, and where these are the same by what differs, never by a list of fields in place of a name.
    #[test]
    fn item_14_runs_are_told_apart_by_their_names_first() {
        let mut runs = Runs::default();
        let present = Experiment { name: "mnist-2d".into(), ..Experiment::default() };
        let named = |name: &str, samples: usize| {
            let mut experiment = Experiment { name: name.into(), ..present.clone() };
            experiment.objective.samples = samples;
            Some(Arc::new(experiment))
        };
        runs.keep(named("mnist-conv", 16), curves(1), true);
        runs.keep(named("mnist-2d", 5), curves(1), true);
        runs.keep(named("mnist-2d", 16), curves(1), true);
        runs.keep(named("mnist-2d", 16), curves(1), true);
        runs.poll(Some(&Arc::new(present.clone())));
        let told: Vec<String> = runs.list().iter().map(|run| runs.told_apart(run)).collect();
        assert_eq!(told, ["mnist-conv", "mnist-2d, K = 5", "mnist-2d (3)", "mnist-2d (4)"]);
    }

    #[test]
    fn what_is_no_run_is_said() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        assert!(read(folder.path()).is_err_and(|message| message.contains("metrics.csv")));
    }
}
