//! How a command fails.

/// Why a command did not do its work; one message that says how to mend it.
pub enum Failure {
    /// The run failed: exit 1.
    Run(String),
    /// The input is wrong: exit 2.
    Input(String),
}

impl Failure {
    /// The run failed with this error.
    pub fn run(error: impl ToString) -> Self {
        Self::Run(error.to_string())
    }

    /// The input is wrong in this way.
    pub fn input(error: impl ToString) -> Self {
        Self::Input(error.to_string())
    }
}
