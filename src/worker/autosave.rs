//! Where a run is kept while it trains, so that nothing is lost.

use std::path::PathBuf;

/// The folder that autosaves go to: one for each user.
pub fn autosave_folder() -> Option<PathBuf> {
    directories::ProjectDirs::from("", "", "elbow").map(|dirs| dirs.data_local_dir().join("autosave"))
}

/// The last autosaved run, if there is one to continue.
pub fn autosave_path() -> Option<PathBuf> {
    autosave_folder().filter(|folder| folder.join("experiment.ron").exists())
}

/// Forget the autosaved run.
pub fn discard_autosave() {
    if let Some(folder) = autosave_path() {
        // A folder that cannot be removed is offered again next time: nothing is lost.
        let _ = std::fs::remove_dir_all(folder);
    }
}
