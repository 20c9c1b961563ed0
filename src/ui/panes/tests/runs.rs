//! The table of runs with ten thousand of them.

use super::bench::{Bench, harness};
use super::click;
use crate::experiment::Experiment;
use crate::library::{Library, RunState, samples};
use crate::ui::library_request::LibraryRequest;
use crate::ui::pane::Request;
use crate::ui::panes::PaneKind;
use eframe::egui::{self, pos2, vec2};
use egui_kittest::kittest::Queryable;
use std::time::{Duration, Instant, UNIX_EPOCH};

/// Runs that differ in seed, β and K.
fn library(count: u64) -> Library {
    let run = |index: u64| {
        let mut experiment = Experiment { name: format!("run {index}"), seed: index % 10, ..Experiment::default() };
        experiment.objective.samples = 1 + (index as usize / 10) % 5;
        experiment.latent.dimension = 2 + (index as usize / 50) % 7;
        let state = if index.is_multiple_of(7) { RunState::Paused } else { RunState::Finished };
        let mut summary = samples::summary(&format!("/runs/{index:05}"), &experiment, -100.0 - (index % 97) as f64);
        summary.state = state;
        summary.saved_at = Some(UNIX_EPOCH + Duration::from_secs(1_795_928_640 - 60 * index));
        summary.notes.tags = if index.is_multiple_of(3) { vec!["paper".into(), "figure-2".into()] } else { Vec::new() };
        summary
    };
    Library::of((0..count).map(run).collect())
}

fn bench(count: u64) -> Bench {
    Bench { library: Some(library(count)), ..Bench::empty() }
}

#[test]
fn only_rows_in_sight_are_drawn_and_actions_are_asked_for() {
    let mut harness = harness(bench(2_000), PaneKind::Runs, vec2(1_200.0, 600.0), true);
    harness.get_by_label("2\u{2009}000 runs");
    assert!(harness.query_by_label("run 0").is_some() && harness.query_by_label("run 100").is_none());
    click(&mut harness, "run 3");
    click(&mut harness, "Compare");
    click(&mut harness, "Star of run 2");
    let requests = &harness.state().requests;
    let asked: Vec<&LibraryRequest> = requests
        .iter()
        .filter_map(|request| if let Request::Library(request) = request { Some(request) } else { None })
        .collect();
    assert!(
        matches!(asked[..], [LibraryRequest::Compare(runs), LibraryRequest::Annotate(starred, _)]
            if runs[0].ends_with("00003") && starred[0].ends_with("00002")),
        "{asked:?}"
    );
}

/// `ELBOW_SPEED=1 cargo test --release --lib ten_thousand -- --ignored --nocapture`; with the variable set, 4 ms a
/// frame are asserted.
#[test]
#[ignore = "measures how fast this machine draws"]
fn ten_thousand_runs_scroll() {
    let resident = || crate::worker::memory::resident() as f64 / 1e6;
    let before = resident();
    let made = bench(10_000);
    println!("memory of 10,000 runs: {:.1} MB", resident() - before);
    let mut harness = harness(made, PaneKind::Runs, vec2(1_600.0, 1_000.0), true);
    harness.hover_at(pos2(800.0, 600.0));
    let mut scrolled = |what: &str, delta: f32, count: usize| {
        let mut frames: Vec<Duration> = Vec::new();
        for _ in 0..count {
            harness.event(egui::Event::MouseWheel {
                unit: egui::MouseWheelUnit::Point,
                delta: vec2(0.0, delta),
                phase: egui::TouchPhase::Move,
                source: egui::MouseWheelSource::Wheel,
                modifiers: Default::default(),
            });
            let start = Instant::now();
            harness.step();
            frames.push(start.elapsed());
        }
        frames.sort_unstable();
        let at = |share: f64| frames[(share * (frames.len() - 1) as f64) as usize].as_secs_f64() * 1e3;
        println!("{what}: median {:.2} ms, p99 {:.2} ms, longest {:.2} ms", at(0.5), at(0.99), at(1.0));
        at(0.99)
    };
    scrolled("a frame at rest", 0.0, 200);
    let p99 = scrolled("a frame of fast scrolling, 5 rows", -120.0, 400);
    scrolled("a frame in which every row is another", -1_000.0, 100);
    println!("memory with the table shown: {:.1} MB", resident() - before);
    for (what, label) in [("sort by ELBO", "Sort by ELBO"), ("sort by name", "Sort by Name")] {
        harness.get_by_label(label).click();
        let start = Instant::now();
        harness.step();
        println!("{what}: {:.2} ms", start.elapsed().as_secs_f64() * 1e3);
    }
    if std::env::var_os("ELBOW_SPEED").is_some() {
        assert!(p99 < 4.0, "p99 {p99} ms");
    }
}
