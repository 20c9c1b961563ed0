//! The Bound pane: values with their errors, curves that are hidden, compared runs, what can be saved.

use super::bench::{self, Bench, harness};
use super::{LARGE, click};
use crate::experiment::Experiment;
use crate::ui::compare::ChosenAsks;
use crate::ui::context_menu::{self, MenuAsks};
use crate::ui::pane::Request;
use crate::ui::panes::PaneKind;
use eframe::egui::pos2;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use std::sync::Arc;

#[test]
fn the_newest_validation_report_is_shown_with_its_error_and_units() {
    let harness = harness(Bench::running(2), PaneKind::Bound, LARGE, true);
    let report = harness.state().history.reports.last().expect("a report");
    assert!(report.whole && report.step == 60_000);
    harness.get_by_label(&format!("ELBO −{:.1} ± 0.3", -report.elbo));
    harness.get_by_label(&format!("E[log p(x|z)] −{:.1}", -report.reconstruction));
    harness.get_by_label("KL 25.0");
    harness.get_by_label("nats per image, all validation images, step 60\u{2009}000");
    assert!(harness.query_by_label_contains("β·KL").is_none());
}

#[test]
fn the_weighted_kl_has_its_own_tile_where_beta_is_not_one() {
    let mut bench = Bench::running(2);
    bench.history.reports.iter_mut().for_each(|report| report.beta = 4.0);
    bench.curves = Default::default();
    bench.status.beta = 4.0;
    let harness = harness(bench, PaneKind::Bound, LARGE, false);
    harness.get_by_label("β·KL (β = 4) 100.0");
}

#[test]
fn a_curve_is_hidden_by_its_tile_and_kept_so() {
    let mut harness = harness(Bench::running(2), PaneKind::Bound, LARGE, true);
    assert!(harness.query_by_label("KL").is_some(), "the lower plot");
    click(&mut harness, "KL 25.0");
    assert!(harness.query_by_label("KL").is_none());
    let kept = ron::to_string(&harness.state().panes).expect("panes are plain data");
    let mut again = Bench::running(2);
    again.panes = ron::from_str(&kept).expect("what was written can be read");
    let harness = bench::harness(again, PaneKind::Bound, LARGE, true);
    assert!(harness.query_by_label("KL").is_none());
}

#[test]
fn other_runs_are_listed_shown_and_named_at_the_pointer() {
    let mut bench = Bench::running(2);
    let mut experiment = Experiment { name: "before".into(), ..Experiment::default() };
    experiment.latent.dimension = 2;
    experiment.objective.samples = 16;
    let curves = bench.curves.clone();
    bench.runs.keep(Some(Arc::new(experiment)), curves.clone(), true);
    bench.runs.keep(None, curves, false);
    bench.runs.poll(bench.status.experiment.as_ref());
    let mut harness = harness(bench, PaneKind::Bound, LARGE, true);
    // Over the upper plot.
    harness.hover_at(pos2(400.0, 200.0));
    harness.run_steps(4);
    harness.get_by_label("K = 16");
    click(&mut harness, "Compare runs");
    harness.get_by_label_contains("at step 60\u{2009}000; K = 16");
    click(&mut harness, "Show a run, 2");
    click(&mut harness, "Forget before, 1");
    click(&mut harness, "Keep this run");
    let requests = &harness.state().requests;
    assert!(
        matches!(
            requests[..],
            [
                Request::Chosen(ChosenAsks::Show(1, true)),
                Request::Chosen(ChosenAsks::Forget(0)),
                Request::Chosen(ChosenAsks::KeepThis)
            ]
        ),
        "{requests:?}"
    );
}

/// A run that ended at step 1 000 has no value at step 30 000: its last one is said to be that.
#[test]
fn item_14_beyond_its_end_a_compared_run_is_said_to_have_ended() {
    let mut bench = Bench::running(2);
    let mut history = bench.history.clone();
    history.reports.retain(|report| report.step <= 1_000);
    let mut short = crate::ui::curves::Curves::default();
    short.sync(&history);
    let mut experiment = Experiment { name: "short".into(), ..Experiment::default() };
    experiment.latent.dimension = 2;
    experiment.objective.samples = 4;
    bench.runs.keep(Some(Arc::new(experiment)), short, true);
    bench.runs.poll(bench.status.experiment.as_ref());
    let mut harness = harness(bench, PaneKind::Bound, LARGE, true);
    harness.hover_at(pos2(400.0, 200.0));
    harness.run_steps(4);
    harness.get_by_label("K = 4");
    harness.get_by_label("ended at step 1\u{2009}000");
}

#[test]
fn the_curves_can_be_saved_as_a_table_and_as_a_picture() {
    let mut harness = harness(Bench::running(2), PaneKind::Bound, LARGE, true);
    click(&mut harness, "Export");
    click(&mut harness, "Values as CSV…");
    click(&mut harness, "Export");
    click(&mut harness, "Picture as PNG…");
    let requests = &harness.state().requests;
    let [Request::ExportTable { csv, .. }, Request::ExportScreenshot { rect, .. }] = requests.as_slice() else {
        panic!("{requests:?}");
    };
    let rows: Vec<&str> = csv.lines().collect();
    assert_eq!(rows.len(), 1 + harness.state().history.reports.len());
    let fields = |row: &str| row.split(',').count();
    assert!(rows.iter().all(|row| fields(row) == fields(rows[0])));
    assert!(rows[1].starts_with("20,0.04,0.05,train,false,"));
    let validation = rows.iter().find(|row| row.contains("validation")).expect("a validation row");
    assert!(validation.contains(",,"), "validation has no gradient: {validation}");
    assert!(rect.width() > 600.0 && rect.height() > 300.0);
}

#[test]
fn item_03_training_images_are_not_called_validation() {
    let mut bench = Bench::running(2);
    (bench.status.validates_on_training, bench.status.validation_images) = (true, 60_000);
    let mut harness = harness(bench, PaneKind::Bound, LARGE, true);
    harness.get_by_label("nats per image, all 60\u{2009}000 training images, step 60\u{2009}000");
    harness.get_by_label("Training batches");
    harness.get_by_label("Training images");
    harness.hover_at(pos2(400.0, 200.0));
    harness.run_steps(4);
    harness.get_by_label("whole training set");
    let said = |text: &str| harness.query_by_label_contains(text).is_some();
    assert!(!said("alidation"));
    // Nor in what leaves the window.
    let (svg, csv) = taken_away(&mut harness);
    for text in [&svg, &csv] {
        assert!(text.contains("training set") && !text.contains("alidation"), "{text}");
    }
}

/// The upper plot as a drawing and as a table.
fn taken_away(harness: &mut Harness<'_, Bench>) -> (String, String) {
    let mut chosen = |line: &str| {
        harness.get_by_label("ELBO and E[log p(x|z)]").click_secondary();
        harness.run_steps(4);
        click(harness, line);
        let (_, asks) = context_menu::take(&harness.ctx).pop().expect("it was chosen");
        asks
    };
    let MenuAsks::SaveDrawing { svg, .. } = chosen("Save drawing as SVG…") else { panic!("a drawing") };
    let MenuAsks::SaveTable { csv, .. } = chosen("Save values as CSV…") else { panic!("a table") };
    (svg, csv)
}

#[test]
fn what_is_taken_away_names_the_images_that_were_held_out() {
    let (svg, csv) = taken_away(&mut harness(Bench::running(2), PaneKind::Bound, LARGE, true));
    for text in [&svg, &csv] {
        assert!(text.contains("whole validation") && !text.contains("training set"), "{text}");
    }
}
