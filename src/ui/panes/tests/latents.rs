//! The bars of the KL of each latent dimension.

use super::bench::{Bench, harness};
use crate::ui::panes::PaneKind;
use eframe::egui::vec2;
use egui_kittest::kittest::Queryable;

#[test]
fn idle_dimensions_are_counted() {
    let harness = harness(Bench::running(20), PaneKind::Kl, vec2(420.0, 260.0), true);
    harness.get_by_label("16 active, 4 idle · step 60\u{2009}000");
    harness.get_by_label("KL per latent dimension: 16 of 20 active");
}
