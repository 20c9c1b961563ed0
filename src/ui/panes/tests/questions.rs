//! Questions to the worker: asked once, asked anew for another run, marked while an answer is late.

use super::bench::{Bench, harness};
use super::{LARGE, asked, click};
use crate::data::Split;
use crate::explore::Question;
use crate::ui::panes::PaneKind;
use crate::worker::Command;
use eframe::egui::vec2;
use egui_kittest::kittest::Queryable;

#[test]
fn a_question_is_asked_once_and_again_when_it_or_the_run_changes() {
    let mut harness = harness(Bench::running(2), PaneKind::Reconstructions, vec2(420.0, 480.0), true);
    let question = |choice| Question::Reconstructions { split: Split::Test, count: 16, choice };
    assert_eq!(asked(&harness), [question(0)]);
    click(&mut harness, "Reshuffle");
    assert_eq!(asked(&harness), [question(0), question(1)]);
    click(&mut harness, "Options");
    click(&mut harness, "First images");
    assert_eq!(asked(&harness)[2..], [question(0)]);
    harness.state_mut().status.run = 2;
    harness.run_steps(3);
    assert_eq!(asked(&harness).len(), 4);
    // Out of sight it wants nothing; in sight again it asks anew.
    harness.state_mut().shown = false;
    harness.run_steps(3);
    assert!(matches!(harness.state().commands.last(), Some(Command::Unask(_))));
    assert_eq!(asked(&harness).len(), 4);
    harness.state_mut().shown = true;
    harness.run_steps(3);
    assert_eq!(asked(&harness).len(), 5);
}

#[test]
fn the_answer_of_another_run_is_not_shown() {
    let mut harness = harness(Bench::running(2), PaneKind::PriorSamples, LARGE, true);
    assert!(harness.query_by_label("Prior samples: 64 images").is_some());
    harness.state_mut().answering = false;
    harness.state_mut().status.run = 2;
    harness.run_steps(3);
    assert!(harness.query_by_label_contains("64 images").is_none());
    harness.get_by_label("The model is asked for samples from the prior.");
}

#[test]
fn a_late_answer_is_marked() {
    let mut harness = harness(Bench::running(2), PaneKind::PriorSamples, LARGE, true);
    harness.get_by_label("step 12\u{2009}300");
    harness.state_mut().answering = false;
    click(&mut harness, "New noise");
    assert!(matches!(asked(&harness).last(), Some(Question::PriorSamples { seed: 1, .. })));
    harness.get_by_label("updating…");
}
