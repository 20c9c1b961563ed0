//! Evaluations: a table of methods that agree or not.

use super::bench::{Bench, evaluation, harness};
use super::{LARGE, click, measured};
use crate::estimate::Estimate;
use crate::sliced::Progress;
use crate::ui::pane::Request;
use crate::ui::panes::PaneKind;
use crate::worker::{Command, EvaluatedState, Evaluation, EvaluationRequest};
use egui_kittest::kittest::Queryable;

#[test]
fn an_evaluation_is_a_table_that_says_whether_the_methods_agree() {
    let mut harness = harness(measured(2), PaneKind::Evaluation, LARGE, true);
    for text in [
        "−101.020 ± 0.000",
        "quadrature over z − importance sampling from q(z|x)",
        "0.013 ± 0.010",
        "● agree",
        "−0.02000",
        "● the terms add up",
        "± measurement",
        "± over images",
        "0.780",
        "1.100 ± 0.020",
        "Disentanglement, 10\u{2009}000 training images",
        "0.321",
        "⚠ 3 images have heavy tails",
    ] {
        assert!(harness.query_all_by_label(text).next().is_some(), "{text}");
    }
    click(&mut harness, "Evaluate…");
    assert!(matches!(harness.state().requests.as_slice(), [Request::Evaluate]));
    harness.state_mut().status.jobs = vec![(EvaluationRequest::KIND, Progress { done: 1, all: 4, what: "quadrature" })];
    harness.run_steps(2);
    click(&mut harness, "Cancel");
    assert!(harness.state().commands.iter().any(|command| matches!(command, Command::Cancel(EvaluationRequest::KIND))));
}

/// Of one image no error is known: no verdict, and it is said.
#[test]
fn item_03_an_evaluation_of_one_image_is_not_judged() {
    let mut found = evaluation();
    (found.images, found.residual) = (1, Some(Estimate { value: 0.4, se: f64::NAN }));
    found.identity.iter_mut().for_each(|term| term.images_se = f64::NAN);
    let mut bench = Bench::running(2);
    bench.keep(&found);
    let harness = harness(bench, PaneKind::Evaluation, LARGE, true);
    harness.get_by_label("of one image: not judged");
    harness.get_by_label_contains("1 test image, nats per image; the bound from 25 samples");
    assert_eq!(harness.query_all_by_label("not known").count(), 6);
}

/// A kept evaluation is read as it was written, also one whose errors are not known. The pane shows the newest, and the
/// others can be chosen.
#[test]
fn kept_evaluations_are_shown_and_chosen() {
    let mut earlier = evaluation();
    (earlier.step, earlier.state, earlier.log_px, earlier.log_px_se) = (400, EvaluatedState::Kept, -120.5, f64::NAN);
    let mut bench = Bench::running(2);
    bench.keep(&earlier);
    bench.keep(&evaluation());
    let read: Evaluation = serde_json::from_value(bench.history.evaluations[0].evaluation.clone()).unwrap();
    assert!(read.log_px_se.is_nan() && read.identity == earlier.identity && read.disentanglement.is_some());
    let mut harness = harness(bench, PaneKind::Evaluation, LARGE, true);
    harness.get_by_label_contains("the model after step 12\u{2009}300");
    click(&mut harness, "Evaluation shown");
    let title = "log p(x) −120.50: 1000 of the test split after step 400";
    harness.get_by_label_contains(title).click();
    harness.run_steps(3);
    harness.get_by_label_contains("the model after step 400, a kept state of the run");
}
