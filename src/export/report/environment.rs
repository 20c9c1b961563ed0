//! The program and the machine that made a report.

/// Where a report was made: the program and the machine, a fact a line.
#[derive(Clone, Debug, Default)]
pub struct Environment(pub Vec<(String, String)>);
