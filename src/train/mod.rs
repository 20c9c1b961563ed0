//! The [`Trainer`](trainer::Trainer): optimiser, schedules, convergence, metrics, checkpoints.

mod report;

pub use report::Report;
