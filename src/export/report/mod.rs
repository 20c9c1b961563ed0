//! A run or a study as one self-contained page of HTML: experiment, results, the way they were measured, and how to
//! repeat them. The page has no scripts and loads nothing, so that it can be mailed, kept and printed.

mod environment;
mod page;
mod run;
mod study;

pub use environment::Environment;
pub use run::{RunReport, run_report};
pub use study::{StudyReport, study_report};
