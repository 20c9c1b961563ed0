//! The real binary, and a run of a second.

use std::path::Path;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// An experiment of so many steps, which take a second.
pub fn tiny(steps: u64) -> String {
    format!(
        "(version: 1, name: \"tiny\", data: (source: Shapes(count: 200, size: 32), binarisation: None, validation: \
         20), encoder: [Dense(units: 8, activation: Relu)], decoder: (layers: Mirror, likelihood: GaussianLearned), \
         latent: (dimension: 2), objective: (samples: 1), training: (optimiser: Adam(), learning_rate: 1e-3, batch: \
         16, length: Steps({steps})), device: Cpu)"
    )
}

/// The binary with these arguments.
pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_elbow"));
    command.args(arguments).stdin(Stdio::null());
    command
}

/// The output and the exit status of the binary with these arguments.
pub fn elbow(arguments: &[&str]) -> Output {
    command(arguments).output().expect("the binary starts")
}

/// Standard error as text.
pub fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A folder with `tiny.ron`, and the path of a run folder in it.
pub fn workshop(steps: u64) -> (TempDir, String, String) {
    let folder = tempfile::tempdir().unwrap();
    let experiment = folder.path().join("tiny.ron");
    std::fs::write(&experiment, tiny(steps)).unwrap();
    let text = |path: &Path| path.to_str().unwrap().to_string();
    let (experiment, run) = (text(&experiment), text(&folder.path().join("run")));
    (folder, experiment, run)
}

/// A run of ten steps.
pub fn trained() -> (TempDir, String) {
    let (folder, experiment, run) = workshop(10);
    let ended = elbow(&["train", &experiment, "--out", &run]);
    assert_eq!(ended.status.code(), Some(0), "{}", said(&ended));
    (folder, run)
}

/// Turn a run into one that was saved before there were checksums.
pub fn without_checksums(run: &str) {
    let path = Path::new(run).join("checkpoint/progress.json");
    let mut progress: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    assert!(progress.as_object_mut().unwrap().remove("integrity").is_some());
    std::fs::write(&path, progress.to_string()).unwrap();
}
