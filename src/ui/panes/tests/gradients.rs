//! The gradient lab: curves, fitted slopes, a recommendation, and its job.

use super::bench::{Bench, gradients, harness};
use super::{LARGE, click, measured};
use crate::sliced::Progress;
use crate::ui::pane::Request;
use crate::ui::panes::PaneKind;
use crate::worker::{Command, GradientRequest};
use egui_kittest::kittest::Queryable;
use std::any::Any;

#[test]
fn the_gradient_lab_draws_fits_and_recommends() {
    let mut harness = harness(measured(2), PaneKind::Gradients, LARGE, true);
    harness.get_by_label(
        "signal-to-noise ratio of the encoder's gradient against K: IWAE, reparameterised slope −0.50; IWAE, DReG \
         slope 0.50",
    );
    // 0.5·√K / √(0.004 + K/1000) is greatest at the largest K for DReG, and that of the plain gradient at the smallest.
    // 64 is the largest K that the lab has tried, and that is said.
    harness.get_by_label(
        "Recommended for the encoder: IWAE, DReG with K = 64, the most signal for a second of work. It is the largest \
         K tried: a larger one may be better still.",
    );
    harness.get_by_label("−0.50 ± 0.00");
    harness.get_by_label("16 training images, 64 estimates of each gradient, step 12\u{2009}300");
    // At K = 1: 0.5 / √0.005.
    harness.get_by_label("7.07");
    harness.get_by_label("5.00 ms");
    harness.get_by_label("7.07").click_secondary();
    harness.run_steps(4);
    harness.get_by_label("Copy 7.07");
    harness.key_press(eframe::egui::Key::Escape);
    harness.run_steps(2);
    click(&mut harness, "IWAE, DReG");
    assert!(harness.query_by_label_contains("against K: IWAE, reparameterised slope −0.50").is_some());
    assert!(harness.query_by_label_contains("DReG slope").is_none(), "its curve is hidden");
    click(&mut harness, "Decoder");
    harness.get_by_label("signal-to-noise ratio of the decoder's gradient against K: IWAE, reparameterised slope 0.50");
    click(&mut harness, "Bound");
    harness.get_by_label("variance of the bound, nats² per image² against K: IWAE, reparameterised slope −1.00");
    assert_eq!(harness.query_all_by_label("−102.50 ± 0.30").count(), 2);
    click(&mut harness, "Export…");
    let requests = &harness.state().requests;
    let [Request::ExportTable { csv, .. }] = requests.as_slice() else { panic!("{requests:?}") };
    assert_eq!(csv.lines().count(), 1 + 2 * 7);
    assert!(csv.lines().all(|line| line.matches(',').count() >= 8));
}

#[test]
fn the_gradient_lab_asks_shows_its_progress_and_is_cancelled() {
    let mut harness = harness(Bench::running(2), PaneKind::Gradients, LARGE, false);
    harness.get_by_label("How much of a gradient is signal, and what K does to it");
    click(&mut harness, "Measure");
    let commands = &harness.state().commands;
    let asked = commands.iter().find_map(|command| match command {
        Command::Begin(request) => (request.as_ref() as &dyn Any).downcast_ref::<GradientRequest>().cloned(),
        _ => None,
    });
    let asked = asked.expect("a request");
    assert_eq!((asked.images, asked.repeats, &asked.samples[..]), (16, 64, &[1, 2, 4, 8, 16, 32, 64][..]));
    harness.state_mut().status.jobs =
        vec![(GradientRequest::KIND, Progress { done: 1, all: 2, what: "estimating gradients" })];
    harness.state_mut().panes.gradients.put(Box::new(gradients(false)));
    harness.run_steps(2);
    harness.get_by_label_contains("The best so far for the encoder: IWAE, DReG");
    click(&mut harness, "Cancel");
    assert!(harness.state().commands.iter().any(|command| matches!(command, Command::Cancel(GradientRequest::KIND))));
    harness.state_mut().status.jobs.clear();
    harness.run_steps(2);
    harness.get_by_label_contains("cancelled before its end");
}
