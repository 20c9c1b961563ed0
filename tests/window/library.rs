//! The library of runs: a table that is filtered and sorted, and what is done with runs in it.

use crate::driver::Window;
use eframe::egui::{Key, Modifiers};
use elbow::data::Split;
use elbow::experiment::Experiment;
use elbow::library::Settings;
use elbow::train::{Progress, Report, RunFolder};
use std::path::{Path, PathBuf};

/// A report on all validation images.
pub fn report(step: u64, elbo: f64) -> Report {
    Report {
        step,
        epoch: 2.0,
        images: 100 * step,
        seconds: 12.0,
        split: Split::Validation,
        whole: true,
        elbo,
        elbo_se: 0.25,
        reconstruction: elbo + 20.0,
        kl: 20.0,
        kl_per_dimension: vec![10.0, 10.0],
        iwae: elbo,
        samples: 1,
        beta: 1.0,
        learning_rate: 1e-3,
        gradient_norm: f64::NAN,
        images_per_second: 31_000.0,
    }
}

/// A run with one report, saved at its step.
fn make(data: &Path, name: &str, seed: u64, elbo: f64) -> PathBuf {
    let folder = data.join("runs").join(format!("folder-{name}"));
    let experiment = Experiment { name: name.into(), seed, ..Experiment::default() };
    let report = report(40, elbo);
    RunFolder::at(&folder).save_curves(&experiment, &[report], &[]).expect("it is written");
    let progress = Progress { step: 40, seconds: 12.0, ..Progress::default() };
    let json = serde_json::json!({ "progress": progress, "optimiser_steps": 40 }).to_string();
    std::fs::create_dir_all(folder.join("checkpoint")).expect("a folder");
    std::fs::write(folder.join("checkpoint/progress.json"), json).expect("it is written");
    folder
}

/// A window in front of three runs.
fn three_runs(data: &Path) -> Window {
    make(data, "aleph", 1, -104.5);
    make(data, "beth", 2, -96.25);
    make(data, "gimel", 3, -99.75);
    let mut window = Window::with_library(data);
    window.key(Modifiers::COMMAND, Key::T);
    window.until_shown("3 runs");
    window.until("all is read", |window| !window.shows("reading…"));
    window
}

/// The rows' names from above.
fn order(window: &Window) -> Vec<&'static str> {
    let mut names: Vec<&str> = ["aleph", "beth", "gimel"].into_iter().filter(|name| window.has(name)).collect();
    names.sort_by(|a, b| window.place(a).top().total_cmp(&window.place(b).top()));
    names
}

#[test]
fn runs_are_sorted_and_filtered() {
    let data = tempfile::tempdir().expect("a temporary folder");
    let mut window = three_runs(data.path());
    assert!(window.shows("paused") && window.shows("−104.50 ± 0.25"));
    // Only what differs has a column.
    assert!(window.has("Sort by seed") && !window.has("Sort by dimension"));
    window.click("Sort by ELBO");
    assert_eq!(order(&window), ["beth", "gimel", "aleph"]);
    window.click("Sort by ELBO");
    assert_eq!(order(&window), ["aleph", "gimel", "beth"]);

    window.enter("Filter runs", "elbo > -100 and not name ~ gim");
    window.until_shown("1 of 3 runs");
    assert_eq!(order(&window), ["beth"]);
    window.enter("Filter runs", "elbow > 3");
    window.until_shown("column 1: no run has a field `elbow`. Did you mean `elbo`?");
    assert_eq!(order(&window), ["beth"], "the rows stay while a filter is typed");
    window.enter("Filter runs", "nothing like it");
    window.until_shown("No run passes the filter");
    window.click("Clear the filter");
    assert_eq!(order(&window).len(), 3);
    window.check_names();
}

#[test]
fn runs_are_written_of_compared_and_duplicated() {
    let data = tempfile::tempdir().expect("a temporary folder");
    let mut window = three_runs(data.path());
    assert!(!window.is_enabled("Duplicate"), "nothing is chosen");
    window.click("Star of beth");
    window.enter("Filter runs", "starred");
    window.until_shown("1 of 3 runs");
    window.click("beth");
    window.enter("Run tags", "paper, figure-2");
    window.enter("Run name", "the best");
    window.until_shown("the best");
    let notes = std::fs::read_to_string(data.path().join("runs/folder-beth/notes.ron")).expect("it is written");
    assert!(notes.contains("figure-2") && notes.contains("the best") && notes.contains("starred: true"), "{notes}");
    window.enter("Filter runs", "tag = paper");
    window.until_shown("1 of 3 runs");
    window.click("the best");
    window.click("Duplicate");
    window.until_shown("The run's experiment is in the form");
    assert_eq!((window.state().experiment.name.as_str(), window.state().experiment.seed), ("beth", 2));

    window.enter("Filter runs", "aleph");
    window.click("aleph");
    window.click("Compare");
    window.until_shown("The run is compared");
}

