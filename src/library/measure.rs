//! How long a large library takes to be read.

use super::samples::{make, report};
use super::shelf::Library;
use crate::data::Split;
use crate::experiment::Experiment;
use crate::train::RunFolder;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// `ELBOW_RUNS=1000 ELBOW_REPORTS=10000 cargo test --release --lib library::measure -- --ignored --nocapture`
#[test]
#[ignore = "writes more than a gigabyte and measures; nothing is asserted"]
fn a_large_library_is_read() {
    let (runs, reports) = (number("ELBOW_RUNS", 1_000), number("ELBOW_REPORTS", 10_000));
    let data = tempfile::tempdir().unwrap();
    let first = data.path().join("runs/00000");
    make(&first, &Experiment::default(), reports, &[]);
    // Five of six are of training batches, as in a run.
    let rows: Vec<_> = (1..=reports)
        .map(|step| {
            let split = if step % 6 == 0 { Split::Validation } else { Split::Train };
            crate::train::Report { split, ..report(step, -100.0 - 1e3 / step as f64) }
        })
        .collect();
    RunFolder::at(&first).save_tables(&rows, &[]).unwrap();
    for run in 1..runs {
        let folder = data.path().join(format!("runs/{run:05}"));
        let experiment = Experiment { seed: run, ..Experiment::default() };
        make(&folder, &experiment, reports, &[]);
        for table in ["metrics.csv", "latents.csv"] {
            std::fs::copy(first.join(table), folder.join(table)).unwrap();
        }
    }
    let bytes = std::fs::metadata(first.join("metrics.csv")).unwrap().len() * runs;
    println!("{runs} runs with {reports} reports each: {:.2} GB of reports", bytes as f64 / 1e9);

    let start = Instant::now();
    let (mut library, _) = Library::open(data.path().to_owned(), Arc::new(|| ()));
    library.follow(true);
    let mut until = |what: &str, so: &dyn Fn(&Library) -> bool| {
        let (mut longest, mut all) = (Duration::ZERO, Duration::ZERO);
        while !so(&library) {
            let polled = Instant::now();
            library.poll();
            longest = longest.max(polled.elapsed());
            all += polled.elapsed();
            std::thread::sleep(Duration::from_millis(1));
        }
        let at = start.elapsed().as_secs_f64();
        println!("{what}: {at:.3} s (taken in within {longest:?} a frame, {all:?} in all)");
    };
    until("first row", &|library| !library.runs().is_empty());
    until("all rows", &|library| library.runs().len() as u64 == runs);
    until("all reports", &|library| library.scan().is_some());
    let used = || crate::worker::memory::resident() as f64 / 1e6;
    println!("memory of the whole test: {:.1} MB", used());

    // The cost of looking again where nothing has changed.
    let folders: Vec<PathBuf> = library.runs().iter().map(|run| run.folder.clone()).collect();
    let mut seen = super::fields::Seen::default();
    let place = |folder: &PathBuf| super::places::Place { folder: folder.clone(), study: None };
    let mut readers: Vec<_> =
        folders.iter().map(|folder| super::reader::Reader::glance(&place(folder), &mut seen)).collect();
    let start = Instant::now();
    let mut found = 0;
    super::places::find(&data.path().join("runs"), &mut |_| found += 1);
    let changed = readers.iter_mut().filter_map(|reader| reader.refresh(&mut seen).then_some(())).count();
    println!("a look at {found} runs, {changed} of them changed: {:.1} ms", start.elapsed().as_secs_f64() * 1e3);
}
