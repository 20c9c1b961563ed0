//! The folders in which the system keeps a user's files.

use directories::ProjectDirs;
use std::path::PathBuf;

/// The folder for data that Elbow keeps for the user between sessions; `None` where the system names no home folder.
pub fn user_data() -> Option<PathBuf> {
    project().map(|folders| folders.data_local_dir().to_owned())
}

/// The folder for files that Elbow can make again when they are deleted; `None` where the system names no home folder.
pub fn user_cache() -> Option<PathBuf> {
    project().map(|folders| folders.cache_dir().to_owned())
}

fn project() -> Option<ProjectDirs> {
    ProjectDirs::from("", "", "elbow")
}
