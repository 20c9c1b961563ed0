//! The answers to dialogs.

use super::picker::Pick;
use crate::experiment::study::Axis;
use crate::experiment::{Extension, Length};
use crate::export::{GridOptions, Sheet};
use crate::train::{At, RunFolder};
use crate::ui::film::FilmOrder;
use crate::ui::menu::Chosen;
use crate::ui::studies::{Start, Varied};
use crate::ui::{format, text};
use crate::worker::{EvaluationRequest, LoadOptions};
use eframe::egui;
use std::path::{Path, PathBuf};

/// The data field that holds a folder; all others hold files.
const FOLDER: &str = "data.source.path";

/// The purpose of a path that the user is asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum PathPurpose {
    Open,
    OpenRun,
    CompareRun,
    /// Let the runs in this folder belong to the library.
    AddRuns,
    /// Keep runs in this folder from now on.
    KeepRunsIn,
    SaveExperiment,
    SaveRun,
    OpenStudy,
    SaveStudy,
    /// Write this text as a file.
    SaveTable(String),
    /// Write this SVG.
    SaveDrawing(String),
    /// Write the codes of all images.
    SaveCodes,
    /// Write what the screen shows of this rectangle.
    SaveScreenshot(egui::Rect),
    /// Set the data field of this name.
    Field(String),
}

impl PathPurpose {
    /// The dialog's title, its main button, and the text about what to type.
    pub(super) fn words(&self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Open => {
                ("Open", "Open", "An experiment or a study (.ron), or a PNG exported by Elbow, which carries one.")
            }
            Self::OpenRun => ("Open run folder", "Open", "A folder that Save run or `elbow train --out` has written."),
            Self::CompareRun => {
                ("Compare with a run", "Compare", "A run folder; its curves are drawn beside this run's.")
            }
            Self::AddRuns => ("Add folder", "Add", "A folder with runs or studies in it; they stay where they are."),
            Self::KeepRunsIn => ("Where runs are kept", "Use", "A folder for the runs that others take the place of."),
            Self::SaveExperiment => ("Save experiment", "Save", "A RON file, pleasant to read and edit."),
            Self::SaveRun => ("Save run", "Save", "A folder for model, optimiser, metrics and experiment."),
            Self::OpenStudy => (
                "Open study",
                "Open",
                "A study's folder, as Run or `elbow study --out` writes it, or a study's file (.ron).",
            ),
            Self::SaveStudy => ("Save study", "Save", "A RON file: `elbow study FILE` runs it."),
            Self::SaveTable(_) => ("Save table", "Save", "A file of text: CSV, or Markdown."),
            Self::SaveDrawing(_) => ("Save drawing", "Save", "An SVG file."),
            Self::SaveCodes => {
                ("Save codes", "Save", "A file .npz, .csv, .parquet, or .tsv for the Embedding Projector.")
            }
            Self::SaveScreenshot(_) => {
                ("Save picture", "Save", "As the screen shows it: .png, or .svg with text as text.")
            }
            Self::Field(field) if field == FOLDER => ("Image folder", "Use", "A folder of pictures."),
            Self::Field(_) => ("IDX file", "Use", "A file in MNIST's format, gzipped or not."),
        }
    }

    pub(super) fn pick(&self) -> Pick {
        match self {
            Self::Open => Pick::File { what: "Experiment", endings: &["ron", "png"] },
            Self::OpenRun | Self::CompareRun | Self::SaveRun | Self::OpenStudy => Pick::Folder,
            Self::AddRuns | Self::KeepRunsIn => Pick::Folder,
            Self::Field(field) if field == FOLDER => Pick::Folder,
            Self::SaveExperiment => Pick::Save { what: "Experiment", endings: &["ron"] },
            Self::SaveStudy => Pick::Save { what: "Study", endings: &["ron"] },
            Self::SaveTable(_) => Pick::Save { what: "Table", endings: &["csv"] },
            Self::SaveDrawing(_) => Pick::Save { what: "Drawing", endings: &["svg"] },
            Self::SaveCodes => Pick::Save { what: "Codes", endings: &["npz", "csv", "parquet", "tsv"] },
            Self::SaveScreenshot(_) => Pick::Save { what: "Picture", endings: &["png", "svg"] },
            Self::Field(_) => Pick::File { what: "Any file", endings: &["*"] },
        }
    }

    /// The file or folder at the path that is lost when the path is written, in a sentence.
    pub(super) fn replaces(&self, path: &Path) -> Option<String> {
        match self {
            Self::SaveExperiment
            | Self::SaveStudy
            | Self::SaveTable(_)
            | Self::SaveDrawing(_)
            | Self::SaveCodes
            | Self::SaveScreenshot(_)
                if path.is_file() =>
            {
                Some(FILE_EXISTS.into())
            }
            Self::SaveRun if RunFolder::at(path).is_run() => Some(run_at(path)),
            _ => None,
        }
    }

    /// The reason why this path cannot be used, if there is one.
    pub(super) fn objection(&self, path: &Path) -> Option<&'static str> {
        if path.as_os_str().is_empty() {
            return Some("");
        }
        match self {
            Self::OpenStudy if !path.exists() => Some("There is no such folder or file."),
            Self::Open | Self::Field(_) if !path.exists() => Some("There is no such file."),
            Self::KeepRunsIn if path.is_file() => Some("This is a file: name a folder."),
            Self::OpenRun | Self::CompareRun | Self::AddRuns if !path.is_dir() => Some("There is no such folder."),
            Self::SaveExperiment
            | Self::SaveStudy
            | Self::SaveTable(_)
            | Self::SaveDrawing(_)
            | Self::SaveCodes
            | Self::SaveScreenshot(_)
                if path.is_dir() =>
            {
                Some("This is a folder: add a file name.")
            }
            Self::SaveRun if path.is_file() => Some("This is a file: name a folder."),
            Self::SaveRun if !RunFolder::at(path).is_run() && !RunFolder::at(path).is_free() => {
                Some("This folder holds other files: add a name for a new folder.")
            }
            _ => None,
        }
    }
}

