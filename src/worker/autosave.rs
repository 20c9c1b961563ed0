//! Where a run is kept while it trains, so that nothing is lost.

use std::path::{Path, PathBuf};

/// The folder that autosaves go to: one for each user.
pub fn autosave_folder() -> Option<PathBuf> {
    directories::ProjectDirs::from("", "", "elbow").map(|dirs| dirs.data_local_dir().join("autosave"))
}

/// The run that was autosaved last, set aside so that the autosaves of a new run leave it alone until it has been
/// continued or forgotten. `None` where there is none.
pub fn set_aside_autosave() -> Option<PathBuf> {
    let autosave = autosave_folder()?;
    let aside = autosave.with_file_name("last-run");
    if is_run(&autosave) {
        forget_run(&aside);
        // What cannot be moved is offered where it is.
        if std::fs::rename(&autosave, &aside).is_err() {
            return Some(autosave);
        }
    }
    is_run(&aside).then_some(aside)
}

/// Remove a run that was set aside.
pub fn forget_run(folder: &Path) {
    if is_run(folder) {
        // A folder that cannot be removed is offered again next time: nothing is lost.
        let _ = std::fs::remove_dir_all(folder);
    }
}

fn is_run(folder: &Path) -> bool {
    folder.join("experiment.ron").is_file()
}
