//! The cost of following many runs that other processes train.

use crate::driver::Window;
use crate::library::report;
use eframe::egui::{Key, Modifiers};
use elbow::experiment::study::{Axis, load_study};
use elbow::library::Settings;
use elbow::study::{Doing, PointFolder, Sign, StudyFolder};
use elbow::train::{Progress, Report, RunFolder};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

const POINTS: u64 = 200;
const SECONDS: u64 = 60;

/// Seconds of processor time that this process's threads of a name have used.
fn seconds_of(name: &str) -> f64 {
    const TICKS: f64 = 100.0;
    let tasks = std::fs::read_dir("/proc/self/task").expect("Linux tells").flatten();
    let of = |task: std::fs::DirEntry| {
        let read = |file: &str| std::fs::read_to_string(task.path().join(file)).unwrap_or_default();
        // The system keeps fifteen bytes of a name.
        if read("comm").trim() != &name[..name.len().min(15)] {
            return 0.0;
        }
        let stat = read("stat");
        let fields: Vec<f64> =
            stat.rsplit(')').next().unwrap_or_default().split_whitespace().filter_map(|it| it.parse().ok()).collect();
        // The state is no number: user and system time are the 11th and 12th number behind the name.
        (fields[10] + fields[11]) / TICKS
    };
    tasks.map(of).sum()
}

fn sign(point: &PointFolder, step: u64) {
    let share = step as f64 / 10_000.0;
    let doing = Doing::Training;
    point.set_sign(&Sign { doing, step, share, elbo: Some(-100.0), ..Sign::new() });
}

/// A study whose points look as if processes trained them.
fn running(folder: &Path) -> Vec<PointFolder> {
    let mut study = load_study("beta-grid").expect("it is bundled").study;
    (study.name, study.axes) = ("large".into(), vec![Axis::Seeds { from: 0, count: POINTS }]);
    let there = StudyFolder::at(folder);
    let points = study.points().expect("it is sound").points;
    let (_lock, planned) = there.begin(&study, &points).expect("the folder is free");
    let make = |(record, point): (&elbow::study::Record, &elbow::experiment::study::Point)| {
        let folder = there.point(record);
        let run = RunFolder::at(folder.path());
        run.save_curves(&point.experiment, &[report(1, -100.0)], &[]).expect("it is written");
        std::fs::create_dir_all(folder.path().join("checkpoint")).expect("a folder");
        let json = serde_json::json!({ "progress": Progress::default(), "optimiser_steps": 1 }).to_string();
        std::fs::write(folder.path().join("checkpoint/progress.json"), json).expect("it is written");
        sign(&folder, 1);
        folder
    };
    planned.records.iter().zip(&points).map(make).collect()
}

/// `cargo test --release --test window cost -- --ignored --nocapture`
#[test]
#[ignore = "measures for a minute"]
fn two_hundred_running_points_are_followed_at_little_cost() {
    let data = tempfile::tempdir().expect("a temporary folder");
    let points = running(&data.path().join("studies/large"));
    Settings::default().save(data.path()).expect("the folder is writable");
    let mut window = Window::with_library(data.path());
    window.drop_file(&data.path().join("studies/large"));
    window.until_shown("200 running");
    window.key(Modifiers::COMMAND, Key::T);
    window.until_shown("200 runs");
    window.until("all is read", |window| !window.shows("reading…"));

    // As their processes do: a sign of life every fifteen seconds, new rows every five.
    let stop = Arc::new(AtomicBool::new(false));
    let stopped = stop.clone();
    let write = move || {
        let mut step = 2;
        while !stopped.load(Ordering::Relaxed) {
            for (place, point) in points.iter().enumerate() {
                let run = RunFolder::at(point.path());
                let rows: Vec<Report> = (1..=step).map(|step| report(step, -100.0)).collect();
                run.save_tables(&rows, &[]).expect("it is written");
                if (place as u64 + step).is_multiple_of(3) {
                    sign(point, step);
                }
                std::thread::sleep(Duration::from_secs(5) / POINTS as u32);
            }
            step += 1;
        }
    };
    let writer = std::thread::Builder::new().name("writer".into()).spawn(write).expect("a thread");
    let threads = ["elbow-study-watch", "elbow-library"];
    let before = threads.map(seconds_of);
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(SECONDS) {
        window.frames(1);
        std::thread::sleep(Duration::from_millis(200));
    }
    let whole = start.elapsed().as_secs_f64();
    stop.store(true, Ordering::Relaxed);
    writer.join().expect("it wrote");
    for ((name, before), after) in threads.iter().zip(before).zip(threads.map(seconds_of)) {
        let share = (after - before) / whole;
        println!("{name}: {:.2} % of a core", 100.0 * share);
        assert!(share < 0.05, "{name} takes {share} of a core");
    }
}

/// `cargo test --release --test window ten_thousand -- --ignored --nocapture`
#[test]
#[ignore = "writes 10,000 folders and measures; nothing is asserted"]
fn ten_thousand_points_are_shown() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let rate = Axis::Log { field: "training.learning_rate".into(), from: 1e-4, to: 1e-2, count: Some(1_000) };
    let mut study = load_study("beta-grid").expect("it is bundled").study;
    (study.name, study.axes) = ("large".into(), vec![rate, Axis::Seeds { from: 0, count: 10 }]);
    let there = StudyFolder::at(folder.path().join("large"));
    let points = study.points().expect("it is sound").points;
    let (_lock, planned) = there.begin(&study, &points).expect("the folder is free");
    for record in &planned.records {
        let value = -100.0 - (record.number % 97) as f64;
        let result = crate::studies::result(&study, value);
        std::fs::create_dir(there.point(record).path()).expect("a folder");
        let text = serde_json::to_string(&result).expect("plain data");
        std::fs::write(there.point(record).path().join("result.json"), text).expect("it is written");
    }
    let start = Instant::now();
    let mut window = Window::open_with(there.path());
    window.until_shown("10000 of 10000 done");
    println!("open, to the first picture: {:.2} s", start.elapsed().as_secs_f64());
    for view in ["Points", "Table", "Response", "Heat", "Parallel", "Best"] {
        window.click(view);
        let start = Instant::now();
        window.frames(20);
        println!("{view}: {:.1} ms a frame", start.elapsed().as_secs_f64() * 1e3 / 20.0);
    }
}
