//! Small studies through the real binary, and the files that they leave.

use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A study of points of a fraction of a second each; `axes` and more.
pub fn text(rest: &str) -> String {
    format!(
        "(version: 1, name: \"small\", base: Experiment((version: 1, name: \"base\", \
         data: (source: Shapes(count: 240, size: 32), binarisation: Dynamic, validation: 40), \
         encoder: [Dense(units: 12, activation: Tanh)], latent: (dimension: 2), \
         training: (learning_rate: 0.003, batch: 25, length: Steps(60), shards: 1), device: Cpu)), \
         evaluate: (images: 10, samples: 40, method: Importance), {rest})"
    )
}

/// A folder with a study's file in it.
pub struct Workshop {
    folder: tempfile::TempDir,
}

impl Workshop {
    pub fn new(rest: &str) -> Self {
        let workshop = Self { folder: tempfile::tempdir().unwrap() };
        workshop.write(rest);
        workshop
    }

    /// Write the study's file anew.
    pub fn write(&self, rest: &str) {
        std::fs::write(self.file(), text(rest)).unwrap();
    }

    pub fn file(&self) -> PathBuf {
        self.folder.path().join("study.ron")
    }

    pub fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// `elbow study FILE --out NAME …`
    pub fn command(&self, name: &str, more: &[&str]) -> Command {
        let mut command = elbow(&["study"]);
        command.arg(self.file()).arg("--out").arg(self.at(name)).args(more);
        command
    }

    /// Run it; it must end with this status.
    pub fn ran(&self, name: &str, more: &[&str], status: i32) -> Output {
        ended(self.command(name, more), status)
    }

    /// `elbow study NAME --status --json`.
    pub fn status(&self, name: &str) -> Value {
        let mut command = elbow(&["study"]);
        command.arg(self.at(name)).args(["--status", "--json"]);
        serde_json::from_slice(&ended(command, 0).stdout).unwrap()
    }
}

pub fn elbow(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_elbow"));
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

pub fn ended(mut command: Command, status: i32) -> Output {
    let output = command.output().expect("the binary starts");
    assert_eq!(output.status.code(), Some(status), "{command:?}: {}\n{}", said(&output), out(&output));
    output
}

pub fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

pub fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The states of a table's points, by their names.
pub fn states(table: &Value) -> BTreeMap<String, String> {
    let text = |value: &Value| value.as_str().unwrap().to_string();
    table["points"].as_array().unwrap().iter().map(|point| (text(&point["name"]), text(&point["state"]))).collect()
}

/// All that a study's points are, file by file, but for the time that it took.
pub fn content(study: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(study).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if entry.path().is_dir() && name != "slurm" {
            for file in
                ["experiment.ron", "checkpoint/model.safetensors", "checkpoint/optimiser.safetensors", "latents.csv"]
            {
                found.insert(format!("{name}/{file}"), std::fs::read(entry.path().join(file)).unwrap_or_default());
            }
            for file in ["reconstructions.png", "traversals.png", "samples.png"] {
                let picture = std::fs::read(entry.path().join(file)).unwrap_or_default();
                found.insert(format!("{name}/{file}"), without_provenance(&picture));
            }
            let metrics = std::fs::read_to_string(entry.path().join("metrics.csv")).unwrap_or_default();
            found.insert(format!("{name}/metrics.csv"), timeless(&metrics).into_bytes());
            let result = std::fs::read(entry.path().join("result.json")).unwrap_or_default();
            let mut result: Value = serde_json::from_slice(&result).unwrap_or_default();
            forget_time(&mut result);
            found.insert(format!("{name}/result.json"), result.to_string().into_bytes());
        }
    }
    found.insert("points.jsonl".into(), std::fs::read(study.join("points.jsonl")).unwrap());
    found
}

/// A PNG without the text that tells when its run was begun, stopped and resumed.
fn without_provenance(png: &[u8]) -> Vec<u8> {
    let Some((signature, mut rest)) = png.split_at_checked(8) else { return Vec::new() };
    let mut kept = signature.to_vec();
    while let Some((length, _)) = rest.split_first_chunk::<4>() {
        let (chunk, after) = rest.split_at(12 + u32::from_be_bytes(*length) as usize);
        if !chunk[8..].starts_with(b"elbow-provenance\0") {
            kept.extend(chunk);
        }
        rest = after;
    }
    kept
}

/// A table without the columns that are times.
fn timeless(table: &str) -> String {
    let header: Vec<&str> = table.lines().next().unwrap_or_default().split(',').collect();
    let line = |line: &str| {
        let cells = line.split(',').zip(&header).filter(|(_, column)| !is_time(column)).map(|(cell, _)| cell);
        cells.collect::<Vec<_>>().join(",") + "\n"
    };
    table.lines().map(line).collect()
}

fn is_time(name: &str) -> bool {
    ["seconds", "images_per_second", "pace"].contains(&name)
}

fn forget_time(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|name, _| !is_time(name));
            fields.values_mut().for_each(forget_time);
        }
        Value::Array(values) => values.iter_mut().for_each(forget_time),
        _ => {}
    }
}

/// Two studies are the same, file by file.
pub fn assert_same(one: &Path, other: &Path) {
    let (one, other) = (content(one), content(other));
    let names = |content: &BTreeMap<String, Vec<u8>>| content.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&one), names(&other));
    let differ: Vec<&String> = one.keys().filter(|name| one[*name] != other[*name]).collect();
    let first = differ.first().map(|name| {
        let text = |content: &[u8]| String::from_utf8_lossy(content).chars().take(4_000).collect::<String>();
        format!("{}\n{}", text(&one[*name]), text(&other[*name]))
    });
    assert!(differ.is_empty(), "{differ:?} differ; the first:\n{}", first.unwrap_or_default());
    assert!(one.values().all(|content| !content.is_empty()), "there is a file that is not");
}
