//! Results, on standard output.

use crate::worker::Failure;
use std::io::{ErrorKind, Write};

/// Print text as it is. A reader that has had enough (`elbow presets | head -1`) is no failure.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::Run(format!("cannot write to standard output: {error}")))
        }
        _ => Ok(()),
    }
}

/// Print a line.
pub fn line(text: &str) -> Result<(), Failure> {
    print(&format!("{text}\n"))
}

/// Print a value as a line of JSON.
pub fn json(value: &impl serde::Serialize) -> Result<(), Failure> {
    line(&serde_json::to_string(value).map_err(Failure::run)?)
}