#[test]
fn a_deleted_run_comes_back_by_undo() {
    let data = tempfile::tempdir().expect("a temporary folder");
    let mut window = three_runs(data.path());
    window.click("gimel");
    window.click("Delete");
    window.until_shown("folder-gimel is in the trash");
    window.until("its row is gone", |window| !window.has("gimel"));
    assert!(!data.path().join("runs/folder-gimel").exists());
    window.click("Undo");
    window.until("it is back", |window| window.has("gimel"));
    assert!(RunFolder::at(data.path().join("runs/folder-gimel")).is_run());
}

#[test]
fn a_folder_of_runs_that_is_dropped_belongs_to_the_library() {
    let data = tempfile::tempdir().expect("a temporary folder");
    let elsewhere = tempfile::tempdir().expect("a temporary folder");
    make(elsewhere.path(), "daleth", 4, -90.0);
    let mut window = three_runs(data.path());
    window.drop_file(elsewhere.path());
    window.until_shown("4 runs");
    assert!(window.has("daleth"));
    window.click("Library");
    assert!(window.shows("Further folders") && window.shows("Ask from"));
    window.click(&format!("Leave out {}", elsewhere.path().display()));
    window.until("it is left out", |window| !window.has("daleth"));
    window.check_names();
    assert_eq!(window.nameless(), [""; 0]);
}

/// Above its limit the library asks, and deletes nothing by itself.
#[test]
fn a_library_that_is_too_large_asks_what_may_go() {
    let data = tempfile::tempdir().expect("a temporary folder");
    Settings { gigabytes: 1e-6, ..Settings::default() }.save(data.path()).expect("the folder is writable");
    let mut window = three_runs(data.path());
    window.until_shown("more than the 1.00\u{202f}kB that you have set");
    window.click("Star of aleph");
    window.until("it is written", |_| data.path().join("runs/folder-aleph/notes.ron").is_file());
    window.frames(20);
    let there = |name: &str| data.path().join(format!("runs/folder-{name}")).is_dir();
    assert!(["aleph", "beth", "gimel"].into_iter().all(there), "nothing goes without being asked");
    window.click("Choose the oldest");
    window.until_shown("2 runs are chosen");
    assert!(["aleph", "beth", "gimel"].into_iter().all(there), "it only chooses");
    window.check_names();
    window.click("Delete");
    window.until_shown("2 runs are in the trash");
    assert!(there("aleph") && !there("beth") && !there("gimel"), "what has a star stays");
    // For good they go only after another question.
    let trash = || std::fs::read_dir(data.path().join(".trash")).map_or(0, |entries| entries.count());
    assert!(trash() > 0);
    window.until("the notice has the trash", |window| window.has("Empty the trash…"));
    window.click("Empty the trash…");
    window.until_shown("Delete 2 runs for good");
    window.click("Keep them");
    assert!(trash() > 0 && window.has("Empty the trash…"));
    window.click("Empty the trash…");
    window.click("Delete 2 runs for good");
    window.until("the trash is empty", |_| trash() == 0);
    assert!(there("aleph"));
}

#[cfg(unix)]
#[test]
fn a_run_is_opened_in_a_second_window() {
    use std::os::unix::fs::PermissionsExt;
    let data = tempfile::tempdir().expect("a temporary folder");
    let folder = make(data.path(), "aleph", 1, -104.5);
    // In the place of this program: it says what it was asked to open.
    let (program, opened) = (data.path().join("elbow"), data.path().join("opened"));
    std::fs::write(&program, format!("#!/bin/sh\necho \"$@\" > '{}'\n", opened.display())).expect("it is written");
    std::fs::set_permissions(&program, PermissionsExt::from_mode(0o755)).expect("it is ours");
    let mut window = Window::with_library_and(data.path(), &program);
    window.key(Modifiers::COMMAND, Key::T);
    window.until_shown("1 run");
    window.click("aleph");
    window.click("Second window");
    window.until_shown("opens in another window");
    window.until("the program was started", |_| opened.is_file());
    window.until("it has the run's folder", |_| {
        std::fs::read_to_string(&opened).is_ok_and(|text| text.trim() == folder.display().to_string())
    });
}
