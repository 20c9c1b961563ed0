//! Training: the [`Trainer`] with its optimiser, schedules, convergence and reports, and the run folder.

pub mod bench;
pub mod combinations;
mod convergence;
pub(crate) mod device;
mod discriminator;
mod error;
mod exact;
mod gradient;
mod history;
mod interval;
pub mod launches;
mod leaves;
mod ledger_entry;
mod mark;
mod measuring;
mod minibatch;
mod nonfinite;
mod optimiser;
mod prior_posteriors;
mod report;
mod run_folder;
pub(crate) mod schedule;
mod snapshot_tensors;
mod state;
mod stored;
mod trainer;

pub use crate::files::csv::TableError;
pub use device::TrainingDevice;
pub use discriminator::TrainedDiscriminator;
pub use error::TrainError;
pub use history::{At, Deed, DeedKind, Kept, Parent, RunHistory, short};
pub(crate) use interval::Interval;
pub use ledger_entry::{LedgerEntry, Verdict};
pub use mark::Mark;
pub use report::Report;
pub use run_folder::{
    Checkpoint, Fork, KeptEvaluation, NewReports, NewRows, ReportsTail, RunFolder, TableFiles, Tables, columns_csv,
    ledger_csv,
};
pub use state::{LastState, Progress, Snapshot};
pub use trainer::{Looked, StepOutcome, StepTerms, StepTrace, Trainer};
