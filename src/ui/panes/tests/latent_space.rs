//! The latent space: what is asked, axes, labels, and the way to the sculptor.

use super::bench::{Bench, harness};
use super::{LARGE, asked, click};
use crate::data::Split;
use crate::explore::Question;
use crate::ui::pane::Request;
use crate::ui::panes::{PaneKind, latent_space};
use crate::worker::Command;
use eframe::egui::vec2;
use egui_kittest::kittest::Queryable;
use std::sync::Arc;

#[test]
fn the_latent_space_asks_only_for_what_it_shows() {
    let mut harness = harness(Bench::running(2), PaneKind::LatentSpace, LARGE, true);
    let prior = Question::Prior { axes: [0, 1] };
    assert_eq!(asked(&harness), [Question::Scatter { split: Split::Test, count: 2_000 }, prior]);
    harness.get_by_label("Scatter of 2000 posterior means on z₁ and z₂");
    click(&mut harness, "Manifold");
    let commands = &harness.state().commands;
    assert!(commands.iter().any(|c| matches!(c, Command::Unask(latent_space::scatter::ASKER))));
    assert!(matches!(asked(&harness).last(), Some(Question::Manifold { side: 16, axes: [0, 1], .. })));
    assert!(harness.query_by_label("Manifold: 256 images").is_some());
}

#[test]
fn the_widest_axes_are_shown_first() {
    let mut bench = Bench::running(20);
    for report in &mut bench.history.reports {
        report.kl_per_dimension = (0..20).map(|d| if d == 11 || d == 4 { 3.0 } else { 0.1 }).collect();
    }
    bench.curves = Default::default();
    let harness = harness(bench, PaneKind::LatentSpace, LARGE, true);
    assert!(harness.query_by_label("Scatter of 2000 posterior means on z₅ and z₁₂").is_some());
}

#[test]
fn a_click_on_a_point_takes_the_sculptor_there() {
    let mut harness = harness(Bench::running(2), PaneKind::LatentSpace, LARGE, true);
    let plot = harness.get_by_label("Scatter of 2000 posterior means on z₁ and z₂").rect();
    // The middle of label 0 is at z = (0.9, 0): right of the centre.
    for right in 0..20 {
        let at = plot.center() + vec2(4.0 * right as f32 + 30.0, 0.0);
        harness.hover_at(at);
        harness.run_steps(1);
        harness.drag_at(at);
        harness.run_steps(1);
        harness.drop_at(at);
        harness.run_steps(1);
    }
    let requests = &harness.state().requests;
    let sculpted: Vec<&Vec<f32>> =
        requests.iter().filter_map(|request| if let Request::Sculpt(z) = request { Some(z) } else { None }).collect();
    // Its image goes under the microscope.
    let inspected = |r: &&Request| matches!(r, Request::Inspect { split: Split::Test, .. });
    assert!(!sculpted.is_empty() && requests.iter().filter(inspected).count() == sculpted.len());
    assert!(sculpted.iter().all(|z| z[0] > 0.0 && z[1].abs() < 0.3), "{sculpted:?}");
}

/// Labels have names where the data have them, numbers where they are numbers.
#[test]
fn item_12_labels_have_their_names() {
    let mut bench = Bench::running(2);
    bench.status.label_names = ["square", "ellipse", "heart"].map(String::from).to_vec().into();
    let mut harness = harness(bench, PaneKind::LatentSpace, LARGE, true);
    for name in ["Label square", "Label ellipse", "Label heart", "Label 7"] {
        harness.get_by_label(name);
    }
    harness.state_mut().status.label_names = Arc::default();
    harness.run_steps(2);
    harness.get_by_label("Label 0");
    let status = crate::worker::Status { label_names: ["cats".to_owned()].to_vec().into(), ..Default::default() };
    assert_eq!([status.label_text(0), status.label_text(1)], ["cats", "label 1"]);
}
