//! The engine Slurm: a batch script that anyone can read, submitted as an array of tasks, each a point. There is no
//! scheduler of our own: what runs when, and where, is Slurm's affair.

mod queue;
mod script;

pub use queue::{Jobs, Queue, Submitted, cancel, submit};
pub use script::{Options, script};
