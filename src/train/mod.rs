//! The [`Trainer`](trainer::Trainer): optimiser, schedules, convergence, metrics, checkpoints.

pub mod metrics;
mod report;

pub use report::Report;
