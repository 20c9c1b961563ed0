//! What can go wrong with a study's text and file.

use crate::experiment::ExperimentError;
use crate::experiment::file::nearest::did_you_mean;
use std::io;

/// A file or a name that gives no study. The message says where, what, and how to mend it.
#[derive(Debug, thiserror::Error)]
pub enum StudyError {
    /// The text, or the experiment that the study names.
    #[error(transparent)]
    Text(#[from] ExperimentError),
    /// The file cannot be read.
    #[error("{file}: cannot read the study: {source}")]
    Read {
        /// The file, as the message names it.
        file: String,
        /// What the system says.
        source: io::Error,
    },
    /// The file cannot be written.
    #[error("{file}: cannot write the study: {source}")]
    Write {
        /// The file, as the message names it.
        file: String,
        /// What the system says.
        source: io::Error,
    },
    /// A name that is neither a bundled study nor a file.
    #[error("`{name}` is neither a bundled study nor a file{} The studies are {}", did_you_mean(.name, .known), .known.join(", "))]
    NoSuchStudy {
        /// The name that was asked for.
        name: String,
        /// The names that there are.
        known: Vec<&'static str>,
    },
}
