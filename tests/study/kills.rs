//! Children killed, parents killed, stops: at the end each point is there once, bit for bit like an undisturbed one.
#![cfg(target_os = "linux")]

use super::support::{Workshop, assert_same, elbow, ended, said, states};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Points, children to kill, parents to kill: few in the normal suite, all of issue "Studies" with
/// `ELBOW_CAMPAIGN=full`.
fn campaign() -> (usize, usize, usize) {
    if std::env::var_os("ELBOW_CAMPAIGN").is_some_and(|kind| kind == "full") { (200, 60, 5) } else { (8, 5, 1) }
}

/// The children of a process.
fn children(parent: u32) -> Vec<u32> {
    let text = std::fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).unwrap_or_default();
    text.split_whitespace().filter_map(|number| number.parse().ok()).collect()
}

fn kill(process: u32) {
    let _ = Command::new("kill").args(["-KILL", &process.to_string()]).stderr(Stdio::null()).status();
}

/// Pseudo-random numbers below `below` (an LCG): enough to spread kills.
struct Dice(u64);

impl Dice {
    fn below(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }
}

fn start(workshop: &Workshop, more: &[&str]) -> Child {
    workshop.command("killed", more).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

#[test]
fn kills_of_children_and_parents_change_nothing() {
    let (points, mut child_kills, mut parent_kills) = campaign();
    let workshop = Workshop::new(&format!("axes: [Seeds(count: {points})]"));
    let mut dice = Dice(42);
    let mut parent = start(&workshop, &["--jobs", "2", "--retry"]);
    let every = child_kills / (parent_kills + 1);
    let (mut until_parent, mut killed, mut ended_early) = (every, 0, 0);
    while child_kills > 0 || parent_kills > 0 {
        std::thread::sleep(Duration::from_millis(dice.below(400)));
        if parent.try_wait().unwrap().is_some() {
            ended_early += 1;
            assert!(ended_early < points, "it ends before it can be killed: {child_kills} kills are left");
            // All done: one point is made to be run again, so that there is something left to kill.
            let name = format!("killed/{:04}-seed={}", ended_early, ended_early);
            std::fs::remove_dir_all(workshop.at(&name)).unwrap();
            parent = start(&workshop, &["--jobs", "2", "--retry"]);
            continue;
        }
        let alive = children(parent.id());
        if child_kills > 0 && !alive.is_empty() {
            kill(alive[dice.below(alive.len() as u64) as usize]);
            child_kills -= 1;
            killed += 1;
            until_parent = until_parent.saturating_sub(1);
        }
        if parent_kills > 0 && (until_parent == 0 || child_kills == 0) {
            parent.kill().unwrap();
            parent.wait().unwrap();
            parent_kills -= 1;
            until_parent = every;
            parent = start(&workshop, &["--jobs", "2", "--retry"]);
        }
    }
    let status = parent.wait().unwrap();
    assert!(matches!(status.code(), Some(0 | 1)), "{status}");
    ended(workshop.command("killed", &["--jobs", "2", "--retry"]), 0);
    assert!(killed >= 5);
    let states = states(&workshop.status("killed"));
    assert_eq!(states.len(), points);
    assert!(states.values().all(|state| state == "done"), "{states:?}");
    workshop.ran("undisturbed", &["--jobs", "2"], 0);
    assert_same(&workshop.at("killed"), &workshop.at("undisturbed"));
}

/// Wait until a file is there.
fn wait_for(path: &Path) {
    let since = Instant::now();
    while !path.exists() {
        assert!(since.elapsed() < Duration::from_secs(120), "{} does not come", path.display());
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_stop_saves_all_and_the_study_goes_on_where_it_was() {
    let long = |workshop: &Workshop| {
        let text = std::fs::read_to_string(workshop.file()).unwrap();
        std::fs::write(workshop.file(), text.replace("Steps(60)", "Steps(8000)")).unwrap();
    };
    let workshop = Workshop::new("axes: [Seeds(count: 3)]");
    long(&workshop);
    let parent = workshop.command("killed", &["--jobs", "2"]).spawn().unwrap();
    let sign = workshop.at("killed/0000-seed=0/point.json");
    let trains = || {
        std::fs::read_to_string(&sign).is_ok_and(|text| text.contains("\"training\"") && !text.contains("\"step\":0,"))
    };
    let since = Instant::now();
    while !trains() {
        assert!(since.elapsed() < Duration::from_secs(120));
        std::thread::sleep(Duration::from_millis(5));
    }
    Command::new("kill").args(["-TERM", &parent.id().to_string()]).status().unwrap();
    let output = parent.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    let table = workshop.status("killed");
    assert_eq!(states(&table)["0000-seed=0"], "begun", "{table}");
    assert_eq!(states(&table)["0002-seed=2"], "waiting", "{table}");
    workshop.ran("killed", &["--jobs", "2"], 0);
    workshop.ran("undisturbed", &["--jobs", "2"], 0);
    assert_same(&workshop.at("killed"), &workshop.at("undisturbed"));
}

#[test]
fn a_kill_between_training_and_result_is_made_good() {
    let workshop = Workshop::new("axes: [Seeds(count: 1)]");
    let text = std::fs::read_to_string(workshop.file()).unwrap();
    std::fs::write(workshop.file(), text.replace("samples: 40", "samples: 50000")).unwrap();
    workshop.ran("killed", &["--print", "parallel"], 0);
    let folder = workshop.at("killed");
    let mut task = elbow(&["study", folder.to_str().unwrap(), "--task", "0"]).stderr(Stdio::null()).spawn().unwrap();
    wait_for(&folder.join("0000-seed=0/samples.png"));
    task.kill().unwrap();
    task.wait().unwrap();
    assert!(!folder.join("0000-seed=0/result.json").exists(), "it was too fast to be killed");
    let saved =
        || std::fs::metadata(folder.join("0000-seed=0/checkpoint/model.safetensors")).unwrap().modified().unwrap();
    let before = saved();
    workshop.ran("killed", &[], 0);
    assert_eq!(saved(), before, "it was trained again");
    workshop.ran("undisturbed", &[], 0);
    assert_same(&workshop.at("killed"), &workshop.at("undisturbed"));
}
