//! What can go wrong with an experiment's text and file.

use super::VERSION;
use super::file::nearest::did_you_mean;
use std::io;

/// A file, an assignment or a name that gives no experiment. The message says where, what, and how to mend it.
#[derive(Debug, thiserror::Error)]
pub enum ExperimentError {
    /// The file cannot be read.
    #[error("{file}: cannot read the experiment: {source}")]
    Read {
        /// The file, as the message names it.
        file: String,
        /// What the system says.
        source: io::Error,
    },
    /// The file cannot be written.
    #[error("{file}: cannot write the experiment: {source}")]
    Write {
        /// The file, as the message names it.
        file: String,
        /// What the system says.
        source: io::Error,
    },
    /// The text is not an experiment.
    #[error("{file}, line {line}, column {column}{}: {message}", in_field(.field))]
    Syntax {
        /// The file, as the message names it.
        file: String,
        /// From 1.
        line: usize,
        /// From 1, in characters.
        column: usize,
        /// The field's path, where it can be told.
        field: Option<String>,
        /// What is wrong and how to mend it.
        message: String,
    },
    /// The text is of a version that this build does not know.
    #[error("{file}: written by a newer Elbow: version {version}, this one reads up to {VERSION}; please update Elbow")]
    Newer {
        /// The file, as the message names it.
        file: String,
        /// The version that the file states.
        version: u64,
    },
    /// The text claims a version that no build ever wrote.
    #[error("{file}: there is no experiment version {version}; the oldest is {oldest}")]
    NoSuchVersion {
        /// The file, as the message names it.
        file: String,
        /// The version that the file states.
        version: u64,
        /// The oldest version that there is.
        oldest: u32,
    },
    /// The experiment has no text, e.g. because of a path that is not Unicode.
    #[error("the experiment cannot be written as text: {0}")]
    Unwritable(String),
    /// A `path=value` that cannot be carried out.
    #[error("{assignment}: {message}")]
    Assignment {
        /// What was to be set: `path=value`.
        assignment: String,
        /// What is wrong and how to mend it.
        message: String,
    },
    /// A name that is neither a preset nor a file.
    #[error("`{name}` is neither a preset nor a file{} The presets are {}", did_you_mean(.name, .known), .known.join(", "))]
    NoSuchPreset {
        /// The name that was asked for.
        name: String,
        /// The names that there are.
        known: Vec<&'static str>,
    },
}

fn in_field(field: &Option<String>) -> String {
    field.as_ref().map_or(String::new(), |field| format!(", {field}"))
}
