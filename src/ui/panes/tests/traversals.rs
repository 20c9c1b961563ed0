//! Traversals: rows by name, starting points, and the way to the sculptor.

use super::bench::{Bench, harness};
use super::{LARGE, asked, click, exported};
use crate::explore::{Question, Start};
use crate::ui::pane::Request;
use crate::ui::panes::PaneKind;
use eframe::egui::pos2;
use egui_kittest::kittest::Queryable;

#[test]
fn traversals_name_their_rows_and_start_where_they_are_told() {
    let mut harness = harness(Bench::running(20), PaneKind::Traversals, LARGE, true);
    click(&mut harness, "Export…");
    let grid = exported(&harness);
    assert_eq!((grid.columns, grid.images.count), (11, 110));
    assert_eq!(grid.row_labels[0], "z₃  3.10 nats");
    assert_eq!(grid.column_labels[0], "−2.0");
    click(&mut harness, "Draw");
    click(&mut harness, "Redraw");
    let last = asked(&harness).pop();
    assert!(matches!(last, Some(Question::Traversals { start: Start::Draw { seed: 1 }, .. })), "{last:?}");
}

#[test]
fn a_click_on_a_traversal_takes_the_sculptor_there() {
    let mut harness = harness(Bench::running(20), PaneKind::Traversals, LARGE, true);
    let grid = harness.get_by_label("Traversals: 110 images").rect();
    // The last column of the first row: z₃ at its largest.
    harness.get_by_label("Traversals: 110 images").hover();
    let at = pos2(grid.right() - 8.0, grid.top() + 30.0);
    harness.hover_at(at);
    harness.run_steps(2);
    harness.drag_at(at);
    harness.run_steps(1);
    harness.drop_at(at);
    harness.run_steps(2);
    let requests = &harness.state().requests;
    let Some(Request::Sculpt(z)) = requests.first() else { panic!("{requests:?}") };
    assert_eq!(z.len(), 20);
    assert!((z[2] - 2.05).abs() < 1e-6 && z.iter().filter(|v| **v != 0.0).count() == 1, "{z:?}");
}
