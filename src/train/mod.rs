//! The [`Trainer`]: optimiser, schedules, convergence, metrics, checkpoints.

pub mod bench;
pub mod checkpoint;
pub mod combinations;
mod convergence;
pub mod device;
mod discriminator;
mod error;
mod gradient;
mod interval;
pub mod launches;
pub mod metrics;
mod nonfinite;
mod optimiser;
mod report;
mod schedule;
mod trainer;
mod upload;

pub use device::TrainingDevice;
pub use discriminator::TrainedDiscriminator;
pub use error::TrainError;
pub use interval::Interval;
pub use report::Report;
pub use trainer::{Progress, Snapshot, StepOutcome, Trainer};
