//! `elbow` itself: the window.

use super::Failure;
use std::path::PathBuf;

pub fn run(open: Option<PathBuf>) -> Result<(), Failure> {
    // Also what a mistyped command comes to.
    if let Some(path) = open.as_ref().filter(|path| !path.exists()) {
        return Err(Failure::Input(format!(
            "{}: there is no such file, folder or command. The window opens .ron and .png files and run folders; \
             `elbow --help` lists the commands.",
            path.display()
        )));
    }
    show(open)
}

#[cfg(feature = "gui")]
fn show(open: Option<PathBuf>) -> Result<(), Failure> {
    crate::ui::run(crate::ui::UiOptions { open }).map_err(Failure::Run)
}

#[cfg(not(feature = "gui"))]
fn show(_open: Option<PathBuf>) -> Result<(), Failure> {
    Err(Failure::Input(
        "this build has no window. Train without one: `elbow train mnist-2d --out run`; `elbow --help` lists the rest."
            .into(),
    ))
}
