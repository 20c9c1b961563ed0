//! The cost of a study of 10,000 points: files, bytes, and the time until it is seen.

use super::support::{Workshop, elbow, ended};
use elbow::study::table::Table;
use elbow::study::{PointResult, StudyFolder, Trained, Watch};
use std::path::Path;
use std::time::Instant;

fn number(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// The files and folders below a folder, and the files' bytes.
fn content(folder: &Path) -> (usize, u64) {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.fold((0, 0), |(count, bytes), entry| {
        let metadata = entry.metadata().unwrap();
        let (below, more) = if metadata.is_dir() { content(&entry.path()) } else { (0, metadata.len()) };
        (count + below + 1, bytes + more)
    })
}

fn measured<T>(what: &str, of: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let found = of();
    println!("{what}: {:.2} s", start.elapsed().as_secs_f64());
    found
}

/// The looks at a study, as the command line and the window take them.
fn looks(workshop: &Workshop, what: &str) {
    let folder = StudyFolder::at(workshop.at("large"));
    measured(&format!("{what}: --dry-run"), || ended(workshop.command("large", &["--dry-run"]), 0));
    let path = workshop.at("large");
    let status = || elbow(&["study", path.to_str().unwrap(), "--status"]);
    measured(&format!("{what}: --status"), || ended(status(), 0));
    let mut watch = measured(&format!("{what}: read for the window"), || Watch::open(&folder).unwrap());
    let table = measured(&format!("{what}: its table"), || Table::new(&watch));
    measured(&format!("{what}: looked at again"), || watch.refresh().unwrap());
    println!("{what}: {} rows", table.points.len());
}

/// `ELBOW_POINTS=10000 cargo test --release --test study scale -- --ignored --nocapture`
#[test]
#[ignore = "writes 10,000 folders and measures; nothing is asserted"]
fn a_study_of_ten_thousand_points() {
    let points = number("ELBOW_POINTS", 10_000);
    let workshop = Workshop::new(&format!(
        "axes: [Log(field: \"training.learning_rate\", from: 1e-4, to: 1e-2, count: {}), Seeds(count: 10)]",
        points / 10
    ));
    measured("not planned yet: --dry-run", || {
        ended(elbow(&["study", workshop.file().to_str().unwrap(), "--dry-run"]), 0)
    });
    measured("planned by --print parallel", || workshop.ran("large", &["--print", "parallel"], 0));
    let (files, bytes) = content(&workshop.at("large"));
    println!("planned: {files} files, {:.2} MB", bytes as f64 / 1e6);
    looks(&workshop, "planned");
    measured("planned: planned again", || workshop.ran("large", &["--print", "parallel"], 0));

    let folder = StudyFolder::at(workshop.at("large"));
    let (study, records) = (folder.study().unwrap(), folder.records().unwrap());
    for record in &records {
        let elbo = Some(-100.0 - record.number as f64 / 1e3);
        let training = Trained {
            why: "all steps".into(),
            step: 60,
            epoch: 7.5,
            seconds: 1.0,
            images_per_second: Some(1e3),
            device: "CPU".into(),
            elbo,
            elbo_se: Some(0.5),
            best_elbo: elbo,
        };
        let evaluation =
            serde_json::json!({"log_px": elbo, "log_px_se": 0.1, "elbo": elbo, "kl": 3.0, "active_units": 2});
        let evaluation = Some(evaluation);
        let result = PointResult { training, evaluate: study.evaluate, evaluation, pace: Some(2.0) };
        let point = folder.point(record);
        // Not durably, as tens of thousands of syncs take minutes.
        std::fs::create_dir(point.path()).unwrap();
        std::fs::write(point.path().join("result.json"), serde_json::to_string_pretty(&result).unwrap()).unwrap();
    }
    looks(&workshop, "all done");

    // One point for real: what each adds.
    let single = Workshop::new("axes: []");
    single.ran("one", &[], 0);
    let (files, bytes) = content(&single.at("one/0000"));
    println!("a point of the smallest kind: {files} files and folders, {:.1} kB", bytes as f64 / 1e3);
}
