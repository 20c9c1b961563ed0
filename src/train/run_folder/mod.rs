//! The folder of a run on disk.
//!
//! ```text
//! experiment.ron                                          the experiment
//! checkpoint/model.safetensors                            the model
//! checkpoint/optimiser.safetensors                        the optimiser's moments
//! checkpoint/progress.json                                how far the run has come, checksums, the data's fingerprint
//! metrics.csv, latents.csv                                a row a report
//! ledger.csv                                              a row a measurement of the ledger, where one was kept
//! checkpoint/history.json                                 the index of the kept states, and what was done to the run
//! history/STEP.safetensors                                a state that was kept on the way
//! best/STEP.safetensors                                   the state with the highest bound on the validation images
//! edits.csv                                               a row a change while it trained, where there was one
//! provenance.csv                                          a row for each thing that was done to the run
//! columns.csv                                             a row a column of a table, with its transform
//! reconstructions.png, traversals.png, samples.png        what the model shows at the end
//! evaluations.jsonl                                       a line an evaluation, where it was evaluated
//! notes.ron                                               what a user has written of the run, where there is something
//! .lock                                                   locked by the process that trains into the folder
//! .unsaved                                                there until the first checkpoint of a run is whole
//! ```
//!
//! Only [`RunFolder`] knows these names. Whatever trains writes such a folder, whatever looks at a run reads one.
//!
//! Tables and checkpoint are one state: the checkpoint's step says how far the tables count. Rows are appended to the
//! tables before the checkpoint that they belong to is written, and are never written again; those beyond it are cut
//! when the run goes on.

mod checkpoint;
mod columns;
mod edits;
mod evaluations;
mod follow;
mod fork;
mod history;
mod integrity;
mod ledger;
mod metrics;
mod owner;
mod provenance;
mod tables;

pub use checkpoint::Checkpoint;
pub use columns::csv as columns_csv;
pub use evaluations::KeptEvaluation;
pub use follow::{NewReports, ReportsTail};
pub use fork::Fork;
pub use ledger::csv as ledger_csv;
pub use tables::{NewRows, TableFiles, Tables};

use super::{LedgerEntry, Mark, Progress, Report, RunHistory, TrainError, Trainer, TrainingDevice};
use crate::data::Dataset;
use crate::experiment::Experiment;
use crate::files;
use crate::files::csv::TableError;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

/// The folder of a run that exists or that is to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunFolder {
    path: PathBuf,
}

impl RunFolder {
    /// The run folder at a path. It need not exist: see [`is_run`](Self::is_run).
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// The folder's path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the folder holds a run, that is, an experiment.
    pub fn is_run(&self) -> bool {
        self.experiment_file().is_file()
    }

    /// Whether the folder holds reports.
    pub fn has_metrics(&self) -> bool {
        self.metrics_file().is_file()
    }

    /// Whether the folder holds a model to go on with.
    pub fn has_checkpoint(&self) -> bool {
        files::newest_whole(&self.checkpoint_folder(), checkpoint::is_whole).is_some()
    }

    /// The time when the checkpoint was last written, if there is one and the system tells: where it is another than
    /// before, the model is another.
    pub fn checkpoint_at(&self) -> Option<SystemTime> {
        let checkpoint = files::newest_whole(&self.checkpoint_folder(), checkpoint::is_whole)?;
        std::fs::metadata(checkpoint.join(checkpoint::PROGRESS)).and_then(|metadata| metadata.modified()).ok()
    }

    /// The time when the experiment was last written, if the system tells.
    pub fn saved_at(&self) -> Option<SystemTime> {
        std::fs::metadata(self.experiment_file()).and_then(|metadata| metadata.modified()).ok()
    }

