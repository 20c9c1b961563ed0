//! What validation says: one entry per problem, each at the field that mends it.

use std::fmt;

/// Something wrong (or doubtful) in an experiment.
///
/// `path` is the field's place as written in the file and in `--set`: `latent.dimension`, `training.learning_rate`,
/// `training.optimiser.beta1`, `encoder[2].kernel`, `encoder[2].layers[0].units` (in a residual block),
/// `decoder.layers[1].channels`, `decoder.likelihood.sigma`, `data.source.size`. A problem of a whole layer or a
/// whole group has the layer's or group's path (`encoder[2]`, `decoder.layers`, `data.source`). Paths are stable: the
/// form marks its fields by them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The field's place, as above.
    pub path: String,
    /// What is wrong and how to mend it, one sentence without the path.
    pub message: String,
    /// Whether it stops a run.
    pub severity: Severity,
}

/// Whether a problem stops a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The experiment cannot run.
    Error,
    /// It runs, but means something other than it seems to.
    Warning,
}

impl Problem {
    /// A problem that stops the run.
    pub fn error(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into(), severity: Severity::Error }
    }

    /// A problem worth saying.
    pub fn warning(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into(), severity: Severity::Warning }
    }

    /// Whether it stops the run.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.message)
    }
}
