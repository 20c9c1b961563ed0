//! Results on standard output, and messages on standard error.

use crate::worker::Failure;
use std::fmt::Display;
use std::io::{ErrorKind, Write};

/// Print a message for the person who watches. If standard error is closed or full the message is lost and nothing
/// else: the work goes on, and its results and exit status tell how it went.
pub fn note(text: impl Display) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Print text unchanged. A reader that stops early (`elbow presets | head -1`) is no failure.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::Run(format!("cannot write to standard output: {error}")))
        }
        _ => Ok(()),
    }
}

/// Print text and a line break.
pub fn line(text: &str) -> Result<(), Failure> {
    print(&format!("{text}\n"))
}

/// Print a value as one line of JSON.
pub fn json(value: &impl serde::Serialize) -> Result<(), Failure> {
    line(&serde_json::to_string(value).map_err(Failure::run)?)
}
