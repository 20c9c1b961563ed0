//! A run keeps its plan: `--steps` and the like limit a call, not the run, and a run that is made longer says how its
//! schedule goes on.

#[cfg(unix)]
use super::pipe::interrupted_at;
use super::support::{command, elbow, said, workshop};
use elbow::experiment::{Experiment, Length};
use elbow::train::{Report, RunFolder};
use std::path::Path;

const COSINE: &str = "training.schedule=Cosine()";
const FLOORED: &str = "training.schedule=Cosine(floor: 0.1)";

/// Standard error of a command that must succeed.
fn done(arguments: &[&str]) -> String {
    let ended = elbow(arguments);
    assert_eq!(ended.status.code(), Some(0), "{arguments:?}: {}", said(&ended));
    said(&ended)
}

/// The one message of a command that must be refused.
fn refused(arguments: &[&str]) -> String {
    let ended = elbow(arguments);
    assert_eq!(ended.status.code(), Some(2), "{arguments:?}: {}", said(&ended));
    said(&ended)
}

fn reports(run: &str) -> Vec<Report> {
    RunFolder::at(run).reports().unwrap()
}

fn experiment_of(run: &str) -> Experiment {
    RunFolder::at(run).experiment().unwrap()
}

#[test]
fn item_08_steps_limit_the_call_and_leave_the_plan_alone() {
    let (folder, experiment, run) = workshop(100);
    let whole = folder.path().join("whole").to_str().unwrap().to_string();
    done(&["train", &experiment, "--set", COSINE, "--out", &whole]);
    done(&["train", &experiment, "--set", COSINE, "--steps", "30", "--out", &run]);
    assert_eq!(experiment_of(&run), experiment_of(&whole));
    let out = elbow(&["train", "--resume", "--steps", "50", "--json", "--out", &run]);
    let summary: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!((&summary["step"], &summary["state"]), (&80.into(), &"50 steps of this call".into()), "{summary}");
    // More than are left: the run ends where it was planned to end.
    done(&["train", "--resume", "--steps", "5000", "--out", &run]);
    assert_eq!(experiment_of(&run), experiment_of(&whole));
    let rates = |run: &str| reports(run).iter().map(|r| (r.step, r.learning_rate)).collect::<Vec<_>>();
    assert_eq!(rates(&run), rates(&whole));
    for more in [&[][..], &["--steps", "5"]] {
        let message = refused(&[&["train", "--resume", "--out", &run], more].concat());
        assert!(message.contains("over (100 steps)") && message.contains("--extend"), "{message}");
    }
    let longer = ["train", &experiment, "--steps", "5000", "--json"];
    let summary: serde_json::Value = serde_json::from_slice(&elbow(&longer).stdout).unwrap();
    assert_eq!((&summary["step"], &summary["state"]), (&100.into(), &"100 steps".into()), "{summary}");
}

#[test]
fn item_08_an_extended_run_keeps_the_end_value_of_its_schedule_and_says_so() {
    let (folder, experiment, run) = workshop(60);
    let whole = folder.path().join("whole").to_str().unwrap().to_string();
    for out in [&run, &whole] {
        done(&["train", &experiment, "--set", FLOORED, "--out", out]);
    }
    let message = done(&["train", "--resume", "--extend", "Steps(90)", "--out", &run]);
    assert!(message.contains("90 steps") && message.contains("the learning rate stays at 1.000e-4"), "{message}");
    let found = reports(&run);
    let (planned, more) = found.split_at(found.partition_point(|report| report.step <= 60));
    assert_eq!(planned.len(), reports(&whole).len());
    assert!(more.iter().any(|report| report.step == 90));
    assert!(more.iter().all(|report| (report.learning_rate - 1e-4).abs() < 1e-18), "{more:?}");
    assert_eq!(experiment_of(&run).training.length, Length::Steps(90));

    // Made longer before its end, it goes on as planned until there.
    let early = folder.path().join("early").to_str().unwrap().to_string();
    done(&["train", &experiment, "--set", FLOORED, "--steps", "25", "--out", &early]);
    let message = done(&["train", "--resume", "--extend", "Steps(90)", "--out", &early]);
    assert!(message.contains("still ends at epoch"), "{message}");
    let rates = |run: &str| reports(run).iter().map(|r| (r.step, r.learning_rate)).collect::<Vec<_>>();
    assert_eq!(rates(&early), rates(&run));
    assert!(rates(&early).starts_with(&rates(&whole)), "as planned until its end");
}

