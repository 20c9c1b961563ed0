//! Reconstructions: blocks of three rows, and the way to the microscope.

use super::bench::{Bench, answer, harness};
use super::{asked, click, exported};
use crate::data::Split;
use crate::explore::Answer;
use crate::ui::pane::Request;
use crate::ui::panes::PaneKind;
use eframe::egui::vec2;
use egui_kittest::kittest::Queryable;

#[test]
fn reconstructions_are_saved_in_labelled_blocks_of_three_rows() {
    let mut harness = harness(Bench::running(2), PaneKind::Reconstructions, vec2(360.0, 480.0), true);
    click(&mut harness, "Export…");
    let grid = exported(&harness);
    let blocks = 16usize.div_ceil(grid.columns);
    assert_eq!(grid.row_labels.len(), 3 * blocks);
    assert_eq!(grid.row_labels[..4], ["input", "mean", "draw", "input"]);
    assert_eq!(grid.images.count, 3 * blocks * grid.columns);
    let Answer::Reconstructions { inputs, means, .. } = answer(&asked(&harness)[0], 2) else { unreachable!() };
    // The second block's first mean.
    assert_eq!(grid.images.image(4 * grid.columns), means.image(grid.columns));
    assert_eq!(grid.images.image(0), inputs.image(0));
}

#[test]
fn a_click_on_a_reconstruction_puts_the_image_under_the_microscope() {
    let mut harness = harness(Bench::running(2), PaneKind::Reconstructions, vec2(620.0, 300.0), true);
    let grid = harness.get_all_by_label_contains("Reconstructions: ").next().expect("a block").rect();
    let at = grid.right_top() + vec2(-8.0, 8.0);
    harness.hover_at(at);
    harness.run_steps(1);
    harness.drag_at(at);
    harness.run_steps(1);
    harness.drop_at(at);
    harness.run_steps(2);
    let requests = &harness.state().requests;
    let [Request::Inspect { split: Split::Test, index }] = requests.as_slice() else { panic!("{requests:?}") };
    assert!(*index > 0);
}
