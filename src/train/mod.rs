//! The [`Trainer`]: optimiser, schedules, convergence, metrics, the run folder.

pub mod bench;
pub(crate) mod combinations;
mod convergence;
pub(crate) mod device;
mod discriminator;
mod error;
mod gradient;
mod interval;
pub mod launches;
mod nonfinite;
mod optimiser;
mod report;
mod run_folder;
mod schedule;
mod trainer;
mod upload;

pub use crate::files::csv::TableError;
pub use device::TrainingDevice;
pub use discriminator::TrainedDiscriminator;
pub use error::TrainError;
pub(crate) use interval::Interval;
pub use report::Report;
pub use run_folder::RunFolder;
pub use trainer::{Progress, Snapshot, StepOutcome, Trainer};