#[test]
fn item_08_a_schedule_is_stretched_where_that_is_asked_for_and_it_is_said() {
    let (_folder, experiment, run) = workshop(60);
    done(&["train", &experiment, "--set", COSINE, "--out", &run]);
    let kept = std::fs::read(Path::new(&run).join("experiment.ron")).unwrap();
    // A rate of 0 learns nothing: refused, and nothing has changed.
    let message = refused(&["train", "--resume", "--extend", "Steps(90)", "--out", &run]);
    assert!(message.contains("learning rate is 0") && message.contains("--schedule stretch"), "{message}");
    assert!(!message.contains("length is now"), "{message}");
    assert_eq!(std::fs::read(Path::new(&run).join("experiment.ron")).unwrap(), kept);
    let arguments = ["train", "--resume", "--extend", "Steps(90)", "--schedule", "stretch", "--out", &run];
    let message = done(&arguments);
    assert!(message.contains("the learning rate goes from 0.000e0 to 2.500e-4"), "{message}");
    let found = reports(&run);
    let rate_at = |step: u64| found.iter().find(|report| report.step == step).map(|report| report.learning_rate);
    // The rate of a step is that before it: at two thirds of the whole (1 + cos(2π/3))/2 = 1/4.
    assert!(rate_at(61).is_some_and(|rate| (rate - 2.5e-4).abs() < 1e-9), "{:?}", rate_at(61));
    assert!(rate_at(90).is_some_and(|rate| rate < 1e-6), "{:?}", rate_at(90));
    let training = experiment_of(&run).training;
    assert_eq!((training.length, training.schedule_epochs), (Length::Steps(90), None));
}

#[test]
fn item_08_a_schedule_begins_anew_over_the_extension_where_that_is_asked_for() {
    let (_folder, experiment, run) = workshop(60);
    done(&["train", &experiment, "--set", FLOORED, "--out", &run]);
    let arguments = ["train", "--resume", "--extend", "Steps(90)", "--schedule", "restart", "--out", &run];
    let message = done(&arguments);
    assert!(message.contains("begins anew at epoch"), "{message}");
    assert!(message.contains("the learning rate goes from 1.000e-4 to 1.000e-3"), "{message}");
    let found = reports(&run);
    let rate_at = |step: u64| found.iter().find(|report| report.step == step).map(|report| report.learning_rate);
    // The rate of a step is the one before it. Twelve steps are an epoch, whose last batch is smaller: after whole
    // epochs the schedule, which begins at 5 epochs and ends at 7½, has come two and four fifths of its way.
    for (step, way) in [(61, 0.0), (73, 0.4), (85, 0.8)] {
        let expected = 1e-4 + 9e-4 * 0.5 * (1.0 + (std::f64::consts::PI * way).cos());
        assert!(rate_at(step).is_some_and(|rate| (rate - expected).abs() < 1e-9), "step {step}: {:?}", rate_at(step));
    }
    // A run that is broken off and goes on has the same schedule.
    let training = experiment_of(&run).training;
    assert!(training.schedule_start.is_some() && training.schedule_epochs.is_none(), "{training:?}");
    let message = refused(&["train", "--resume", "--out", &run]);
    assert!(message.contains("over (90 steps)"), "{message}");
}

#[test]
fn item_08_a_length_that_is_none_or_is_behind_is_refused() {
    let (_folder, experiment, run) = workshop(30);
    done(&["train", &experiment, "--steps", "20", "--out", &run]);
    let to = |length: &str| refused(&["train", "--resume", "--extend", length, "--out", &run]);
    assert!(to("long").contains("--extend long"), "{}", to("long"));
    assert!(to("Steps(0)").contains("--extend Steps(0)"), "{}", to("Steps(0)"));
    let message = to("Steps(10)");
    assert!(message.contains("over (10 steps)") && message.contains("longer"), "{message}");
    assert!(!message.contains("length is now"), "refused before it is changed: {message}");
    // Without a run to go on with there is nothing to extend.
    let message = refused(&["train", &experiment, "--extend", "Steps(50)"]);
    assert!(message.contains("--resume"), "{message}");
    let message = refused(&["train", "--resume", "--schedule", "keep", "--out", &run]);
    assert!(message.contains("--extend"), "{message}");
    done(&["train", "--resume", "--extend", "Steps(25)", "--out", &run]);
    assert_eq!(reports(&run).last().map(|report| report.step), Some(25));
}

#[test]
#[cfg(unix)]
fn item_04_a_folder_in_which_a_run_only_began_is_taken_by_the_next() {
    let (folder, experiment, run) = workshop(10);
    let pipe = folder.path().join("images");
    let source = format!("data.source=Idx(images: {pipe:?})");
    let train = command(&["train", &experiment, "--set", &source, "--out", &run]);
    let (mut child, _open) = interrupted_at(&pipe, train);
    assert_eq!(child.wait().unwrap().code(), Some(130));

    // As a kill in its first save leaves a folder.
    let at = |name: &str| Path::new(&run).join(name);
    std::fs::create_dir(at("checkpoint.new")).unwrap();
    for name in ["metrics.csv", "latents.csv", ".elbow-x7Gt2q", "checkpoint.new/model.safetensors"] {
        std::fs::write(at(name), "half").unwrap();
    }
    let message = refused(&["train", "--resume", "--out", &run]);
    assert!(message.contains("before it was saved for the first time"), "{message}");
    // Somebody's own file beside it is not cleared away.
    std::fs::write(at("notes.txt"), "mine").unwrap();
    let message = refused(&["train", &experiment, "--out", &run]);
    assert!(message.contains("notes.txt"), "{message}");
    assert_eq!(std::fs::read_to_string(at("metrics.csv")).unwrap(), "half");
    std::fs::remove_file(at("notes.txt")).unwrap();
    done(&["train", &experiment, "--out", &run]);
    assert_eq!(reports(&run).last().map(|report| report.step), Some(10));
    assert!(!at("checkpoint.new").exists() && !at(".unsaved").exists());
}
