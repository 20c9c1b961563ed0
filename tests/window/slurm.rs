//! A study that Slurm runs, looked at in the window. Slurm's commands are scripts that stand for it.

use crate::driver::Window;
use elbow::experiment::study::{Axis, load_study};
use elbow::study::StudyFolder;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// Commands of Slurm in a folder: its queue is the file `queue`, and cancelling a job empties it.
fn commands(folder: &Path) {
    let script = |name: &str, text: String| {
        let path = folder.join(name);
        fs::write(&path, format!("#!/bin/sh\n{text}\n")).expect("the folder is writable");
        fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).expect("it is ours");
    };
    let at = folder.display();
    script("squeue", format!("cat '{at}/queue'"));
    script("sacct", "exit 1".into());
    script("scancel", format!("echo \"$@\" > '{at}/cancelled'; : > '{at}/queue'"));
}

#[test]
fn the_queue_stands_beside_the_points_and_is_cancelled_from_the_window() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let slurm = folder.path().join("slurm");
    fs::create_dir(&slurm).expect("a folder");
    commands(&slurm);
    fs::write(slurm.join("queue"), "12_0|RUNNING|None\n12_1|PENDING|Resources\n12_2|PENDING|Priority\n")
        .expect("the folder is writable");
    let mut study = load_study("beta-grid").expect("it is bundled").study;
    (study.name, study.axes) = ("queued".into(), vec![Axis::Seeds { from: 0, count: 4 }]);
    let there = StudyFolder::at(folder.path().join("study"));
    drop(there.begin(&study, &study.points().expect("it is sound").points).expect("the folder is free"));
    fs::create_dir(there.path().join("slurm")).expect("a folder");
    let jobs = r#"[{"job": "12", "first": 0, "script": "batch-0.sh"}]"#;
    fs::write(there.path().join("slurm/jobs.json"), jobs).expect("the folder is writable");

    let mut window = Window::with_slurm(there.path(), &slurm);
    window.until_shown("In Slurm: 2 pending, 1 running");
    window.click("0001-seed=1: waiting, in Slurm PENDING (Resources)");
    window.until_shown("waiting; in Slurm PENDING (Resources)");
    assert!(window.has("0003-seed=3: waiting"), "the queue does not have it");
    window.click("Table");
    assert!(window.has("Sort by in Slurm") && window.shows("PENDING (Priority)"));
    window.check_names();
    window.click("Cancel jobs");
    window.until_shown("queued: cancelled 12 in Slurm");
    window.until("the queue is empty", |window| !window.shows("In Slurm:"));
    assert_eq!(fs::read_to_string(slurm.join("cancelled")).expect("it was called").trim(), "12");

    // A machine without Slurm still shows the folder, and says what is missing.
    let mut window = Window::with_slurm(there.path(), &folder.path().join("none"));
    window.until_shown("Slurm does not answer");
    assert!(window.shows("0 of 4 done"));
}
