//! The folder of a study.

use super::point_folder::PointFolder;
use super::record::Record;
use crate::experiment::study::{Study, StudyError, StudyFile};
use crate::experiment::{Experiment, Problem};
use crate::files::{self, Lock, LockError, WriteError};
use std::collections::HashSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Largest list of points that is read, in bytes.
const MOST: u64 = 1 << 28;

/// The folder of a study: one that exists, or one that is to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StudyFolder {
    path: PathBuf,
}

/// The error of a study's folder, or of a folder that cannot become one.
#[derive(Debug, thiserror::Error)]
pub enum StudyFolderError {
    /// The request or the study is wrong; the text says how to mend it.
    #[error("{0}")]
    Input(String),
    /// The study's file cannot be read, written or understood.
    #[error(transparent)]
    Study(#[from] StudyError),
    /// A file or folder cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

impl StudyFolder {
    /// The study folder at a path. It need not exist: see [`is_study`](Self::is_study).
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the folder holds a study, that is, a `study.ron`.
    pub fn is_study(&self) -> bool {
        self.study_file().is_file()
    }

    /// Whether there is a study whose points have numbers.
    pub fn is_planned(&self) -> bool {
        self.is_study() && self.points_file().is_file()
    }

    /// The study as the folder holds it: its base is the experiment itself.
    ///
    /// # Errors
    /// The folder holds no study, or one that cannot be read.
    pub fn study(&self) -> Result<Study, StudyFolderError> {
        if !self.is_study() {
            return Err(self.no_study());
        }
        Ok(StudyFile::load(&self.study_file())?.study)
    }

    /// The error of a folder that holds no study.
    pub fn no_study(&self) -> StudyFolderError {
        StudyFolderError::Input(format!(
            "{} is not a study's folder: it has no study.ron. `elbow study FILE --out DIR` makes one.",
            self.path.display()
        ))
    }

    /// The points that have a number, in the order of their numbers, withdrawn points included.
    ///
    /// # Errors
    /// The list cannot be read; the message names the line.
    pub fn records(&self) -> Result<Vec<Record>, StudyFolderError> {
        let path = self.points_file();
        let wrong = |what: String| StudyFolderError::Input(format!("{}{what}", path.display()));
        if !path.exists() {
            return Ok(Vec::new());
        }
        let bytes = files::read(&path, MOST).map_err(|error| wrong(format!(": cannot read: {error}")))?;
        let text = String::from_utf8(bytes).map_err(|_| wrong(": it is not text in UTF-8".into()))?;
        let record = |(i, line): (usize, &str)| match Record::from_line(line) {
            Ok(record) if record.number == i => Ok(record),
            Ok(record) => {
                Err(wrong(format!(", line {}: point {} stands here; lines are points in order", i + 1, record.number)))
            }
            Err(what) => Err(wrong(format!(", line {}: {what}", i + 1))),
        };
        text.lines().enumerate().map(record).collect()
    }

    /// The folder of a point.
    pub fn point(&self, record: &Record) -> PointFolder {
        PointFolder::at(self.path.join(&record.name))
    }

    /// The names of the files and folders in it; none where it cannot be read.
    pub(super) fn names(&self) -> HashSet<OsString> {
        let entries = std::fs::read_dir(&self.path).into_iter().flatten().flatten();
        entries.map(|entry| entry.file_name()).collect()
    }

    /// The experiment of a point of the folder's study, named after both.
    ///
    /// # Errors
    /// The experiment has no such field, or a value does not fit its field.
    pub fn experiment(study: &Study, record: &Record) -> Result<Experiment, Problem> {
        let mut experiment = study.experiment(&record.assignments)?;
        let name = if study.name.is_empty() { &experiment.name } else { &study.name };
        experiment.name = format!("{name} {}", record.name);
        Ok(experiment)
    }

    /// Refuse a folder that holds anything but a study.
    ///
    /// # Errors
    /// The folder holds something else; the message names it.
    pub fn check_free(&self) -> Result<(), StudyFolderError> {
        let own = [".lock", "points.jsonl"];
        let entries = std::fs::read_dir(&self.path).into_iter().flatten().flatten().map(|entry| entry.file_name());
        let mut names: Vec<_> = entries.filter(|name| !own.iter().any(|own| name == own)).collect();
        names.sort();
        match names.first().filter(|_| !self.is_study()) {
            None => Ok(()),
            Some(name) => Err(StudyFolderError::Input(format!(
                "{}: the folder is not empty and holds no study (there is {}); name another folder",
                self.path.display(),
                name.display()
            ))),
        }
    }

    /// Lock the folder for running its points from here, or for changing its study.
    ///
    /// # Errors
    /// Another process holds the lock (the message says which), or the file system refuses.
    pub fn lock(&self) -> Result<Lock, StudyFolderError> {
        files::create_folder(&self.path)?;
        Lock::take(&self.path.join(".lock")).map_err(|error| match error {
            LockError::Held(holder) => StudyFolderError::Input(format!(
                "{}: {holder}, runs this study; wait until it ends, or stop it (--status looks at it meanwhile)",
                self.path.display()
            )),
            LockError::Write(error) => error.into(),
        })
    }

    pub(super) fn study_file(&self) -> PathBuf {
        self.path.join("study.ron")
    }

    pub(super) fn points_file(&self) -> PathBuf {
        self.path.join("points.jsonl")
    }

    /// The folder in which the engine for Slurm keeps its files.
    pub(super) fn slurm(&self) -> PathBuf {
        self.path.join("slurm")
    }
}
