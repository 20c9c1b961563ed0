//! The command `elbow` without a subcommand: the window.

use crate::experiment::preset_named;
use crate::train::RunFolder;
use crate::worker::Failure;
use std::path::PathBuf;

pub fn run(open: Option<PathBuf>, compare: Vec<PathBuf>) -> Result<(), Failure> {
    // Also what a mistyped command comes to.
    if let Some(path) = open.as_ref().filter(|path| !path.exists() && preset_named(path).is_none()) {
        return Err(Failure::Input(format!(
            "{}: there is no such file, folder, preset or command. The window opens .ron and .png files, run folders \
             and bundled experiments; `elbow presets` lists these, `elbow --help` the commands.",
            path.display()
        )));
    }
    if let Some(folder) = compare.iter().find(|folder| !RunFolder::at(*folder).has_metrics()) {
        return Err(Failure::Input(format!(
            "--compare {}: this is no run folder: it has no metrics.csv",
            folder.display()
        )));
    }
    show(open, compare, None)
}

#[cfg(feature = "gui")]
pub(super) fn show(open: Option<PathBuf>, compare: Vec<PathBuf>, tour: Option<usize>) -> Result<(), Failure> {
    crate::ui::run(crate::ui::UiOptions { open, compare, tour }).map_err(Failure::Run)
}

#[cfg(not(feature = "gui"))]
pub(super) fn show(_open: Option<PathBuf>, _compare: Vec<PathBuf>, _tour: Option<usize>) -> Result<(), Failure> {
    Err(Failure::Input(
        "this build has no window. Train without one: `elbow train mnist-2d --out run`; `elbow --help` lists the rest."
            .into(),
    ))
}
