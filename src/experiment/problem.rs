//! The findings of validation: one [`Problem`] each, at the field that mends it.

use std::fmt;

/// A mistake or a doubtful point in an experiment.
///
/// `path` is the field's path as written in the file and in `--set`: `latent.dimension`, `training.learning_rate`,
/// `training.optimiser.beta1`, `encoder[2].kernel`, `encoder[2].layers[0].units` (in a residual block),
/// `decoder.layers[1].channels`, `decoder.likelihood.sigma`, `data.source.size`. A problem of a whole layer or group
/// has the path of the layer or group (`encoder[2]`, `decoder.layers`, `data.source`). Paths are stable: the form marks
/// its fields by them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The field's path, in the form described at [`Problem`].
    pub path: String,
    /// The problem and how to mend it, in one sentence without the path.
    pub message: String,
    /// Whether the problem keeps the experiment from running.
    pub severity: Severity,
}

/// Whether a problem keeps the experiment from running.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The experiment cannot run.
    Error,
    /// The experiment runs, but probably does not mean what its author thinks.
    Warning,
}

impl Problem {
    /// A problem that keeps the experiment from running.
    pub fn error(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into(), severity: Severity::Error }
    }

    /// A problem that the experiment runs in spite of.
    pub fn warning(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into(), severity: Severity::Warning }
    }

    /// Whether the problem keeps the experiment from running.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.message)
    }
}
