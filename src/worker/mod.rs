//! The one named thread that owns every tensor, and its protocol.

mod client;
mod protocol;

pub use client::{Client, History, Notify};
pub use protocol::{Answered, Command, Evaluation, EvaluationRequest, Event, Level, LiveEdit, Mark, RunState, Status};
