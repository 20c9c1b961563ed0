//! The real binary, as a script sees it: exit status, standard output, messages.

use std::process::{Command, Stdio};

/// The output of a run of the binary, and the status with which it ended.
pub struct Ran {
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
}

/// The binary with these arguments, to be started. It has no standard input.
pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_elbow"));
    command.args(arguments).stdin(Stdio::null());
    command
}

/// Run the binary to its end.
pub fn elbow(arguments: &[&str]) -> Ran {
    let output = command(arguments).output().expect("the binary starts");
    let text = |bytes| String::from_utf8(bytes).expect("output is UTF-8");
    Ran { status: output.status.code().expect("no signal"), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// Standard output of a command that must succeed.
pub fn done(arguments: &[&str]) -> String {
    let ran = elbow(arguments);
    assert_eq!(ran.status, 0, "{arguments:?}: {}", ran.stderr);
    ran.stdout
}

/// Wrong input: exit 2, nothing on standard output, and one message that has all of `expected`.
pub fn refused(arguments: &[&str], expected: &[&str]) {
    let ran = elbow(arguments);
    assert_eq!(ran.status, 2, "{arguments:?}: {}{}", ran.stdout, ran.stderr);
    assert_eq!(ran.stdout, "", "{arguments:?}");
    for part in expected {
        assert!(ran.stderr.contains(part), "{arguments:?}: {part:?} is not in {}", ran.stderr);
    }
    assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
}
