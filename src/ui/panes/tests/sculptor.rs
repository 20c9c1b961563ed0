//! The sculptor: moves by pad, sliders and buttons, and images to start from.

use super::bench::{self, Bench, answer, harness};
use super::{LARGE, asked, click};
use crate::data::Split;
use crate::explore::{Answer, Question};
use crate::ui::panes::{PaneKind, latent_space};
use crate::worker::Command;
use eframe::egui::vec2;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use std::sync::Arc;

/// The point of latent space at which the sculptor is.
fn sculpted(harness: &Harness<'_, Bench>) -> Vec<f32> {
    let point = |question| if let Question::Sculptor { z } = question { Some(z) } else { None };
    asked(harness).into_iter().rev().find_map(point).expect("it has asked")
}

#[test]
fn the_sculptor_asks_at_every_move() {
    let mut harness = harness(Bench::running(2), PaneKind::Sculptor, LARGE, true);
    let z = sculpted;
    assert_eq!(z(&harness), [0.0, 0.0]);
    click(&mut harness, "Random");
    let random = z(&harness);
    assert!(random.iter().all(|v| *v != 0.0 && v.abs() < 5.0));
    click(&mut harness, "Prior mean");
    assert_eq!(z(&harness), [0.0, 0.0]);
    // The pad: its upper right quarter is z₁ > 0, z₂ > 0.
    let pad = harness.get_by_label_contains("Latent plane").rect();
    let at = pad.center() + 0.25 * pad.size() * vec2(1.0, -1.0);
    harness.hover_at(at);
    harness.run_steps(1);
    harness.drag_at(at);
    harness.run_steps(2);
    harness.drop_at(at);
    harness.run_steps(2);
    let moved = z(&harness);
    assert!(moved.iter().all(|v| (v - 1.75).abs() < 0.05), "{moved:?}");
    harness.state_mut().panes.sculptor.go_to(vec![1.0, -2.0]);
    harness.run_steps(2);
    assert_eq!(z(&harness), [1.0, -2.0]);
}

#[test]
fn the_sculptor_goes_to_an_image() {
    let mut harness = harness(Bench::running(2), PaneKind::Sculptor, LARGE, true);
    click(&mut harness, "From image");
    let questions = asked(&harness);
    let question = Question::Scatter { split: Split::Test, count: 2_000 };
    assert!(questions.contains(&question));
    let Answer::Scatter { points, .. } = answer(&question, 2) else { panic!("{questions:?}") };
    assert_eq!(sculpted(&harness), points[0].mean);
}

#[test]
fn from_image_leaves_the_latent_space_alone_and_asks_no_longer_than_it_needs() {
    let scatter = latent_space::scatter::ASKER;
    let mut bench = Bench::running(2);
    bench.answer(scatter, Question::Scatter { split: Split::Train, count: 500 });
    let before = bench.answers[&scatter].clone();
    let mut harness = harness(bench, PaneKind::Sculptor, LARGE, true);
    click(&mut harness, "From image");
    let state = harness.state();
    assert!(Arc::ptr_eq(&state.answers[&scatter], &before), "the other pane's answer is as it was");
    let asks = state.commands.iter().filter_map(|command| match command {
        Command::Ask(asker, Question::Scatter { .. }) => Some(*asker),
        _ => None,
    });
    let asks: Vec<_> = asks.collect();
    assert!(asks.len() == 1 && asks[0] != scatter, "{asks:?}");
    let withdrawn = |command: &Command| matches!(command, Command::Unask(asker) if *asker == asks[0]);
    assert!(state.commands.iter().any(withdrawn), "{:?}", state.commands);

    // The last answer is of an older model: the next click waits for a newer one.
    harness.state_mut().answering = false;
    click(&mut harness, "Prior mean");
    click(&mut harness, "From image");
    assert!(matches!(asked(&harness).last(), Some(Question::Scatter { .. })));
    // Out of sight, nothing is awaited of the worker.
    harness.state_mut().shown = false;
    harness.run_steps(2);
    let commands = &harness.state().commands;
    assert_eq!(commands.iter().filter(|command| withdrawn(command)).count(), 2);
}

#[test]
fn sliders_follow_the_latent_dimension_and_show_the_kl() {
    let mut harness = harness(Bench::running(20), PaneKind::Sculptor, LARGE, true);
    harness.get_by_label("z₁");
    harness.get_by_label("z₁ value");
    // Another run of three dimensions.
    let mut bench = Bench::running(3);
    bench.status.run = 2;
    bench.history.run = 2;
    bench.panes = std::mem::take(&mut harness.state_mut().panes);
    let harness = bench::harness(bench, PaneKind::Sculptor, LARGE, true);
    assert!(matches!(asked(&harness).last(), Some(Question::Sculptor { z }) if z.len() == 3));
    assert!(harness.query_by_label("z₄").is_none());
}
