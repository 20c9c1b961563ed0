//! The engine for Slurm: a readable batch script, submitted as an array of tasks, each a point. Elbow has no scheduler
//! of its own: Slurm decides when and where a task runs.

mod queue;
mod script;

pub use queue::{Jobs, Queue, Submitted, cancel, submit};
pub use script::{Options, script};
