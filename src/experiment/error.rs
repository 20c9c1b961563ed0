//! Errors of an experiment's text and file.

use super::VERSION;
use super::file::nearest::did_you_mean;
use std::io;

/// The error of a file, an assignment or a name that does not give an experiment. Its message says where and what is
/// wrong, and how to mend it.
#[derive(Debug, thiserror::Error)]
pub enum ExperimentError {
    /// The file cannot be read.
    #[error("{file}: cannot read the experiment: {source}")]
    Read {
        /// Name of the file in the message.
        file: String,
        /// The system's error.
        source: io::Error,
    },
    /// The file cannot be written.
    #[error("{file}: cannot write the experiment: {source}")]
    Write {
        /// Name of the file in the message.
        file: String,
        /// The system's error.
        source: io::Error,
    },
    /// The text is not an experiment.
    #[error("{file}, line {line}, column {column}{}: {message}", in_field(.field))]
    Syntax {
        /// Name of the file in the message.
        file: String,
        /// Line in the file, counted from 1.
        line: usize,
        /// Column in the line, counted in characters from 1.
        column: usize,
        /// The path of the field, where it can be determined.
        field: Option<String>,
        /// The mistake and how to mend it.
        message: String,
    },
    /// The text has a newer format version than this build can read.
    #[error("{file}: written by a newer Elbow: version {version}, this one reads up to {VERSION}; please update Elbow")]
    Newer {
        /// Name of the file in the message.
        file: String,
        /// The version that the file states.
        version: u64,
    },
    /// The text states a format version that no build ever wrote.
    #[error("{file}: there is no experiment version {version}; the oldest is {oldest}")]
    NoSuchVersion {
        /// Name of the file in the message.
        file: String,
        /// The version that the file states.
        version: u64,
        /// The oldest format version that exists.
        oldest: u32,
    },
    /// The experiment cannot be written as text, for example because a path in it is not Unicode.
    #[error("the experiment cannot be written as text: {0}")]
    Unwritable(String),
    /// A `path=value` that cannot be carried out.
    #[error("{assignment}: {message}")]
    Assignment {
        /// The assignment, as given: `path=value`.
        assignment: String,
        /// The mistake and how to mend it.
        message: String,
    },
    /// A name that is neither a preset nor a file.
    #[error(
        "`{name}` is neither a preset nor a file{} The presets are {}",
        did_you_mean(.name, .known), .known.join(", ")
    )]
    NoSuchPreset {
        /// The name that was asked for, which no preset and no file has.
        name: String,
        /// The names of all presets.
        known: Vec<&'static str>,
    },
}

fn in_field(field: &Option<String>) -> String {
    field.as_ref().map_or(String::new(), |field| format!(", {field}"))
}
