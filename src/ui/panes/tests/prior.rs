//! Samples from the prior: where z comes from, means and draws.

use super::bench::{Bench, harness};
use super::{LARGE, asked, click, exported};
use crate::explore::{Question, Sampler};
use crate::ui::panes::PaneKind;
use egui_kittest::kittest::Queryable;

#[test]
fn samples_that_are_not_of_the_prior_say_so() {
    let mut harness = harness(Bench::running(2), PaneKind::PriorSamples, LARGE, true);
    assert!(harness.query_by_label_contains("fitted to q(z)").is_none());
    click(&mut harness, "Options");
    click(&mut harness, "Mixture");
    assert!(matches!(asked(&harness).last(), Some(Question::PriorSamples { sampler: Sampler::Mixture, .. })));
    harness.get_by_label("z from a mixture fitted to q(z): not the model's prior.");
    click(&mut harness, "Export…");
    let exported = exported(&harness);
    assert_eq!(exported.suggested_name, "samples-mixture.png");
    assert_eq!(exported.row_labels, ["mixture fitted to q(z)"]);
}

#[test]
fn means_and_draws_are_two_pictures_of_one_answer() {
    let mut harness = harness(Bench::running(2), PaneKind::PriorSamples, LARGE, true);
    click(&mut harness, "Export…");
    let means = exported(&harness);
    harness.state_mut().requests.clear();
    click(&mut harness, "Draws");
    click(&mut harness, "Export…");
    let draws = exported(&harness);
    assert_eq!((means.columns, means.images.count), (8, 64));
    assert!(draws.images.pixels.iter().all(|p| *p == 0.0 || *p == 1.0));
    assert_ne!(means.images.pixels, draws.images.pixels);
    assert_eq!(asked(&harness).len(), 1);
}
