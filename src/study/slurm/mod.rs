//! The engine for Slurm: a readable batch script, submitted as an array of tasks, each a point. Elbow has no scheduler
//! of its own: Slurm decides when and where a task runs.

mod commands;
mod queue;
mod script;

pub use commands::Slurm;
pub use queue::{Jobs, Queue, Submitted, cancel, is_in_queue, submit};
pub use script::{Options, script};
