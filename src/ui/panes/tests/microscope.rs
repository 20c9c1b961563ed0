//! The microscope: numbers of an image, whether they can be trusted, drawing and masking, the plane.

use super::bench::{Bench, answer, harness};
use super::{LARGE, asked, click};
use crate::data::Split;
use crate::estimate::Estimate;
use crate::explore::{Answer, Question, Subject};
use crate::ui::panes::PaneKind;
use crate::worker::Asker;
use eframe::egui::vec2;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

/// The questions for the microscope's heat map.
fn looked(harness: &Harness<'_, Bench>) -> Vec<Question> {
    asked(harness).into_iter().filter(|question| matches!(question, Question::Microscope { .. })).collect()
}

#[test]
fn the_microscope_shows_the_numbers_of_an_image_and_decodes_what_is_pointed_at() {
    let mut harness = harness(Bench::running(2), PaneKind::Microscope, LARGE, true);
    let image = |index| Subject::Image { split: Split::Test, index };
    let question = |subject| Question::Microscope { subject, axes: None, side: 64, draws: 200 };
    assert_eq!(asked(&harness), [question(image(0)), Question::MicroscopeBest { subject: image(0), axes: [0, 1] }]);
    for row in [
        "log p(x) −101.00 ± 0.06",
        "ELBO −104.20 ± 0.03",
        "KL[q‖p(z|x)] 3.20 ± 0.05",
        "−  approximation 1.10 ± 0.07",
        "L[q*] −102.10 ± 0.03",
        "−  amortisation 2.10 ± 0.02",
        "ESS of q 63 / 2\u{2009}000",
    ] {
        harness.get_by_label(row);
    }
    // The picture is 3.2 wide around (0.2, 0.1): its right edge is z₁ = 1.8.
    let map = harness.get_by_label("True posterior over z₁ and z₂").rect();
    harness.hover_at(map.left_top() + vec2(40.0, 4.0));
    harness.run_steps(3);
    let Some(Question::MicroscopePoint { z }) = asked(&harness).pop() else { panic!("{:?}", asked(&harness)) };
    assert!(z[0] < -1.3 && z[1] > 1.6, "{z:?}");
    harness.get_by_label("E[x|z] at the pointer");
    harness.state_mut().panes.microscope.inspect(Split::Validation, 7);
    harness.run_steps(2);
    let validation = Subject::Image { split: Split::Validation, index: 7 };
    assert!(asked(&harness).contains(&question(validation)));
}

/// With a heavy tail log p(x) is too low, and so are the gaps: amber, and said.
#[test]
fn item_02_the_microscope_says_which_numbers_rest_on_weights_that_cannot_be_trusted() {
    let harness = harness(Bench::running(5), PaneKind::Microscope, LARGE, true);
    harness.get_by_label("log p(x) −101.00 ± 0.06, not to be trusted");
    harness.get_by_label("KL[q‖p(z|x)] 3.20 ± 0.05, not to be trusted");
    harness.get_by_label("ESS 3 / 1\u{2009}000, not to be trusted");
    harness.get_by_label("L[q*] −102.10 ± 0.03");
    harness.get_by_label_contains("Pareto k = 0.91 is above 0.67");
}

/// log p(x) below L[q*] by eight of its errors: not a gap of −8.15 ± 0.96.
#[test]
fn item_02_a_gap_that_is_negative_beyond_its_error_is_unknown() {
    let question = Question::MicroscopeBest { subject: Subject::Image { split: Split::Test, index: 0 }, axes: [0, 1] };
    let Answer::MicroscopeBest(mut best) = answer(&question, 2) else { panic!("q*") };
    best.terms.log_px = Estimate { value: -110.25, se: 0.96 };
    best.terms.posterior_kl = Estimate { value: -0.01, se: 0.02 };
    let mut harness = harness(Bench::running(2), PaneKind::Microscope, LARGE, true);
    harness.state_mut().give(Asker("microscope: best q"), question, Answer::MicroscopeBest(best));
    harness.run_steps(2);
    harness.get_by_label("−  approximation unknown, not to be trusted");
    harness.get_by_label("KL[q‖p(z|x)] −0.01 ± 0.02");
}

#[test]
fn drawing_and_masking_ask_about_the_changed_image() {
    let mut harness = harness(Bench::running(2), PaneKind::Microscope, LARGE, false);
    let drag = |harness: &mut Harness<'_, Bench>| {
        let canvas = harness.get_by_label_contains("Image").rect();
        harness.hover_at(canvas.center());
        harness.run_steps(1);
        harness.drag_at(canvas.center());
        harness.run_steps(2);
        harness.drop_at(canvas.center());
        harness.run_steps(3);
    };
    let before = asked(&harness).len();
    drag(&mut harness);
    let Some(Question::Microscope { subject: Subject::Drawn { pixels, seen }, .. }) = looked(&harness).pop() else {
        panic!("{:?}", asked(&harness).len())
    };
    assert!(asked(&harness).len() > before && pixels[14 * 28 + 14] == 1.0 && seen.iter().all(|seen| *seen));
    click(&mut harness, "Mask");
    drag(&mut harness);
    let Some(Question::Microscope { subject: Subject::Drawn { seen, .. }, .. }) = looked(&harness).pop() else {
        panic!("{:?}", asked(&harness).len())
    };
    assert!(!seen[14 * 28 + 14]);
    assert!(harness.query_by_label_contains("pixels masked").is_some());
    click(&mut harness, "Reset");
    let image = Subject::Image { split: Split::Test, index: 0 };
    assert!(matches!(looked(&harness).pop(), Some(Question::Microscope { subject, .. }) if subject == image));
}

#[test]
fn with_more_dimensions_the_plane_of_largest_mismatch_is_kept_until_another_is_chosen() {
    let mut harness = harness(Bench::running(20), PaneKind::Microscope, LARGE, true);
    harness.get_by_label("True posterior over z₁ and z₄");
    let axes = |harness: &Harness<'_, Bench>| match looked(harness).pop() {
        Some(Question::Microscope { axes, .. }) => axes,
        other => panic!("{other:?}"),
    };
    assert_eq!(axes(&harness), Some([0, 3]));
    click(&mut harness, "Options");
    click(&mut harness, "Largest mismatch");
    // Asked afresh, then kept again.
    let asks: Vec<Question> = looked(&harness);
    assert!(matches!(asks[asks.len() - 2], Question::Microscope { axes: None, .. }), "{asks:?}");
    assert_eq!(axes(&harness), Some([0, 3]));
}

#[test]
fn item_15_a_right_click_on_a_number_copies_it() {
    let mut harness = harness(Bench::running(2), PaneKind::Microscope, LARGE, true);
    harness.get_by_label("log p(x) −101.00 ± 0.06").click_secondary();
    harness.run_steps(4);
    harness.get_by_label("Copy −101.00 ± 0.06");
}
