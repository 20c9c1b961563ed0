//! Warnings in a plot: how many reports lie outside the picture.

use crate::ui::format;
use crate::ui::theme::Theme;
use eframe::egui::{self, Align2, TextStyle, Ui, vec2};
use egui_plot::PlotTransform;

/// Write into the plot's lower left corner how many reports have left the picture.
pub(super) fn paint_left_out(ui: &Ui, theme: &Theme, count: usize, transform: &PlotTransform) {
    if count > 0 {
        let frame = *transform.frame();
        let at = frame.left_bottom() + vec2(4.0, -3.0);
        paint_note(ui, theme, at, &points_outside(count));
    }
}

/// "12 points outside".
pub fn points_outside(count: usize) -> String {
    format!("{} {} outside", format::count(count as u64), if count == 1 { "point" } else { "points" })
}

/// A warning in small type that can be read out, over whatever is drawn; `at` is its lower left corner.
pub fn paint_note(ui: &Ui, theme: &Theme, at: egui::Pos2, text: &str) {
    let font = TextStyle::Small.resolve(ui.style());
    let galley = ui.painter().layout_no_wrap(text.to_owned(), font, theme.warning);
    let rect = Align2::LEFT_BOTTOM.anchor_size(at, galley.size());
    ui.painter().rect_filled(rect.expand2(vec2(2.0, 0.0)), 2.0, theme.pane.gamma_multiply(0.85));
    ui.painter().galley(rect.min, galley, theme.warning);
    // Plots of one pane may say the same.
    let id = ui.scope_id().with(("note", rect.top() as i32));
    let response = ui.interact(rect, id, egui::Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, text));
    response.on_hover_text(
        "So far beyond all others that a picture of them would show nothing else: the run had diverged.",
    );
}
