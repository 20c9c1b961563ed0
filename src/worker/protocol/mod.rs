//! What the window (or the command line) and the worker say to each other. Host data only.

mod command;
mod event;
mod history;
mod status;

pub use command::{Asker, Command, LiveEdit};
pub use event::{Event, Failure, Finished, Level};
pub use history::{Answered, History, Mark};
pub use status::{JobKind, RunState, Status};
