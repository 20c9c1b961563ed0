//! Every control of every pane has a name in the accessibility tree.

use super::bench::{Bench, harness};
use super::{LARGE, click, measured};
use crate::ui::panes::PaneKind;
use eframe::egui::accesskit::{Action, Role};
use eframe::egui::{self, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{AccessKitNode, NodeT, Queryable, by};

/// Role and place of the controls that can be used with a pointer or the keyboard and have no name. Text to select is
/// no control, and a scroll bar has no name in the library that draws it.
fn nameless(harness: &Harness<'_, Bench>) -> Vec<String> {
    let is_nameless = |node: &AccessKitNode<'_>| {
        let usable = node.data().supports_action(Action::Click) || node.data().supports_action(Action::Focus);
        let bears = |text: Option<String>| text.is_some_and(|text| !text.trim().is_empty());
        usable
            && !matches!(node.role(), Role::Unknown | Role::Label | Role::ScrollBar)
            && !bears(node.label())
            && !bears(node.value())
    };
    let found = harness.query_all(by().predicate(is_nameless));
    found.map(|node| format!("{:?} at {}", node.accesskit_node().role(), node.rect())).collect()
}

#[test]
fn every_control_of_every_pane_has_a_name() {
    for &kind in PaneKind::ALL {
        let benches = [Bench::empty(), Bench::running(1), measured(2), measured(20)];
        for (state, bench) in benches.into_iter().enumerate() {
            let size = if state == 3 { vec2(340.0, 320.0) } else { LARGE };
            let mut harness = harness(bench, kind, size, true);
            assert_eq!(nameless(&harness), [""; 0], "{kind:?}, bench {state}");
            for menu in ["Options", "Export", "Compare runs"] {
                if harness.query_by_label(menu).is_some() {
                    click(&mut harness, menu);
                    assert_eq!(nameless(&harness), [""; 0], "{kind:?}, bench {state}, {menu}");
                    harness.key_press(egui::Key::Escape);
                    harness.run_steps(2);
                }
            }
        }
    }
}
