//! Promises of every pane: empty it says what to do and offers it, and one of an older window can be read.

use super::bench::{Bench, harness};
use super::{LARGE, click};
use crate::ui::pane::Request;
use crate::ui::panes::{PaneKind, Panes};
use crate::ui::studies::StudyAsks;
use crate::worker::Command;
use egui_kittest::kittest::Queryable;

#[test]
fn panes_of_an_older_window_can_be_read() {
    let panes: Panes = ron::from_str("(prior: (seed: 7))").expect("missing fields have defaults");
    assert!(ron::to_string(&panes).expect("plain data").contains("seed:7"));
}

#[test]
fn empty_panes_say_what_to_do() {
    let others =
        [PaneKind::Data, PaneKind::Gradients, PaneKind::Log, PaneKind::Runs, PaneKind::Queue, PaneKind::Studies];
    for kind in PaneKind::of_the_run().filter(|kind| !others.contains(kind)) {
        let harness = harness(Bench::empty(), kind, LARGE, true);
        assert!(harness.query_by_label_contains("Press Train (Space) to see").is_some(), "{kind:?}");
        assert!(harness.state().commands.is_empty(), "no model, no question");
    }
}

#[test]
fn without_a_study_the_pane_leads_to_one() {
    let mut harness = harness(Bench::empty(), PaneKind::Studies, LARGE, true);
    assert!(harness.query_by_label_contains("choose Vary").is_some());
    click(&mut harness, "beta-grid");
    click(&mut harness, "Open study…");
    let requests = &harness.state().requests;
    assert!(
        matches!(requests[..], [Request::Study(StudyAsks::Bundled("beta-grid")), Request::Study(StudyAsks::Open)]),
        "{requests:?}"
    );
}

#[test]
fn item_17_an_empty_pane_has_the_button_that_fills_it() {
    use PaneKind::{Bound, Evaluation, Gradients, Kl, LatentSpace, Ledger, Microscope, RateDistortion, Sculptor};
    for kind in [Bound, Kl, Ledger, RateDistortion, Microscope, Evaluation, Gradients, LatentSpace, Sculptor] {
        let mut harness = harness(Bench::empty(), kind, LARGE, true);
        click(&mut harness, "Start training");
        let requests = &harness.state().requests;
        assert!(matches!(requests[..], [Request::Train]), "{kind:?}: {requests:?}");
    }
    // With a model that has not been measured.
    let mut evaluation = harness(Bench::running(2), Evaluation, LARGE, true);
    click(&mut evaluation, "Evaluate…");
    assert!(matches!(evaluation.state().requests[..], [Request::Evaluate]));
    let mut lab = harness(Bench::running(2), Gradients, LARGE, true);
    click(&mut lab, "Measure gradients");
    assert!(matches!(lab.state().commands[..], [Command::Begin(_)]));
    // A ledger that is not kept.
    let mut bench = Bench::running(2);
    bench.panes = ron::from_str("(ledger: (kept: false))").expect("missing fields have defaults");
    bench.history.ledger.clear();
    bench.curves = Default::default();
    let mut ledger = harness(bench, Ledger, LARGE, true);
    assert_eq!(ledger.state().panes.ledger.options(), None);
    click(&mut ledger, "Keep the ledger");
    assert!(ledger.state().panes.ledger.options().is_some());
}
