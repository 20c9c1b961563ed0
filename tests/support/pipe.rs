//! A program that waits for its data: it reads a named pipe into which nothing is written.

use std::fs::File;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Make a named pipe, start a command that reads it, and interrupt the command as Ctrl-C does while it reads. The file
/// is the pipe's other end: as long as it is open, the data do not end.
pub fn interrupted_at(pipe: &Path, mut command: Command) -> (Child, File) {
    assert!(Command::new("mkfifo").arg(pipe).status().unwrap().success());
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // Once the pipe can be opened for writing, it is being read: there is no model yet.
    let writer = File::options().write(true).open(pipe).unwrap();
    std::thread::sleep(Duration::from_millis(300));
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    (child, writer)
}
