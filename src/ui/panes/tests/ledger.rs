//! The ledger: the identity in words and in charts, and its options.

use super::bench::{Bench, harness};
use super::{LARGE, click};
use crate::estimate::Estimate;
use crate::ui::pane::Request;
use crate::ui::panes::PaneKind;
use crate::ui::theme::Theme;
use crate::worker::LedgerOptions;
use eframe::egui::{self, vec2};
use egui_kittest::kittest::Queryable;

#[test]
fn the_ledger_writes_the_identity_out_and_says_that_it_holds() {
    let mut bench = Bench::running(2);
    let entry = bench.history.ledger.last_mut().expect("an entry");
    let estimate = |value, se| Estimate { value, se };
    (entry.log_px, entry.posterior_kl) = (estimate(-101.0, 0.05), estimate(3.21, 0.04));
    (entry.elbo, entry.reconstruction, entry.kl) = (estimate(-104.2, 0.02), estimate(-79.1, 0.02), 25.1);
    entry.residual = estimate(-0.01, 0.03);
    bench.curves = Default::default();
    let mut harness = harness(bench, PaneKind::Ledger, LARGE, true);
    for term in [
        "log p(x) −101.00 ± 0.05",
        "KL[q(z|x) ‖ p(z|x)] 3.21 ± 0.04",
        "ELBO −104.20 ± 0.02",
        "E_q[log p(x|z)] −79.10 ± 0.02",
        "KL[q(z|x) ‖ p(z)] 25.10",
        "The identity holds.  Residual −0.010 ± 0.030 nats",
    ] {
        harness.get_by_label(term);
    }
    harness.get_by_label_contains("64 validation images · importance sampling, 500 samples (42 effective)");
    // Both sides of the equation, each with its own band.
    harness.get_by_label("log p(x) − KL[q‖p(z|x)]");
    harness.get_by_label("E[log p(x|z)] − KL[q‖p(z)]");
    // A light for every verdict, in words.
    for (residual, words) in [(-0.12, "In doubt"), (0.5, "do not add up")] {
        let state = harness.state_mut();
        state.history.ledger.last_mut().expect("an entry").residual.value = residual;
        state.curves = Default::default();
        harness.run_steps(2);
        assert!(harness.query_by_label_contains(words).is_some(), "{words}");
    }
}

/// A few images in the ledger, all of them in the bound: why the two differ is written beside.
#[test]
fn item_18_the_ledger_says_why_the_bound_shows_another_number() {
    let mut bench = Bench::running(2);
    bench.status.validation_images = 5_000;
    let elbo = bench.curves.newest().expect("a report").elbo;
    let mut harness = harness(bench, PaneKind::Ledger, LARGE, true);
    harness.get_by_label_contains("64 of 5\u{2009}000 validation images");
    harness.get_by_label(&format!("all 5\u{2009}000: ELBO −{:.1} at step 60\u{2009}000", -elbo));
    // Nothing was held out: these are training images, and they are called that.
    harness.state_mut().status.validates_on_training = true;
    harness.run_steps(2);
    harness.get_by_label_contains("64 of 5\u{2009}000 training images");
    assert!(harness.query_by_label_contains("validation images").is_none());
}

/// Side by side or one over the other, every term has its own colour, and its chart of the same height.
#[test]
fn item_06_both_sides_of_the_identity_are_drawn_apart() {
    for theme in [&Theme::DARK, &Theme::LIGHT] {
        let colours = [theme.evidence, theme.gap, theme.elbo, theme.reconstruction, theme.kl];
        assert!((0..5).all(|i| (0..i).all(|j| colours[i] != colours[j])));
    }
    for (size, beside) in [(LARGE, true), (vec2(340.0, 420.0), false)] {
        let harness = harness(Bench::running(2), PaneKind::Ledger, size, true);
        let [left, right] =
            ["log p(x) − KL[q‖p(z|x)]", "E[log p(x|z)] − KL[q‖p(z)]"].map(|name| harness.get_by_label(name).rect());
        // One over the other, the lower one has the labels of the common axis.
        let labels = if beside { 1.0 } else { 20.0 };
        assert!((left.height() - right.height()).abs() < labels, "{left} {right}");
        assert!(!left.shrink(1.0).intersects(right), "{size}: {left} {right}");
        assert_eq!(left.right() <= right.left(), beside, "{size}: {left} {right}");
    }
}

#[test]
fn the_ledger_is_set_and_saved_from_its_pane() {
    let mut harness = harness(Bench::running(2), PaneKind::Ledger, LARGE, false);
    assert_eq!(harness.state().panes.ledger.options(), Some(LedgerOptions { images: 64, samples: 500 }));
    click(&mut harness, "Options");
    click(&mut harness, "256");
    click(&mut harness, "2 k");
    assert_eq!(harness.state().panes.ledger.options(), Some(LedgerOptions { images: 256, samples: 2_000 }));
    click(&mut harness, "Keep the ledger");
    assert_eq!(harness.state().panes.ledger.options(), None);
    harness.key_press(egui::Key::Escape);
    harness.run_steps(2);
    click(&mut harness, "Export");
    click(&mut harness, "Values as CSV…");
    let requests = &harness.state().requests;
    let [Request::ExportTable { csv, .. }] = requests.as_slice() else { panic!("{requests:?}") };
    assert_eq!(csv.lines().count(), 1 + harness.state().history.ledger.len());
    assert!(csv.starts_with("step,epoch,seconds,images,method,samples,reconstruction,"));
}

#[test]
fn item_15_a_right_click_on_a_term_copies_it_with_its_error() {
    let mut bench = Bench::running(2);
    let entry = bench.history.ledger.last_mut().expect("an entry");
    entry.elbo = Estimate { value: -104.2, se: 0.02 };
    bench.curves = Default::default();
    let mut harness = harness(bench, PaneKind::Ledger, LARGE, true);
    harness.get_by_label("ELBO −104.20 ± 0.02").click_secondary();
    harness.run_steps(4);
    harness.get_by_label("Copy −104.2000 ± 0.0200");
    assert!(harness.state().requests.is_empty(), "only a click opens the guide");
}
