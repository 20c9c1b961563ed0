//! Requests of the runs pane to the app.

use std::path::PathBuf;

/// A request of the runs pane to the app.
#[derive(Clone, Debug, PartialEq)]
pub enum LibraryRequest {
    /// Read a run in this window, or follow it, where another process trains it.
    Open(PathBuf),
    /// Open a run in another window.
    OpenElsewhere(PathBuf),
    /// Draw the curves of runs beside the present run's.
    Compare(Vec<PathBuf>),
    /// Put a run's experiment in the form.
    Duplicate(PathBuf),
    /// Write something of runs.
    Annotate(Vec<PathBuf>, Annotation),
    /// Move runs into the trash.
    Delete(Vec<PathBuf>),
    /// Put everything in the trash back.
    PutAllBack,
    /// Remove everything in the trash for good.
    EmptyTrash,
    /// Ask the user for a folder whose runs belong to the library from now on.
    Add,
    /// Let an added folder no longer belong to the library.
    LeaveOut(PathBuf),
    /// Ask the user where runs are to be kept.
    ChooseFolder,
    /// Ask which runs may go where the library takes more than this many gigabytes.
    Limit(f64),
    /// Save a table under a path that the user is asked for.
    Save { suggested_name: String, text: String },
}

/// Something that is written of a run.
#[derive(Clone, Debug, PartialEq)]
pub enum Annotation {
    Name(String),
    Tags(Vec<String>),
    Notes(String),
    Star(bool),
}
