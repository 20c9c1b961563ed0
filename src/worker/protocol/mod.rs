//! The protocol between the worker and the window or the command line: commands, events, status and history, as host
//! data.

mod command;
mod event;
mod history;
mod load_options;
mod status;
mod timeline;

pub use command::{Asker, Command, ForkRequest, LiveEdit};
pub use event::{Event, Failure, Finished, Level};
pub use history::{Answered, History};
pub use load_options::LoadOptions;
pub use status::{JobKind, RunState, Status};
pub use timeline::{Stop, stops};
