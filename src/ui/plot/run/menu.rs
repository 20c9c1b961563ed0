//! The context menu of a plot over a run.

use super::{Band, RunCurve, RunPlot, Viewport, Y_AXIS_WIDTH, x_axis::axis_unit};
use crate::ui::context_menu::{self, MenuAsks, Target};
use crate::ui::curves::XAxis;
use crate::ui::plot::with_axes;
use crate::ui::theme::Theme;
use eframe::egui::{Rect, Response, Ui};
use egui_plot::PlotTransform;

impl RunPlot<'_> {
    pub(super) fn menu(
        &self,
        response: &Response,
        view: &mut Viewport,
        lines: &[RunCurve<'_>],
        bands: &[Band<'_>],
        transform: &PlotTransform,
    ) {
        // With the labels of the axes.
        let frame = response.rect;
        let whole = with_axes(frame, Y_AXIS_WIDTH);
        let rect = if self.x_labels { whole } else { Rect { max: frame.max, ..whole } };
        let stem = self.title.to_lowercase().replace(|c: char| !c.is_alphanumeric(), "-");
        let axis = view.axis;
        let drawing = || MenuAsks::SaveDrawing {
            name: format!("{stem}.svg"),
            svg: self.svg(Theme::of(&response.ctx), axis, lines, bands, transform),
        };
        let more = |ui: &mut Ui| {
            if ui.add_enabled(view.is_zoomed(), eframe::egui::Button::new("Reset zoom")).clicked() {
                view.reset();
            }
            ui.label(Theme::of(ui.ctx()).muted("Drag with the right button to zoom into a box."));
            ui.separator();
            context_menu::table_ui(ui, &stem, || csv(view.axis, lines, self.on_training));
        };
        context_menu::offer_drawn(response, Target { rect, stem: &stem }, more, drawing);
    }
}

/// Every report of the curves that are drawn, one a row; with the run's name where other runs are among them.
fn csv(axis: XAxis, lines: &[RunCurve<'_>], on_training: bool) -> String {
    // The edges of a band over seeds are no curves of their own.
    let drawn = || lines.iter().filter(|line| line.width > 0.0 || line.dots || line.of.is_empty());
    let beside = drawn().any(|line| !line.of.is_empty());
    let mut csv = format!("curve,source,quantity,{},value{}\n", axis_unit(axis), if beside { ",run" } else { "" });
    for (number, line) in drawn().enumerate() {
        let (source, quantity) = line.id.map_or(("", ""), |id| (id.source.name(on_training), id.quantity.name()));
        let run = if beside { format!(",\"{}\"", line.of.replace('"', "\"\"")) } else { String::new() };
        for (x, &y) in line.track.x(axis).iter().zip(line.y.values()) {
            csv += &format!("{},{source},{quantity},{x},{y}{run}\n", number + 1);
        }
    }
    csv
}
