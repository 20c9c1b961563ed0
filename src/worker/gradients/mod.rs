//! The gradient lab beside training: the signal-to-noise ratio of each gradient estimator against K, on one batch.

mod findings;
mod job;

pub use findings::GradientFindings;
pub use job::{GradientRequest, powers_of_two};
