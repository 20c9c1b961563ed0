//! The [`Trainer`]: optimiser, schedules, convergence, metrics, the run folder.

pub mod bench;
pub mod combinations;
mod convergence;
pub mod device;
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

pub use device::TrainingDevice;
pub use discriminator::TrainedDiscriminator;
pub use error::TrainError;
pub use interval::Interval;
pub use report::Report;
pub use run_folder::RunFolder;
pub use trainer::{Progress, Snapshot, StepOutcome, Trainer};
