//! Checkpoint and tables are one state: a run that was stopped and went on has the rows of one that was not.

use super::support::{command, elbow, said, workshop};
use serde_json::Value;
use std::path::Path;
use std::process::Stdio;

/// The columns of `metrics.csv` that tell how fast the machine was: no two runs have the same.
const OF_THE_CLOCK: [&str; 2] = ["seconds", "images_per_second"];

/// `metrics.csv` without these columns, and `latents.csv`.
fn tables(run: &str) -> [String; 2] {
    let text = |name: &str| std::fs::read_to_string(Path::new(run).join(name)).unwrap();
    let metrics = text("metrics.csv");
    let header: Vec<&str> = metrics.lines().next().unwrap().split(',').collect();
    assert!(OF_THE_CLOCK.iter().all(|column| header.contains(column)));
    let kept = |line: &str| {
        let fields = line.split(',').zip(&header).filter(|(_, column)| !OF_THE_CLOCK.contains(column));
        fields.map(|(field, _)| field).collect::<Vec<_>>().join(",")
    };
    [metrics.lines().map(kept).collect::<Vec<_>>().join("\n"), text("latents.csv")]
}

fn assert_same(run: &str, undisturbed: &str, case: &str) {
    for (mine, expected) in tables(run).iter().zip(&tables(undisturbed)) {
        for (row, (mine, expected)) in mine.lines().zip(expected.lines()).enumerate() {
            assert_eq!(mine, expected, "{case}: line {}", row + 1);
        }
        assert_eq!(mine.len(), expected.len(), "{case}");
    }
    let model = |run: &str| std::fs::read(Path::new(run).join("checkpoint/model.safetensors")).unwrap();
    assert!(model(run) == model(undisturbed), "{case}: the models differ");
}

fn done(arguments: &[&str]) {
    let ended = elbow(arguments);
    assert_eq!(ended.status.code(), Some(0), "{arguments:?}: {}", said(&ended));
}

#[test]
fn item_02_a_stopped_and_resumed_run_has_the_tables_of_an_undisturbed_one() {
    let beside = "objective.penalty=FactorVae(weight: 5.0, layers: 1, hidden: 8, rate: 1e-3)";
    let normed = "encoder=[Dense(units: 8, activation: Relu, norm: Batch)]";
    let converging = "training.length=UntilConverged(patience: 2, min_delta: 1000.0, max_epochs: 9.0)";
    // With four images a step an epoch has 45 of them; with one it has 180, and a report comes every third step.
    for set in [
        &["training.batch=1", "training.schedule=Cosine(floor: 0.1)"][..],
        &["training.batch=2", beside],
        &["training.batch=4", "objective.samples=3", normed],
        &["training.batch=1", converging],
    ] {
        let (folder, experiment, run) = workshop(400);
        let undisturbed = folder.path().join("undisturbed").to_str().unwrap().to_string();
        let sets: Vec<&str> = set.iter().flat_map(|set| ["--set", set]).collect();
        done(&[&["train", &experiment, "--out", &undisturbed], &sets[..]].concat());
        done(&[&["train", &experiment, "--steps", "17", "--out", &run], &sets[..]].concat());
        for steps in ["1", "100", "61"] {
            done(&["train", "--resume", "--steps", steps, "--out", &run]);
        }
        done(&["train", "--resume", "--out", &run]);
        assert_same(&run, &undisturbed, &format!("{set:?}"));
    }
}

#[test]
#[cfg(unix)]
fn item_02_so_has_one_that_was_interrupted() {
    // Long enough to be interrupted, wherever that is.
    let (folder, experiment, run) = workshop(40_000);
    let undisturbed = folder.path().join("undisturbed").to_str().unwrap().to_string();
    let sets = ["--set", "training.batch=1", "--set", "data.validation=5"];
    done(&[&["train", &experiment, "--out", &undisturbed], &sets[..]].concat());
    let mut interrupted = 0;
    for resumed in 0..3 {
        let first = [&["train", &experiment, "--json", "--out", &run], &sets[..]].concat();
        let more = ["train", "--resume", "--json", "--out", &run];
        let arguments = if resumed == 0 { &first[..] } else { &more };
        let child = command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(700));
        // By now it may be over.
        let _ = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
        let ended = child.wait_with_output().unwrap();
        assert_eq!(ended.status.code(), Some(0), "{}", said(&ended));
        let summary: Value = serde_json::from_slice(&ended.stdout).unwrap();
        if summary["state"] != "stopped" {
            break;
        }
        assert!(summary["measured_at_step"].as_u64() <= summary["step"].as_u64(), "{summary}");
        interrupted += 1;
    }
    assert!(interrupted > 0, "the machine is too fast for this test");
    let ended = elbow(&["train", "--resume", "--out", &run]);
    assert!(ended.status.code() == Some(0) || said(&ended).contains("the run is over"), "{}", said(&ended));
    assert_same(&run, &undisturbed, "interrupted");
}