    /// Move the folder to another path.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn move_to(&self, other: &Self) -> io::Result<()> {
        std::fs::rename(&self.path, &other.path)
    }

    /// Remove the folder with everything in it.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn remove(&self) -> io::Result<()> {
        std::fs::remove_dir_all(&self.path)
    }

    /// Read the run's experiment.
    ///
    /// # Errors
    /// The folder holds no run, or its experiment cannot be read.
    pub fn experiment(&self) -> Result<Experiment, TrainError> {
        if self.is_unsaved() {
            return Err(TrainError::Checkpoint(format!(
                "{}: the run that began here ended before it was saved for the first time. Train it again: `elbow \
                 train … --out` takes the folder over.",
                self.path.display()
            )));
        }
        if !self.is_run() {
            return Err(TrainError::Checkpoint(format!(
                "{} is not a run folder: it has no {EXPERIMENT}. \
                 A run folder is what `elbow train … --out DIR` writes.",
                self.path.display()
            )));
        }
        Experiment::load(&self.experiment_file()).map_err(|error| TrainError::Checkpoint(error.to_string()))
    }

    /// Write the whole run except its pictures; the folder is made if it is missing.
    ///
    /// # Errors
    /// The device fails, or a file cannot be written; the message names the path.
    pub fn save(
        &self,
        trainer: &Trainer,
        reports: &[Report],
        ledger: &[LedgerEntry],
        marks: &[Mark],
    ) -> Result<(), TrainError> {
        let mut tables = Tables::default();
        tables.written(self.table_files(), 0);
        let new = NewRows { reports: reports.to_vec(), ledger: ledger.to_vec() };
        self.save_new(trainer, &mut tables, &new, marks)
    }

    /// Write the whole run except its pictures, of the tables only the rows that are not [written](Tables::written).
    ///
    /// # Errors
    /// The device fails, or a file cannot be written; the message names the path.
    pub fn save_new(
        &self,
        trainer: &Trainer,
        tables: &mut Tables,
        new: &NewRows,
        marks: &[Mark],
    ) -> Result<(), TrainError> {
        files::create_folder(&self.path)?;
        // The checkpoint last: rows beyond it are cut when the run goes on, rows that it lacks would be lost.
        self.save_new_rows(tables, new)?;
        let failed = |error: TableError| TrainError::NotSaved(error.to_string());
        edits::write(&self.edits_file(), marks).map_err(failed)?;
        provenance::write(&self.provenance_file(), trainer.history()).map_err(failed)?;
        if let Some(columns) = trainer.dataset().columns() {
            files::csv::write(&self.file("columns.csv"), &columns_csv(&columns)).map_err(failed)?;
        }
        self.save_checkpoint_beside(trainer, tables)
    }

    /// Append to the tables the rows that are not [written](Tables::written).
    ///
    /// # Errors
    /// A file cannot be written; the message names the path.
    pub fn save_new_rows(&self, tables: &mut Tables, new: &NewRows) -> Result<(), TrainError> {
        tables.save(&self.table_files(), new).map_err(|error| TrainError::NotSaved(error.to_string()))
    }

    /// Write the content of a run's curves without its model: the experiment, the reports and the marks. The folder is
    /// made if it is missing.
    ///
    /// # Errors
    /// A file cannot be written; the message names the path.
    pub fn save_curves(&self, experiment: &Experiment, reports: &[Report], marks: &[Mark]) -> Result<(), TrainError> {
        files::create_folder(&self.path)?;
        self.save_tables(reports, &[])?;
        edits::write(&self.edits_file(), marks).map_err(|error| TrainError::NotSaved(error.to_string()))?;
        experiment.save(&self.experiment_file()).map_err(|error| TrainError::NotSaved(error.to_string()))
    }

    /// Make the tables hold the rows of these reports and entries, and no others. Rows that are there already stay as
    /// they are.
    ///
    /// # Errors
    /// A file cannot be written; the message names the path.
    pub fn save_tables(&self, reports: &[Report], ledger: &[LedgerEntry]) -> Result<(), TrainError> {
        let new = NewRows { reports: reports.to_vec(), ledger: ledger.to_vec() };
        self.save_new_rows(&mut Tables::default(), &new)
    }

    /// Remove the pictures of an earlier run, or of an earlier step, which would be taken for those of the present one.
    pub fn remove_pictures(&self) {
        for picture in [self.reconstructions_file(), self.traversals_file(), self.samples_file()] {
            // Most folders have none.
            let _ = std::fs::remove_file(picture);
        }
    }

    /// Write the experiment, the kept states and the checkpoint; the folder is made if it is missing.
    ///
    /// # Errors
    /// The device fails, or a file cannot be written; the message names the path.
    pub fn save_checkpoint(&self, trainer: &Trainer) -> Result<(), TrainError> {
        self.save_checkpoint_beside(trainer, &Tables::default())
    }

    /// Write the experiment, the kept states and the checkpoint, with the checksums of these tables.
    fn save_checkpoint_beside(&self, trainer: &Trainer, written: &Tables) -> Result<(), TrainError> {
        let file = self.experiment_file();
        let experiment = trainer
            .last()
            .experiment
            .text_for(&file)
            .map_err(|error| TrainError::NotSaved(format!("cannot write {}: {error}", file.display())))?;
        let index = history::stage(&self.path, &checkpoint::index(&self.checkpoint_folder()), trainer)?;
        let fresh =
            checkpoint::stage(&self.checkpoint_folder(), trainer, &experiment, &index, (&self.tables(), written))?;
        files::write(&file, experiment)?;
        fresh.commit()?;
        index.sweep(&self.path);
        // What cannot be removed does no harm: the folder holds a run now.
        let _ = std::fs::remove_file(self.unsaved_file());
        Ok(())
    }

    /// The run's checkpoint, with its progress read and checked.
    ///
    /// # Errors
    /// There is no checkpoint, or its progress is damaged or cannot be read.
    pub fn checkpoint(&self) -> Result<Checkpoint, TrainError> {
        // An experiment that cannot be read is not the one that was saved either.
        let experiment = files::read(&self.experiment_file(), EXPERIMENT_SIZE).unwrap_or_default();
        Checkpoint::find(&self.path, &self.checkpoint_folder(), &experiment)?.ok_or_else(|| {
            let folder = self.path.display();
            TrainError::Checkpoint(format!("{folder} has no checkpoint to continue from; train it again."))
        })
    }

    /// Continue the run where its checkpoint left it, with the data that it was trained on.
    ///
    /// # Errors
    /// Missing, malformed or damaged files, other data, tensors that do not fit the experiment or are not finite.
    pub fn load_checkpoint(
        &self,
        experiment: Experiment,
        dataset: Arc<Dataset>,
        device: TrainingDevice,
    ) -> Result<Trainer, TrainError> {
        let checkpoint = self.checkpoint()?;
        checkpoint.check_data(&dataset, false)?;
        checkpoint.load(experiment, dataset, device)
    }

    /// The states that were kept of the run, the best among them, and what was done to it, as of its checkpoint.
    ///
    /// # Errors
    /// A missing, malformed or damaged checkpoint.
    pub fn history(&self) -> Result<RunHistory, TrainError> {
        self.checkpoint()?.history(&self.experiment()?)
    }

    /// How far the run had come at its checkpoint.
    ///
    /// # Errors
    /// A missing or malformed checkpoint.
    pub fn progress(&self) -> Result<Progress, TrainError> {
        self.checkpoint().map(|checkpoint| *checkpoint.progress())
    }

    /// Read the reports that are in both tables: a run that writes them may have come further in one.
    ///
    /// # Errors
    /// A file is missing, or a line is not a report; the message names the line.
    pub fn reports(&self) -> Result<Vec<Report>, TableError> {
        metrics::read(&self.metrics_file(), &self.latents_file(), None)
    }

    /// Read the reports up to the step of a checkpoint. Later rows are passed over: a save that was cut off leaves
    /// tables that have come further than the checkpoint, one perhaps without the other.
    ///
    /// # Errors
    /// A file is missing, a line is not a report (the message names the line), or a table lacks rows up to this step.
    pub fn reports_until(&self, last: u64) -> Result<Vec<Report>, TableError> {
        metrics::read(&self.metrics_file(), &self.latents_file(), Some(last))
    }

    /// Rename tables that cannot be read, so that no later save overwrites them.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn set_tables_aside(&self) -> io::Result<()> {
        for file in self.tables() {
            if file.exists() {
                files::set_aside(&file)?;
            }
        }
        Ok(())
    }

    /// Read the ledger, which is empty if none was kept.
    ///
    /// # Errors
    /// A line is not an entry; the message names the line.
    pub fn ledger(&self) -> Result<Vec<LedgerEntry>, TableError> {
        self.ledger_until(u64::MAX)
    }

    /// Read the changes that were made while the run trained, up to step `last`; none if there were none.
    ///
    /// # Errors
    /// A line is not a change; the message names the line.
    pub fn edits_until(&self, last: u64) -> Result<Vec<Mark>, TableError> {
        let mut marks = edits::read(&self.edits_file())?;
        marks.retain(|mark| mark.step <= last);
        Ok(marks)
    }

    /// Read the ledger up to step `last`, in the way of [`reports_until`](Self::reports_until).
    ///
    /// # Errors
    /// A line is not an entry; the message names the line.
    pub fn ledger_until(&self, last: u64) -> Result<Vec<LedgerEntry>, TableError> {
        let mut entries = ledger::read(&self.ledger_file())?;
        entries.retain(|entry| entry.step <= last);
        Ok(entries)
    }
}

