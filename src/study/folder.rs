//! The folder of a study.

use super::point_folder::PointFolder;
use super::record::Record;
use crate::experiment::study::{Study, StudyError, StudyFile};
use crate::experiment::{Experiment, Problem};
use crate::files::{self, Lock, LockError, WriteError};
use std::path::{Path, PathBuf};

/// How large the list of points may be, in bytes.
const MOST: u64 = 1 << 28;

/// The folder of a study: one that is there, or one that is to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StudyFolder {
    path: PathBuf,
}

/// What is wrong with a study's folder, or with what is to become one.
#[derive(Debug, thiserror::Error)]
pub enum StudyFolderError {
    /// What was asked for, or the study, is wrong.
    #[error("{0}")]
    Input(String),
    /// The study's text.
    #[error(transparent)]
    Study(#[from] StudyError),
    /// The disk.
    #[error(transparent)]
    Write(#[from] WriteError),
}

impl StudyFolder {
    /// The study's folder at a path; whether there is one, [`is_study`](Self::is_study) says.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether there is a study.
    pub fn is_study(&self) -> bool {
        self.study_file().is_file()
    }

    /// The study, with its experiment inside.
    ///
    /// # Errors
    /// No study, or one that cannot be read.
    pub fn study(&self) -> Result<Study, StudyFolderError> {
        if !self.is_study() {
            return Err(self.no_study());
        }
        Ok(StudyFile::load(&self.study_file())?.study)
    }

    /// What to say of a folder that holds no study.
    pub fn no_study(&self) -> StudyFolderError {
        StudyFolderError::Input(format!(
            "{} is not a study's folder: it has no study.ron. `elbow study FILE --out DIR` makes one.",
            self.path.display()
        ))
    }

    /// The points that have a number, in its order; those that were withdrawn among them.
    ///
    /// # Errors
    /// A list that cannot be read; names the line.
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

    /// The experiment of a point of the folder's study. It bears the names of both.
    ///
    /// # Errors
    /// A field that is not there, a value that does not fit.
    pub fn experiment(study: &Study, record: &Record) -> Result<Experiment, Problem> {
        let mut experiment = study.experiment(&record.assignments)?;
        let name = if study.name.is_empty() { &experiment.name } else { &study.name };
        experiment.name = format!("{name} {}", record.name);
        Ok(experiment)
    }

    /// Refuse a folder with something else in it than a study.
    ///
    /// # Errors
    /// What is there.
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
    /// Who holds it; what the disk says.
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

    /// Where the engine Slurm keeps its files.
    pub(super) fn slurm(&self) -> PathBuf {
        self.path.join("slurm")
    }
}
