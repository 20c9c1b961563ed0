//! A study: one experiment with axes. [`Study::points`] gives the experiments that it stands for, each with the fields
//! in which it differs. This room does not know which of them have run.

#[cfg(test)]
mod arbitrary;
mod axis;
mod bundled;
mod condition;
mod error;
mod evaluation;
mod names;
mod numbered;
mod points;
mod text;
mod validate;
mod value;

pub use axis::{Assignment, Axis};
pub use bundled::{BundledStudy, load_study, studies};
pub use condition::{Condition, Skip};
pub use error::StudyError;
pub use evaluation::{EvaluatedSplit, EvaluationMethod, StudyEvaluation};
pub use names::ShortNames;
pub use points::{Point, Points, Skipped};
pub use text::StudyFile;
pub use validate::POINTS_MAX;
pub use value::FieldValue;

use crate::experiment::Experiment;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// The version of the study's file format that this build writes.
pub const STUDY_VERSION: u32 = 1;

/// An experiment with axes: the content of a file for `elbow study`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Study {
    /// Format version, [`STUDY_VERSION`] when written by this build.
    pub version: u32,
    /// A short name, with which the names of the points' experiments begin.
    #[serde(default)]
    pub name: String,
    /// Notes for the reader: the purpose of the study and the results to look at, in a few sentences.
    #[serde(default)]
    pub notes: String,
    /// The experiment that all points have in common.
    pub base: Base,
    /// Changes of the base for all points, written as for `--set`: `training.length=5`.
    #[serde(default)]
    pub set: Vec<String>,
    /// The fields in which points differ, with their values. Several axes are crossed: a point for every combination.
    #[serde(default)]
    pub axes: Vec<Axis>,
    /// The choice of the combinations that are points.
    #[serde(default)]
    pub selection: Selection,
    /// Conditions for combinations that make no sense, with the reason.
    #[serde(default)]
    pub skip: Vec<Skip>,
    /// The evaluation of each point after its training; `None` for none.
    #[serde(default = "default_evaluation")]
    pub evaluate: Option<StudyEvaluation>,
}

fn default_evaluation() -> Option<StudyEvaluation> {
    Some(StudyEvaluation::default())
}

/// The source of the experiment that all points have in common.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Base {
    /// A bundled experiment.
    Preset(String),
    /// An experiment's file; a relative path starts at the study's folder.
    File(PathBuf),
    /// The experiment itself.
    Experiment(Box<Experiment>),
}

/// The choice of the combinations of values that are points.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Selection {
    /// All combinations.
    #[default]
    Grid,
    /// Settings drawn at random, each trained with every seed of the axes of seeds. A larger `count` keeps the settings
    /// of a smaller one.
    Random {
        /// Number of settings.
        count: usize,
        /// Seed of the draw.
        #[serde(default)]
        seed: u64,
    },
}
