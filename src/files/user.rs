//! Where the system keeps a user's files.

use directories::ProjectDirs;
use std::path::PathBuf;

/// The folder of what Elbow keeps for the user between sessions; `None` where the system names no home.
pub fn user_data() -> Option<PathBuf> {
    project().map(|folders| folders.data_local_dir().to_owned())
}

/// The folder of what can be made again.
pub fn user_cache() -> Option<PathBuf> {
    project().map(|folders| folders.cache_dir().to_owned())
}

fn project() -> Option<ProjectDirs> {
    ProjectDirs::from("", "", "elbow")
}
