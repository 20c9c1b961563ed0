//! The errors of a study's text and file.

use crate::experiment::ExperimentError;
use crate::experiment::file::nearest::did_you_mean;
use std::io;

/// The error of a file or a name that gives no study. Its message says where and what is wrong, and how to mend it.
#[derive(Debug, thiserror::Error)]
pub enum StudyError {
    /// The text is wrong, or the experiment that it names is.
    #[error(transparent)]
    Text(#[from] ExperimentError),
    /// The file cannot be read.
    #[error("{file}: cannot read the study: {source}")]
    Read {
        /// The file, as the message names it.
        file: String,
        /// The system's error.
        source: io::Error,
    },
    /// The file cannot be written.
    #[error("{file}: cannot write the study: {source}")]
    Write {
        /// The file, as the message names it.
        file: String,
        /// The system's error.
        source: io::Error,
    },
    /// A name that is neither a bundled study nor a file.
    #[error(
        "`{name}` is neither a bundled study nor a file{} The studies are {}",
        did_you_mean(.name, .known), .known.join(", ")
    )]
    NoSuchStudy {
        /// The name that was asked for.
        name: String,
        /// The names that there are.
        known: Vec<&'static str>,
    },
}
