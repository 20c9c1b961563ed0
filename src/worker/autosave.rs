//! Where a run is kept while it trains, so that nothing is lost.

use crate::files;
use crate::train::RunFolder;
use std::path::{Path, PathBuf};

/// The folder that autosaves go to: one for each user.
pub fn autosave_folder() -> Option<PathBuf> {
    files::user_data().map(|folder| folder.join("autosave"))
}

/// The run that was autosaved last, set aside so that the autosaves of a new run leave it alone until it has been
/// continued or forgotten. `None` where there is none.
pub fn set_aside_autosave() -> Option<PathBuf> {
    let path = autosave_folder()?;
    let (autosave, aside) = (RunFolder::at(&path), RunFolder::at(path.with_file_name("last-run")));
    if autosave.is_run() {
        forget_run(aside.path());
        // What cannot be moved is offered where it is.
        if autosave.move_to(&aside).is_err() {
            return Some(path);
        }
    }
    aside.is_run().then(|| aside.path().to_owned())
}

/// Remove a run that was set aside.
pub fn forget_run(folder: &Path) {
    let folder = RunFolder::at(folder);
    if folder.is_run() {
        // A folder that cannot be removed is offered again next time: nothing is lost.
        let _ = folder.remove();
    }
}