#[test]
fn item_02_a_checkpoint_of_before_goes_on() {
    let (_folder, experiment, run) = workshop(40);
    done(&["train", &experiment, "--steps", "20", "--out", &run]);
    let path = Path::new(&run).join("checkpoint/progress.json");
    let mut saved: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    for name in ["interval", "integrity"] {
        assert!(saved.as_object_mut().unwrap().remove(name).is_some());
    }
    saved["progress"]["convergence"]["best"] = Value::from(-7.25);
    std::fs::write(&path, saved.to_string()).unwrap();
    done(&["train", "--resume", "--out", &run]);
}

#[test]
fn item_02_rows_are_appended_and_never_written_again() {
    let (_folder, experiment, run) = workshop(40);
    let text = |name: &str| std::fs::read_to_string(Path::new(&run).join(name)).unwrap();
    done(&["train", &experiment, "--steps", "12", "--out", &run]);
    let before = ["metrics.csv", "latents.csv"].map(text);
    // As a kill in the middle of an append leaves them.
    for name in ["metrics.csv", "latents.csv"] {
        std::fs::write(Path::new(&run).join(name), text(name) + "13,0.5").unwrap();
    }
    // Whoever looks meanwhile, as `eval` does, reads the whole rows and changes nothing.
    done(&["eval", &run, "--images", "2", "--samples", "10", "--gap-images", "0"]);
    assert!(text("metrics.csv").ends_with("\n13,0.5"));
    let resumed = elbow(&["train", "--resume", "--out", &run]);
    assert!(resumed.status.success() && !said(&resumed).contains(".csv"), "{}", said(&resumed));
    let after = ["metrics.csv", "latents.csv"].map(text);
    for (before, after) in before.iter().zip(&after) {
        assert!(after.starts_with(before) && after.len() > before.len() && after.ends_with('\n'), "{after}");
        let steps: Vec<u64> =
            after.lines().skip(1).map(|row| row.split(',').next().unwrap().parse().unwrap()).collect();
        assert!(steps.is_sorted() && steps.ends_with(&[40]), "{steps:?}");
    }
}

#[test]
fn item_02_a_diverged_run_goes_on_from_the_step_of_its_last_good_state() {
    let (_folder, experiment, run) = workshop(400);
    let step = |ended: &std::process::Output| -> u64 {
        assert_eq!(ended.status.code(), Some(1), "{}", said(ended));
        let said = said(ended);
        let after = said.split("those after step ").nth(1).unwrap_or_else(|| panic!("{said}"));
        after.split(',').next().unwrap().parse().unwrap()
    };
    let saved = || -> Value {
        let progress = std::fs::read(Path::new(&run).join("checkpoint/progress.json")).unwrap();
        serde_json::from_slice::<Value>(&progress).unwrap()["progress"]["step"].clone()
    };
    let diverging = ["--set", "training.optimiser=Sgd()", "--set", "training.learning_rate=100.0"];
    let kept = step(&elbow(&[&["train", &experiment, "--out", &run], &diverging[..]].concat()));
    assert_eq!(saved(), kept);
    // The rows up to the end tell how it diverged. Whoever goes on begins behind the rows of the kept state, so that
    // what comes is what came before: nothing has been changed.
    let before = tables(&run);
    assert_eq!(step(&elbow(&["train", "--resume", "--out", &run])), kept);
    assert_eq!(tables(&run), before);
    assert_eq!(saved(), kept);
}
