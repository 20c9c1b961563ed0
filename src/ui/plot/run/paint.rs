//! The text and the marks on a plot over a run: titles, changes to the run, values under the pointer.

use super::x_axis::axis_unit;
use super::{RunCurve, RunPlot, Viewport, Y_AXIS_WIDTH};
use crate::ui::curves::{Curves, XAxis};
use crate::ui::format;
use crate::ui::theme::Theme;
use eframe::egui::{self, Align2, Rect, Stroke, TextStyle, Ui, pos2, vec2};
use egui_plot::{PlotPoint, PlotTransform};

/// egui_plot writes labels directly below the frame.
const X_AXIS_GAP: f32 = 0.0;
/// Height of a line of marks.
const MARK_ROW: f32 = 14.0;
/// A report further from the pointer than this, in points of the screen, gets no dot.
const NEAR: f32 = 12.0;

impl RunPlot<'_> {
    /// The name of y in the lower right corner (curves rise to the top), and of x to the left of its labels.
    pub(super) fn paint_titles(&self, ui: &Ui, theme: &Theme, axis: XAxis, transform: &PlotTransform) {
        let frame = *transform.frame();
        let font = TextStyle::Small.resolve(ui.style());
        if !self.unit.is_empty() {
            let at = frame.right_bottom() + vec2(-2.0, -3.0);
            let text = format!("{}, {}", self.title, self.unit);
            ui.painter().text(at, Align2::RIGHT_BOTTOM, text, font.clone(), theme.text_muted);
        }
        if self.x_labels {
            let at = pos2(frame.left() - Y_AXIS_WIDTH, frame.bottom() + X_AXIS_GAP);
            ui.painter().text(at, Align2::LEFT_TOP, axis_unit(axis), font, theme.text_faint);
        }
    }

    pub(super) fn paint_marks(&self, ui: &Ui, theme: &Theme, curves: &Curves, axis: XAxis, transform: &PlotTransform) {
        let frame = *transform.frame();
        let painter = ui.painter_at(frame);
        let font = TextStyle::Small.resolve(ui.style());
        // The right end of the last label in each of a few rows, so that near marks do not write over each other.
        let rows = ((0.5 * frame.height() / MARK_ROW) as usize).min(3);
        let mut ends = vec![f32::NEG_INFINITY; rows];
        for mark in curves.marks() {
            let x = transform.position_from_point_x(axis.of_mark(mark));
            if !frame.x_range().contains(x) {
                continue;
            }
            let dash = egui::Shape::dashed_line(
                &[pos2(x, frame.top()), pos2(x, frame.bottom())],
                Stroke::new(1.0, theme.mark.gamma_multiply(0.7)),
                3.0,
                3.0,
            );
            painter.extend(dash);
            let Some(row) = ends.iter().position(|end| self.mark_labels && *end < x) else { continue };
            let galley = painter.layout_no_wrap(mark.text.clone(), font.clone(), theme.text_muted);
            let flip = x + galley.size().x + 6.0 > frame.right();
            let anchor = if flip { Align2::RIGHT_TOP } else { Align2::LEFT_TOP };
            let at = pos2(if flip { x - 4.0 } else { x + 4.0 }, frame.top() + 2.0 + MARK_ROW * row as f32);
            let rect = anchor.anchor_size(at, galley.size());
            ends[row] = rect.right() + 4.0;
            painter.rect_filled(rect.expand2(vec2(2.0, 0.0)), 2.0, theme.pane.gamma_multiply(0.7));
            painter.galley(rect.min, galley, theme.text_muted);
        }
    }

    /// A line at the kept state that is looked at, with its step.
    pub(super) fn paint_looked_at(
        &self,
        ui: &Ui,
        theme: &Theme,
        curves: &Curves,
        axis: XAxis,
        transform: &PlotTransform,
    ) {
        let Some(mark) = curves.looked_at() else { return };
        let frame = *transform.frame();
        let x = transform.position_from_point_x(axis.of_mark(mark));
        if !frame.x_range().contains(x) {
            return;
        }
        let painter = ui.painter_at(frame);
        painter.vline(x, frame.y_range(), Stroke::new(1.5, theme.accent));
        if self.x_labels {
            let text = format!("step {}", format::count(mark.step));
            let galley = painter.layout_no_wrap(text, TextStyle::Small.resolve(ui.style()), theme.accent);
            let flip = x + galley.size().x + 6.0 > frame.right();
            let (anchor, away) = if flip { (Align2::RIGHT_BOTTOM, -4.0) } else { (Align2::LEFT_BOTTOM, 4.0) };
            let rect = anchor.anchor_size(pos2(x + away, frame.bottom() - 16.0), galley.size());
            painter.rect_filled(rect.expand2(vec2(2.0, 0.0)), 2.0, theme.pane.gamma_multiply(0.8));
            painter.galley(rect.min, galley, theme.accent);
        }
    }

    /// A line at the pointer, and dots where it meets the curves.
    pub(super) fn paint_hover(
        &self,
        ui: &Ui,
        theme: &Theme,
        view: &Viewport,
        axis: XAxis,
        lines: &[RunCurve<'_>],
        transform: &PlotTransform,
    ) {
        let Some(hovered) = view.hovered else { return };
        let frame: Rect = *transform.frame();
        let painter = ui.painter_at(frame);
        let x = transform.position_from_point_x(hovered);
        painter.vline(x, frame.y_range(), Stroke::new(1.0, theme.outline));
        for line in lines {
            let Some(index) = line.track.nearest(axis, hovered) else { continue };
            let mut y = line.y.get(index);
            if self.log {
                y = y.log10();
            }
            // A curve without width only makes room.
            if y.is_finite() && (line.width > 0.0 || line.dots) {
                let at = transform.position_from_point(&PlotPoint::new(line.track.x(axis)[index], y));
                if (at.x - x).abs() < NEAR {
                    painter.circle(at, 3.5, line.colour, Stroke::new(1.5, theme.pane));
                }
            }
        }
    }
}
