//! One run's files, read without its tensors; again only those that have changed.

use super::fields::Seen;
use super::metrics::Metrics;
use super::notes::Notes;
use super::places::Place;
use super::state::RunState;
use super::summary::RunSummary;
use crate::estimate::Estimate;
use crate::experiment::Length;
use crate::study::PointFolder;
use crate::train::{Progress, RunFolder};
use std::path::Path;
use std::time::SystemTime;

/// When a file was changed, and its length; `None` where it is not.
type Stamp = Option<(SystemTime, u64)>;

fn stamp(path: &Path) -> Stamp {
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

/// A run as it was last read.
pub struct Reader {
    run: RunFolder,
    /// Of the folder, in which files are replaced, and of the files that grow in their place.
    stamps: [Stamp; 5],
    metrics: Metrics,
    /// The length that the experiment plans, or why it cannot be read.
    plan: Result<Length, String>,
    summary: RunSummary,
}

impl Reader {
    /// Read what costs little: everything but the reports, of which only the last are looked at.
    pub fn glance(place: &Place, seen: &mut Seen) -> Self {
        let run = RunFolder::at(&place.folder);
        let metrics = Metrics::glance(&run.metrics_file());
        let name = place.folder.file_name().map(|name| name.display().to_string()).unwrap_or_default();
        let blank = RunSummary::blank(place.folder.clone(), RunState::Paused, &name);
        let summary = RunSummary { study: place.study.clone(), ..blank };
        let stamps = stamps(&run);
        let mut reader = Self { run, stamps, metrics, plan: Err(String::new()), summary };
        reader.read_small_files(seen);
        reader
    }

    /// Read all reports, and count the folder's bytes.
    pub fn complete(&mut self) {
        self.read_metrics();
        self.summary.bytes = Some(bytes_of(self.run.path()));
        self.judge();
    }

    /// Look again, and read what has changed. Whether anything has.
    pub fn refresh(&mut self, seen: &mut Seen) -> bool {
        let stamps = stamps(&self.run);
        let was_running = matches!(self.summary.state, RunState::Running(_));
        if stamps == self.stamps {
            // Who ends gives no other sign of it.
            if was_running && self.run.held_by().is_none() {
                self.judge();
                return true;
            }
            return false;
        }
        let replaced = stamps[0] != self.stamps[0];
        self.stamps = stamps;
        let before = (self.summary.state.clone(), self.summary.step);
        if replaced || !was_running {
            self.read_small_files(seen);
        }
        let grown = self.read_metrics();
        self.read_evaluation();
        self.judge();
        replaced || grown || before != (self.summary.state.clone(), self.summary.step)
    }

    /// The run's summary so far.
    pub fn summary(&self) -> &RunSummary {
        &self.summary
    }

    fn read_metrics(&mut self) -> bool {
        match self.metrics.read_new(&self.run.metrics_file()) {
            Ok(changed) => changed,
            Err(error) => {
                self.metrics.damage.get_or_insert(error);
                self.metrics.complete = true;
                true
            }
        }
    }

    /// The experiment, the notes and the evaluation.
    fn read_small_files(&mut self, seen: &mut Seen) {
        let summary = &mut self.summary;
        summary.saved_at = self.run.saved_at().or(self.stamps[0].map(|(at, _)| at));
        self.plan = match self.run.experiment() {
            Ok(experiment) => {
                summary.fields = seen.fields(&experiment);
                summary.experiment.clone_from(&experiment.name);
                Ok(experiment.training.length)
            }
            Err(error) => Err(error.to_string()),
        };
        // Notes that cannot be read are said when they are written over.
        summary.notes = Notes::read(&self.run).unwrap_or_default();
        self.read_evaluation();
        self.judge();
    }

    /// log p(x) and active units: of the newest evaluation that is kept with the run; else, of a study's point, its
    /// result; else the last row of the ledger.
    fn read_evaluation(&mut self) {
        let summary = &mut self.summary;
        (summary.log_px, summary.log_px_of, summary.active_units) = (None, None, None);
        let result = || summary.study.as_ref().and_then(|_| PointFolder::at(self.run.path()).result());
        if let Some(kept) = self.run.last_evaluation() {
            summary.log_px = kept.estimate("log_px");
            summary.log_px_of = summary.log_px.map(|_| kept.told());
            summary.active_units = kept.number("active_units");
        } else if let Some(result) = result() {
            summary.log_px = result.estimate("log_px");
            summary.log_px_of = summary.log_px.map(|_| "the study's evaluation".into());
            summary.active_units = result.number("active_units");
        }
        if summary.log_px.is_none()
            && let Some(log_px) = last_of_ledger(&self.run.ledger_file())
        {
            (summary.log_px, summary.log_px_of) = (Some(log_px), Some("the ledger's last measurement".into()));
        }
    }

    /// Put together what the files say.
    fn judge(&mut self) {
        let progress = self.run.progress();
        let (metrics, summary) = (&self.metrics, &mut self.summary);
        summary.last = metrics.last_bound();
        summary.best = metrics.best_bound();
        summary.images_per_second = metrics.images_per_second;
        summary.complete = metrics.complete;
        let saved = progress.as_ref().ok();
        let last = metrics.last;
        let holder = self.run.held_by();
        // While it is trained, its reports are further than its checkpoint.
        let step = saved.map(|saved| saved.step).max(last.filter(|_| holder.is_some()).map(|(step, ..)| step));
        summary.step = step.or(last.map(|(step, ..)| step));
        summary.epoch = last.map(|(_, epoch, _)| epoch).or(saved.map(|saved| saved.epoch as f64));
        summary.seconds = saved.map(|saved| saved.seconds).or(last.map(|(.., seconds)| seconds));
        summary.state = match (&self.plan, &progress, holder) {
            (.., Some(holder)) => RunState::Running(holder),
            (Err(_), ..) if self.run.is_unsaved() => {
                RunState::Unsaved("it ended before it was saved for the first time".into())
            }
            (Err(error), ..) => RunState::Damaged(error.clone()),
            (_, Err(_), _) if !self.run.has_checkpoint() => {
                RunState::Unsaved("only its curves were kept, not its model".into())
            }
            (_, Err(error), _) => RunState::Damaged(error.to_string()),
            (Ok(length), Ok(progress), _) => match &metrics.damage {
                Some(damage) => RunState::Damaged(damage.clone()),
                None if is_over(length, progress, last) => RunState::Finished,
                None => RunState::Paused,
            },
        };
    }
}

/// Whether a run has come to the end that its experiment plans.
fn is_over(length: &Length, progress: &Progress, last: Option<(u64, f64, f64)>) -> bool {
    // The rows of a checkpoint's own step tell a part of an epoch too.
    let epochs = last.filter(|(step, ..)| *step == progress.step).map_or(0.0, |(_, epoch, _)| epoch);
    let epochs = epochs.max(progress.epoch as f64);
    match *length {
        Length::Epochs(planned) => epochs >= planned,
        Length::Steps(planned) => progress.step >= planned,
        Length::UntilConverged { max_epochs, patience, .. } => {
            epochs >= max_epochs || progress.convergence.stale() >= patience
        }
    }
}

fn stamps(run: &RunFolder) -> [Stamp; 5] {
    let growing = [run.metrics_file(), run.ledger_file(), run.evaluations_file(), run.lock_file()];
    let [metrics, ledger, evaluations, lock] = growing.map(|file| stamp(&file));
    [stamp(run.path()), metrics, ledger, evaluations, lock]
}

/// log p(x) of the last whole row of a ledger.
fn last_of_ledger(path: &Path) -> Option<Estimate> {
    const ROW: u64 = 4_096;
    const LOG_PX: usize = 11;
    let length = std::fs::metadata(path).ok()?.len();
    let bytes = crate::files::read_from(path, length.saturating_sub(ROW), ROW).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    let row = text[..text.rfind('\n')?].lines().next_back()?;
    let cells: Vec<&str> = row.split(',').collect();
    let number = |cell: usize| cells.get(cell)?.parse::<f64>().ok();
    number(LOG_PX).map(|value| Estimate { value, se: number(LOG_PX + 1).unwrap_or(f64::NAN) })
}

/// The bytes of the files in a folder and in those below it.
pub fn bytes_of(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let of = |entry: std::fs::DirEntry| match entry.metadata() {
        Ok(metadata) if metadata.is_dir() => bytes_of(&entry.path()),
        Ok(metadata) if metadata.is_file() => metadata.len(),
        _ => 0,
    };
    entries.map(of).sum()
}

#[cfg(test)]
mod tests {
    use super::super::samples::{make, report};
    use super::*;
    use crate::experiment::Experiment;
    use crate::files::csv;
    use crate::train::KeptEvaluation;
    use serde_json::json;
    use std::fs;

    fn read(folder: &Path) -> Reader {
        let mut reader = Reader::glance(&place(folder), &mut Seen::default());
        reader.complete();
        reader
    }

    fn place(folder: &Path) -> Place {
        Place { folder: folder.to_owned(), study: None }
    }

    fn steps(length: u64) -> Experiment {
        let mut experiment = Experiment { name: "mine".into(), ..Experiment::default() };
        experiment.training.length = Length::Steps(length);
        experiment
    }

    #[test]
    fn a_run_tells_where_it_stands() {
        let root = tempfile::tempdir().unwrap();
        let folder = |name: &str| root.path().join(name);
        let state = |name: &str| read(&folder(name)).summary().state.clone();
        make(&folder("over"), &steps(9), 9, &[-100.0]);
        make(&folder("under"), &steps(10), 9, &[-100.0]);
        assert_eq!((state("over"), state("under")), (RunState::Finished, RunState::Paused));
        let mut experiment = steps(1);
        experiment.training.length = Length::Epochs(0.3);
        make(&folder("epochs"), &experiment, 3, &[-3.0, -2.0, -1.0]);
        assert_eq!(state("epochs"), RunState::Finished, "a part of an epoch counts too");

        // The first save did not come to its end.
        fs::create_dir_all(folder("begun")).unwrap();
        fs::write(folder("begun/.unsaved"), "").unwrap();
        assert!(matches!(state("begun"), RunState::Unsaved(why) if why.contains("first time")));
        fs::remove_dir_all(folder("under/checkpoint")).unwrap();
        assert!(matches!(state("under"), RunState::Unsaved(why) if why.contains("curves")));

        fs::write(folder("over/checkpoint/progress.json"), "{").unwrap();
        assert!(matches!(state("over"), RunState::Damaged(why) if why.contains("progress.json")));
        make(&folder("over"), &steps(9), 9, &[-100.0]);
        fs::write(folder("over/metrics.csv"), "step\nnonsense\n").unwrap();
        assert!(matches!(state("over"), RunState::Damaged(why) if why.contains("metrics.csv, line 2")));
        fs::write(folder("over/experiment.ron"), "(seed: x)").unwrap();
        let reader = read(&folder("over"));
        assert!(matches!(&reader.summary().state, RunState::Damaged(why) if why.contains("experiment.ron")));
        assert_eq!(reader.summary().name(), "over", "what is known of it is its folder");
    }

    #[test]
    fn a_summary_has_the_bounds_and_what_was_measured() {
        let root = tempfile::tempdir().unwrap();
        let run = make(root.path(), &steps(100), 9, &[-100.0, -90.0, -95.0]);
        let first = Reader::glance(&place(root.path()), &mut Seen::default());
        assert_eq!(first.summary().last.map(|bound| bound.elbo), Some(-95.0), "at a glance");
        assert_eq!((first.summary().best, first.summary().bytes), (None, None));
        let head = ["step"; 11].into_iter().chain(["log_px", "log_px_se"]);
        let row = ["1"; 11].into_iter().chain(["-88.5", "0.5"]);
        csv::write(&run.ledger_file(), &csv::table(head, [row])).unwrap();
        assert_eq!(read(root.path()).summary().log_px, Some(Estimate { value: -88.5, se: 0.5 }));
        let evaluation = json!({"step": 9, "split": "test", "images": 10, "method": "quadrature over z",
            "log_px": -87.0, "log_px_se": 0.25, "active_units": 2});
        run.keep_evaluation(&KeptEvaluation::new(1, evaluation)).unwrap();
        let notes = Notes { name: "renamed".into(), ..Notes::default() };
        notes.write(&run).unwrap();
        let reader = read(root.path());
        let summary = reader.summary();
        assert_eq!((summary.name(), summary.experiment.as_str()), ("renamed", "mine"));
        assert_eq!((summary.step, summary.seconds), (Some(9), Some(2.25)));
        assert_eq!(summary.last.map(|bound| (bound.elbo, bound.reconstruction)), Some((-95.0, -75.0)));
        assert_eq!(summary.best.map(|bound| (bound.step, bound.elbo)), Some((2, -90.0)));
        assert_eq!(summary.log_px, Some(Estimate { value: -87.0, se: 0.25 }), "an evaluation says it better");
        assert_eq!(summary.log_px_of.as_deref(), Some("10 of the test split after step 9, by quadrature over z"));
        assert_eq!(summary.active_units, Some(2.0));
        assert_eq!(summary.fields.get("training.length").map(|field| field.full_text()), Some("Steps(100)".into()));
        assert!(summary.bytes.is_some_and(|bytes| bytes > 1_000) && summary.complete);
    }

    /// The rows that a process writes are seen as they come, and its end too; nothing is written or locked meanwhile.
    #[test]
    fn a_run_is_followed_while_another_writes_it() {
        let root = tempfile::tempdir().unwrap();
        let run = make(root.path(), &steps(100), 2, &[-100.0, -90.0]);
        let mut seen = Seen::default();
        let mut reader = read(root.path());
        assert!(!reader.refresh(&mut seen));
        let lock = run.lock().unwrap();
        assert!(reader.refresh(&mut seen));
        let is_running = |reader: &Reader| matches!(reader.summary().state, RunState::Running(_));
        assert!(is_running(&reader));
        let reports: Vec<_> =
            [-100.0, -90.0, -80.0].iter().enumerate().map(|(i, e)| report(i as u64 + 1, *e)).collect();
        run.save_tables(&reports, &[]).unwrap();
        assert!(reader.refresh(&mut seen));
        assert_eq!(reader.summary().last.map(|bound| bound.elbo), Some(-80.0));
        assert_eq!(reader.summary().step, Some(3), "further than its checkpoint");
        // Half a row, as the disk may show it.
        let metrics = run.metrics_file();
        let text = fs::read_to_string(&metrics).unwrap();
        fs::write(&metrics, format!("{text}4,0.4,400,1,valid")).unwrap();
        reader.refresh(&mut seen);
        assert_eq!((reader.summary().step, is_running(&reader)), (Some(3), true));
        drop(lock);
        if cfg!(target_os = "linux") {
            assert!(reader.refresh(&mut seen), "who ends leaves its files as they are");
            assert_eq!(reader.summary().state, RunState::Paused);
        }
        let other = RunFolder::at(root.path());
        drop(other.lock().expect("the run was never locked by being looked at"));
    }
}
