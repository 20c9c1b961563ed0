//! Who may write into a run folder: one process at a time, and never over what is there.

use super::{LOCK, RunFolder};
use crate::files::{self, Lock, LockError};
use crate::train::TrainError;

impl RunFolder {
    /// Make the folder of a new run, and lock it: of two who try, one succeeds. A folder that is there must be empty.
    ///
    /// # Errors
    /// There is a run, or something else; who holds the lock; what the disk says.
    pub fn claim_new(&self) -> Result<Lock, TrainError> {
        let path = self.path().display();
        self.check_empty()?;
        files::create_folder(self.path())
            .map_err(|error| TrainError::NotFree(format!("{path}: cannot make the folder: {}", error.source)))?;
        let lock = self.lock()?;
        // A run may have come and gone meanwhile.
        self.check_empty()?;
        Ok(lock)
    }

    /// Lock the folder for saving a run over the one that is there; made if need be.
    ///
    /// # Errors
    /// There is something else; who holds the lock; what the disk says.
    pub fn claim(&self) -> Result<Lock, TrainError> {
        if !self.is_run() {
            self.check_empty()?;
        }
        files::create_folder(self.path())?;
        self.lock()
    }

    /// Lock the folder of a run for training into it, and remove what a writer that was killed has left.
    ///
    /// # Errors
    /// Who holds the lock; what the disk says.
    pub fn lock(&self) -> Result<Lock, TrainError> {
        let lock = Lock::take(&self.lock_file()).map_err(|error| match error {
            LockError::Held(holder) => TrainError::NotFree(format!(
                "{}: {holder}, writes into this run folder; wait until it ends, or stop it",
                self.path().display()
            )),
            LockError::Write(error) => error.into(),
        })?;
        files::remove_left_over(self.path());
        Ok(lock)
    }

    /// Refuse a folder with a run or with anything else but the lock of a run that never came to its first checkpoint.
    fn check_empty(&self) -> Result<(), TrainError> {
        let path = self.path().display();
        if self.is_run() {
            return Err(TrainError::NotFree(format!(
                "{path}: there is a run already; go on with it by --resume, or name another folder"
            )));
        }
        let entries = std::fs::read_dir(self.path()).into_iter().flatten().flatten();
        let mut names: Vec<_> = entries.map(|entry| entry.file_name()).filter(|name| name != LOCK).collect();
        names.sort();
        match names.first() {
            None => Ok(()),
            Some(name) => Err(TrainError::NotFree(format!(
                "{path}: the folder is not empty and holds no run (there is {}); name another folder, so that nothing is \
                 overwritten",
                name.display()
            ))),
        }
    }
}
