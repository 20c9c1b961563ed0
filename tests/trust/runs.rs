//! Run folders: one writer, nothing overwritten, nothing lost.

use super::support::trained;
use elbow::train::RunFolder;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

/// A preset cut to a second's training.
const QUICK: [&str; 7] =
    ["mnist-2d", "--device=cpu", "--set", "data.limit=2000", "--set", "data.validation=200", "--set=training.batch=64"];

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_elbow"));
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// `elbow train` of a new run.
fn new_run(out: &Path, steps: &str) -> Command {
    command(&[&["train"], &QUICK[..], &["--steps", steps, "--out", out.to_str().unwrap()]].concat())
}

/// `elbow train --resume`.
fn resume(out: &Path, steps: &str) -> Command {
    command(&["train", "--resume", "--steps", steps, "--out", out.to_str().unwrap()])
}

fn message(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn done(mut command: Command) -> String {
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{command:?}: {}", message(&output));
    message(&output)
}

/// The one message of a command that must exit with 2.
fn refused(mut command: Command) -> String {
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{command:?}: {}", message(&output));
    message(&output)
}

/// Wait until a child trains.
fn training(mut command: Command) -> Child {
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.as_mut().unwrap());
    let mut line = String::new();
    while !line.contains("images/s") {
        line.clear();
        assert!(lines.read_line(&mut line).unwrap() > 0, "it ended by itself");
    }
    child
}

#[test]
fn item_02_tables_that_disagree_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    done(new_run(&out, "20"));
    let metrics = std::fs::read(out.join("metrics.csv")).unwrap();
    let latents = std::fs::read_to_string(out.join("latents.csv")).unwrap();
    let shorter: String = latents.lines().take(2).map(|line| format!("{line}\n")).collect();
    std::fs::write(out.join("latents.csv"), &shorter).unwrap();
    let warnings = done(resume(&out, "5"));
    assert!(warnings.contains("latents.csv") && warnings.contains("kept"), "{warnings}");
    assert_eq!(std::fs::read(out.join("metrics.csv.1")).unwrap(), metrics);
    assert_eq!(std::fs::read_to_string(out.join("latents.csv.1")).unwrap(), shorter);
}

#[test]
fn item_02_rows_beyond_the_checkpoint_are_cut_and_all_others_stay() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    done(new_run(&out, "20"));
    let before = RunFolder::at(&out).reports().unwrap();
    // As a kill between two renames leaves them: one of the tables has come further.
    let path = out.join("metrics.csv");
    let mut text = std::fs::read_to_string(&path).unwrap();
    let last = text.lines().last().unwrap().to_owned();
    text += &last.replacen("20,", "25,", 1);
    std::fs::write(&path, text + "\n").unwrap();
    let warnings = done(resume(&out, "5"));
    assert!(!warnings.contains(".csv"), "{warnings}");
    let after = RunFolder::at(&out).reports().unwrap();
    assert_eq!(format!("{:?}", &after[..before.len()]), format!("{before:?}"));
    assert!(after.len() > before.len());
}

#[test]
fn item_03_a_second_writer_is_refused_and_told_who_writes() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    done(new_run(&out, "5"));
    let mut endless = resume(&out, "100000000");
    endless.args(["--extend", "Steps(100000000)"]);
    let mut first = training(endless);
    let message = refused(resume(&out, "1"));
    assert!(message.contains(&format!("process {} on ", first.id())), "{message}");
    // Its death, however it comes, frees the folder.
    first.kill().unwrap();
    first.wait().unwrap();
    done(resume(&out, "1"));
}

#[test]
fn item_04_of_two_who_begin_in_one_folder_one_succeeds() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("deep/er/run");
    let both = [(); 2].map(|()| new_run(&out, "5").spawn().unwrap());
    let ended = both.map(|child| child.wait_with_output().unwrap());
    let mut statuses = ended.each_ref().map(|output| output.status.code());
    statuses.sort_unstable();
    assert_eq!(statuses, [Some(0), Some(2)], "{:?}", ended.each_ref().map(message));
}

#[test]
fn item_04_a_folder_with_something_else_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path();
    std::fs::create_dir(out.join("checkpoint")).unwrap();
    for name in ["checkpoint/notes.txt", "metrics.csv"] {
        std::fs::write(out.join(name), name).unwrap();
    }
    let message = refused(new_run(out, "5"));
    assert!(message.contains("--out") && message.contains("not empty") && message.contains("checkpoint"), "{message}");
    for name in ["checkpoint/notes.txt", "metrics.csv"] {
        assert_eq!(std::fs::read_to_string(out.join(name)).unwrap(), name);
    }
    assert_eq!(std::fs::read_dir(out).unwrap().count(), 2, "no litter");
}

#[cfg(unix)]
#[test]
fn item_07_endless_files_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    done(new_run(&out, "5"));
    for name in ["progress.json", "model.safetensors", "optimiser.safetensors"] {
        let path = out.join("checkpoint").join(name);
        let kept = std::fs::read(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        std::os::unix::fs::symlink("/dev/zero", &path).unwrap();
        let message = refused(resume(&out, "1"));
        // A progress that is none marks no checkpoint.
        let expected = if name == "progress.json" { "no checkpoint" } else { "not a regular file" };
        assert!(message.contains(expected), "{name}: {message}");
        std::fs::remove_file(&path).unwrap();
        std::fs::write(&path, kept).unwrap();
    }
    let metrics = out.join("metrics.csv");
    std::fs::remove_file(&metrics).unwrap();
    std::os::unix::fs::symlink("/dev/zero", &metrics).unwrap();
    let warnings = done(resume(&out, "1"));
    assert!(warnings.contains("metrics.csv") && warnings.contains("not a regular file"), "{warnings}");
}

/// A run that is over is saved no more: whoever goes on with it, such as a study's point, must find it as if it had not
/// been killed.
#[test]
fn item_01_a_save_cut_off_between_two_renames_is_completed_by_the_next_owner() {
    let (_folder, run) = trained();
    let [checkpoint, fresh] = ["checkpoint", "checkpoint.new"].map(|name| Path::new(&run).join(name));
    std::fs::rename(&checkpoint, &fresh).unwrap();
    let lock = RunFolder::at(&run).lock().unwrap();
    assert!(checkpoint.join("model.safetensors").is_file() && !fresh.exists());
    drop(lock);
}