const EXPERIMENT: &str = "experiment.ron";
const LOCK: &str = ".lock";
const UNSAVED: &str = ".unsaved";

/// Largest size of the experiment's file, in bytes.
const EXPERIMENT_SIZE: u64 = 1 << 24;

/// The paths of the run's files.
impl RunFolder {
    /// The file of the user's name, tags and notes.
    pub fn notes_file(&self) -> PathBuf {
        self.file("notes.ron")
    }

    fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// The file whose lock the process holds that trains into the folder.
    pub fn lock_file(&self) -> PathBuf {
        self.file(LOCK)
    }

    fn unsaved_file(&self) -> PathBuf {
        self.file(UNSAVED)
    }

    fn experiment_file(&self) -> PathBuf {
        self.file(EXPERIMENT)
    }

    fn checkpoint_folder(&self) -> PathBuf {
        self.file("checkpoint")
    }

    fn tables(&self) -> [PathBuf; 4] {
        [self.metrics_file(), self.latents_file(), self.ledger_file(), self.edits_file()]
    }

    /// The table of reports, which may be followed while it grows.
    pub fn metrics_file(&self) -> PathBuf {
        self.file("metrics.csv")
    }

    /// The table of the KL of each dimension, row by row as in the table of reports.
    pub fn latents_file(&self) -> PathBuf {
        self.file("latents.csv")
    }