/// The warning that a file is replaced.
pub(super) const FILE_EXISTS: &str = "This file exists and will be replaced.";

/// The run that a folder holds, in words.
fn run_at(path: &Path) -> String {
    let run = RunFolder::at(path);
    let name =
        run.experiment().map_or_else(|_| "a run".to_owned(), |experiment| format!("the run of {}", experiment.name));
    let step = run.progress().map_or_else(|_| String::new(), |at| format!(" at step {}", format::count(at.step)));
    let age = run.saved_at().and_then(|saved| saved.elapsed().ok());
    let age = age.map_or_else(String::new, |age| format!(", saved {} ago", text::rough_duration(age.as_secs_f64())));
    format!("This folder holds {name}{step}{age}. Replace writes this run in its place.")
}

/// The user's answer.
#[derive(Debug)]
pub enum Reply {
    Path(PathPurpose, PathBuf),
    ExportGrid {
        path: PathBuf,
        sheet: Box<Sheet>,
        options: GridOptions,
    },
    Extend(Length, Extension),
    /// Fork the run at the state that is looked at, with an optimiser that begins anew or not.
    Fork {
        at: At,
        reset_optimiser: bool,
    },
    /// Write a film of the run.
    Film(Box<FilmOrder>),
    Evaluate(EvaluationRequest),
    Paste(String),
    /// Put a bundled experiment in the form.
    Preset(&'static str),
    /// A choice in the command palette.
    Chosen(Chosen),
    /// Keep the layout of the panes under this name.
    LayoutName(String),
    /// Read the run in this folder all the same.
    OtherData(PathBuf, LoadOptions),
    /// Vary a field by this axis.
    Vary(Axis),
    /// Vary the field of this path no longer.
    VaryNoLonger(String),
    /// Run a study; the form keeps what was said of it.
    RunStudy(Box<Start>, Varied),
    /// Keep what was said of the form's study, without running it.
    KeepStudy(Varied),
    /// Save the form's study as a file, described so.
    SaveStudy(Varied),
}

/// The outcome of drawing a modal.
pub(super) enum ModalOutcome {
    StayOpen,
    Cancel,
    Reply(Box<Reply>),
}
