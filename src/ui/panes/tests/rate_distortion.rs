//! The rate–distortion plane: paths of runs, kept and forgotten.

use super::bench::{Bench, harness};
use super::{LARGE, click};
use crate::data::Split;
use crate::train::Report;
use crate::ui::pane::Request;
use crate::ui::panes::PaneKind;
use egui_kittest::kittest::Queryable;

#[test]
fn a_run_that_gives_way_to_another_keeps_its_path() {
    let mut harness = harness(Bench::running(2), PaneKind::RateDistortion, LARGE, true);
    let subset = |r: &&Report| r.split == Split::Validation && !r.whole;
    let last = harness.state().history.reports.iter().rev().find(subset).expect("a validation report");
    harness.get_by_label(&format!("Rate {:.1} nats, distortion {:.1} nats", last.kl, -last.reconstruction));
    let state = harness.state_mut();
    state.history.run = 2;
    state.history.reports.truncate(300);
    state.history.reports.iter_mut().for_each(|report| report.kl *= 0.5);
    harness.run_steps(3);
    click(&mut harness, "Export…");
    let requests = &harness.state().requests;
    let [Request::ExportTable { csv, .. }] = requests.as_slice() else { panic!("{requests:?}") };
    let rows: Vec<&str> = csv.lines().collect();
    // 600 validation reports of the first run, then the 50 of the second.
    assert_eq!(rows.len(), 1 + 600 + 50);
    click(&mut harness, "Forget earlier");
    harness.state_mut().requests.clear();
    click(&mut harness, "Export…");
    let requests = &harness.state().requests;
    let [Request::ExportTable { csv, .. }] = requests.as_slice() else { panic!("{requests:?}") };
    assert_eq!(csv.lines().count(), 51);
}
