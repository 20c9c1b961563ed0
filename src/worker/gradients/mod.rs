//! The gradient lab beside training: how much of each estimator's gradient is signal, against K, measured on one batch.

mod findings;
mod job;

pub use findings::GradientFindings;
pub use job::{GradientRequest, powers_of_two};