    /// The table of the ledger.
    pub fn ledger_file(&self) -> PathBuf {
        self.file("ledger.csv")
    }

    /// The files of the tables that grow while the run trains.
    pub fn table_files(&self) -> TableFiles {
        TableFiles { metrics: self.metrics_file(), latents: self.latents_file(), ledger: self.ledger_file() }
    }

    fn edits_file(&self) -> PathBuf {
        self.file("edits.csv")
    }

    fn provenance_file(&self) -> PathBuf {
        self.file("provenance.csv")
    }

    /// Test images, their reconstructions and draws.
    pub fn reconstructions_file(&self) -> PathBuf {
        self.file("reconstructions.png")
    }

    /// The picture of traversals along the latent dimensions with the highest KL.
    pub fn traversals_file(&self) -> PathBuf {
        self.file("traversals.png")
    }

    /// The picture of samples from the prior.
    pub fn samples_file(&self) -> PathBuf {
        self.file("samples.png")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_a_run_as_soon_as_it_has_an_experiment() {
        let root = tempfile::tempdir().unwrap();
        let run = RunFolder::at(root.path().join("deep/er"));
        files::create_folder(run.path()).unwrap();
        assert!(!run.is_run() && !run.has_metrics() && run.saved_at().is_none());
        assert!(run.experiment().unwrap_err().to_string().contains("not a run folder"));
        let experiment = Experiment { seed: 7, ..Experiment::default() };
        experiment.save(&run.experiment_file()).unwrap();
        assert!(run.is_run() && run.saved_at().is_some());
        assert_eq!(run.experiment().unwrap(), experiment);

        let elsewhere = RunFolder::at(root.path().join("elsewhere"));
        run.move_to(&elsewhere).unwrap();
        assert!(elsewhere.is_run() && !run.is_run());
        elsewhere.remove().unwrap();
        assert!(!elsewhere.path().exists());
    }
}
