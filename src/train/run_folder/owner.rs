//! Ownership of a run folder: one process at a time writes into it, and nothing is overwritten.

use super::{LOCK, RunFolder, UNSAVED, checkpoint, history};
use crate::files::{self, Lock, LockError};
use crate::train::TrainError;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

/// A process elsewhere that trains into a folder saves more often than this.
const SILENCE: Duration = Duration::from_secs(300);

impl RunFolder {
    /// Make the folder of a new run, and lock it: of two processes that try, one succeeds. An existing folder must be
    /// empty, or be that of a run that ended in any way before its first save; the remains of such a run are removed.
    ///
    /// # Errors
    /// The folder holds a run or something else, another process holds its lock, or the file system refuses.
    pub fn claim_new(&self) -> Result<Lock, TrainError> {
        let path = self.path().display();
        self.check_empty()?;
        files::create_folder(self.path())
            .map_err(|error| TrainError::NotFree(format!("{path}: cannot make the folder: {}", error.source)))?;
        let lock = self.lock()?;
        // A run may have come and gone meanwhile.
        self.check_empty()?;
        self.begin()?;
        Ok(lock)
    }

    /// Lock the folder to save a run over the one in it; the folder is made if it is missing.
    ///
    /// # Errors
    /// The folder holds something else, another process holds its lock, or the file system refuses.
    pub fn claim(&self) -> Result<Lock, TrainError> {
        if !self.is_run() {
            self.check_empty()?;
        }
        files::create_folder(self.path())?;
        let lock = self.lock()?;
        if !self.is_run() {
            self.check_empty()?;
            self.begin()?;
        }
        Ok(lock)
    }

    /// Mark the folder as that of a run that is not saved yet, and remove the remains of an earlier one.
    fn begin(&self) -> Result<(), TrainError> {
        let left = if self.is_unsaved() { self.of_first_save() } else { Vec::new() };
        for path in left {
            let removed = if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
            if let Err(error) = removed
                && error.kind() != ErrorKind::NotFound
            {
                let path = path.display();
                return Err(TrainError::NotFree(format!("{path}: an unsaved run left this, and it stays: {error}")));
            }
        }
        let text =
            "A run has begun in this folder and is not saved yet: the next one to begin here clears the folder.\n";
        Ok(files::write(&self.unsaved_file(), text)?)
    }

    /// Whether a run began here that was never saved: its folder holds nothing but the beginnings of a first save.
    pub fn is_unsaved(&self) -> bool {
        !self.is_run() && self.unsaved_file().is_file()
    }

    /// All files that a first save makes before the experiment's file.
    fn of_first_save(&self) -> Vec<PathBuf> {
        let staged = files::beside(&self.checkpoint_folder(), ".new");
        let tables = [self.metrics_file(), self.latents_file(), self.ledger_file(), self.edits_file()];
        let others = [self.provenance_file(), self.file(history::HISTORY), self.file(history::BEST), staged];
        tables.into_iter().chain(others).collect()
    }

    /// Lock a run's folder to train into it, complete a save that was cut off between two renames, and remove temporary
    /// files that a killed writer has left.
    ///
    /// # Errors
    /// Another process holds the lock, or the file system refuses.
    pub fn lock(&self) -> Result<Lock, TrainError> {
        let lock = Lock::take(&self.lock_file()).map_err(|error| match error {
            LockError::Held(holder) => TrainError::NotFree(format!(
                "{}: {holder}, writes into this run folder; wait until it ends, or stop it",
                self.path().display()
            )),
            LockError::Write(error) => error.into(),
        })?;
        // The first save of a run that has no experiment yet is begun again instead.
        if self.is_run() {
            files::complete_replacement(&self.checkpoint_folder(), checkpoint::is_whole)?;
        }
        files::remove_left_over(self.path());
        Ok(lock)
    }

    /// The process that trains into the folder at this moment, in words; `None` if none does. The lock is only looked
    /// at.
    pub fn held_by(&self) -> Option<String> {
        let is_young = || {
            let files = [self.lock_file(), self.metrics_file(), self.checkpoint_folder()];
            let changed = files.iter().filter_map(|file| std::fs::metadata(file).and_then(|it| it.modified()).ok());
            changed.max().is_some_and(|at| SystemTime::now().duration_since(at).is_ok_and(|age| age < SILENCE))
        };
        files::holder_of(&self.lock_file(), is_young)
    }

    /// Whether a new run may be saved here: there is nothing, or an empty folder.
    pub fn is_free(&self) -> bool {
        !self.path().is_file() && self.check_empty().is_ok()
    }

    /// Refuse a folder that holds a run or anything but the remains of a run that was never saved.
    fn check_empty(&self) -> Result<(), TrainError> {
        let path = self.path().display();
        if self.is_run() {
            return Err(TrainError::NotFree(format!(
                "{path}: there is a run already; go on with it by --resume, or name another folder"
            )));
        }
        let unsaved = if self.is_unsaved() { self.of_first_save() } else { Vec::new() };
        let entries = std::fs::read_dir(self.path()).into_iter().flatten().flatten();
        let foreign = entries.filter(|entry| !unsaved.contains(&entry.path())).map(|entry| entry.file_name());
        let mut names: Vec<_> =
            foreign.filter(|name| name != LOCK && name != UNSAVED && !files::is_temporary(name)).collect();
        names.sort();
        match names.first() {
            None => Ok(()),
            Some(name) => Err(TrainError::NotFree(format!(
                "{path}: the folder is not empty and holds no run (there is {}); name another folder, so that nothing \
                 is overwritten",
                name.display()
            ))),
        }
    }
}
