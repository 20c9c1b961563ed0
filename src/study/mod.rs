//! Many runs: the points of a study in one folder, each a run folder; engines that run them; tables of their results.
//!
//! ```text
//! study.ron                      the study, with its experiment inside
//! points.jsonl                   a line a point: its number, its name, the fields in which it differs
//! 0007-beta=4,seed=2/            a run folder, and beside the run's files:
//!     point.json                 a sign of life: the process's activity and progress
//!     result.json                the result, written last
//!     failure.json               the reason, where the point failed
//!     log.txt                    the output of the point's processes
//! slurm/                         batch scripts, their jobs and logs, where Slurm runs the study
//! .lock                          locked by the process that runs the study here
//! ```
//!
//! [`StudyFolder`] knows these names. The state of a point follows from its files alone ([`PointStatus`]), so that
//! engines need not know of each other, and a study that was broken off goes on where it was. [`Watch`] follows a
//! folder while others write into it.

mod evaluation;
mod folder;
pub mod left;
pub mod local;
pub mod manifest;
mod numbers;
mod outcome;
mod plan;
mod point_folder;
mod record;
pub mod render;
mod sign;
pub mod slurm;
mod status;
pub mod table;
pub mod term;
pub mod verdict;
mod watch;

pub use evaluation::request;
pub use folder::{StudyFolder, StudyFolderError};
pub use outcome::{PointFailure, PointResult, Trained};
pub use plan::Planned;
pub use point_folder::PointFolder;
pub use record::Record;
pub use sign::{Doing, Sign};
pub use status::{PointState, PointStatus};
pub use watch::Watch;

use crate::data::Noun;
use crate::experiment::study::Study;

/// The noun for the items of the data that a study's base is trained on; "image" if the base is no longer there.
pub fn noun_of(study: &Study) -> Noun {
    study.base.load().map_or_else(|_| Noun::default(), |base| Noun::of_source(&base.data.source))
}

/// The exit status of a point's process that was stopped before its end. The point is saved, and continues when it is
/// run again.
pub const STOPPED: i32 = 3;
