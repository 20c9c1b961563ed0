//! Curves over the course of a run: plots one below the other that share their horizontal axis.
//!
//! The wheel zooms along x at the pointer, dragging moves along x, dragging with the right button zooms into a box, a
//! double click shows everything again. The view follows the run until the user moves it; y always fits the visible
//! curves.

mod controls;
mod curve;
mod menu;
mod note;
mod paint;
mod svg;
mod trace;
mod viewport;
mod x_axis;

pub use controls::{axis_ui, fit_button};
pub use curve::{Band, CurveId, DRAWN, RunCurve};
pub use note::{paint_note, points_outside};
pub use viewport::Viewport;

use super::legend::{LegendKey, legend_rows, paint_legend};
use super::{PlotAxis, X_AXIS_HEIGHT, log_ticks, plot_of, ticks, wheel_zoom};
use crate::ui::curves::{Curves, XAxis};
use crate::ui::theme::Theme;
use curve::draw_band;
use eframe::egui::{self, Align2, Response, Ui, Vec2b, vec2};
use egui_plot::{GridInput, GridMark, PlotTransform, PlotUi};
use note::paint_left_out;
use std::ops::RangeInclusive;
use viewport::Drawn;
use x_axis::x_text;

/// Width of the labels of y, which is equal in all plots of a pane so that they line up.
const Y_AXIS_WIDTH: f32 = 44.0;
/// Half the height of a label on the y axis.
const EDGE: f64 = 7.0;
/// Width of a column that shows its reports by their minimum and maximum, in points of the screen: as fine as the eye
/// can resolve.
const COLUMN: f32 = 2.0;

/// Height of the title below the legend.
const LEGEND_ABOVE: f32 = 14.0;

/// One plot.
pub struct RunPlot<'a> {
    pub id: &'a str,
    /// The plot's name for screen readers, which is also written in its corner with the unit of y.
    pub title: &'a str,
    pub unit: &'a str,
    pub height: f32,
    /// Width of the plot in points; `None` takes all that there is.
    pub width: Option<f32>,
    /// Whether y is logarithmic.
    pub log: bool,
    /// Whether the range of y includes zero.
    pub from_zero: bool,
    /// Whether the ticks of x are labelled.
    pub x_labels: bool,
    /// Whether the marks are labelled.
    pub mark_labels: bool,
    /// Whether no images are held out, so that what would be of validation images is of training images.
    pub on_training: bool,
    /// Names and looks of other runs' curves.
    pub legend: &'a [LegendKey],
    pub y_label: &'a dyn Fn(f64, f64) -> String,
}

impl RunPlot<'_> {
    /// Draw curves over bands; also returns the transform from values to the screen.
    pub fn show_over(
        &self,
        ui: &mut Ui,
        view: &mut Viewport,
        curves: &Curves,
        lines: &[RunCurve<'_>],
        bands: &[Band<'_>],
    ) -> (Response, PlotTransform) {
        let theme = Theme::of(ui.ctx());
        let axis = view.axis;
        let visible = view.visible();
        let width = self.width.unwrap_or_else(|| ui.available_width());
        let columns = ((width - Y_AXIS_WIDTH) / COLUMN).max(16.0) as usize;
        let id = ui.scope_id().with(self.id);
        let (extremes, left_out) = view.draw(id, lines, columns);
        let y_range = self.y_range(extremes);

        let x = PlotAxis::new(
            if self.x_labels { X_AXIS_HEIGHT } else { 0.0 },
            move |input| x_ticks(axis, input),
            move |mark, _| if self.x_labels { x_text(axis, mark) } else { String::new() },
        );
        let y = PlotAxis::new(
            Y_AXIS_WIDTH,
            |input| self.y_ticks(input),
            |mark, range| {
                // A label on the lower edge would meet the first one of the plot underneath.
                let height = f64::from(self.height);
                let above_edge = height * (mark.value - range.start()) / (range.end() - range.start());
                if !self.x_labels && above_edge < EDGE { String::new() } else { self.y_text(mark) }
            },
        );
        let plot = plot_of(ui, self.id, x, y)
            .height(self.height)
            .width(width)
            .allow_zoom(false)
            .allow_scroll(false)
            .allow_axis_zoom_drag(false)
            .allow_drag(Vec2b::new(true, false))
            .link_axis(view.link.unwrap_or_else(|| ui.scope_id()).with("time axis"), Vec2b::new(true, false))
            .default_x_bounds(view.full.0, view.full.1)
            .default_y_bounds(*y_range.start(), *y_range.end());

        let reset = view.reset;
        let output = plot.show(ui, |plot| {
            if reset {
                plot.set_auto_bounds(true);
            }
            zoom(plot);
            for (i, band) in bands.iter().enumerate() {
                draw_band(plot, i, band, axis, &visible, columns);
            }
            plot.auto_bounds().x
        });
        self.menu(&output.response, view, lines, bands, &output.transform);
        let follows = output.inner || reset;
        let bounds = output.transform.bounds().range_x();
        view.zoomed = (!follows).then_some(bounds);
        if let Some(pointer) = output.response.hover_pos() {
            view.hovered_next = Some(output.transform.value_from_position(pointer).x);
        }
        output.response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, self.title));
        let painter = ui.painter_at(*output.transform.frame());
        for (i, line) in lines.iter().enumerate() {
            if let Some(Drawn { trace, .. }) = view.drawn.get_mut(&(id, i)) {
                trace.paint(ui.ctx(), &painter, &output.transform, line.style(self.log));
            }
        }
        self.paint_marks(ui, theme, curves, axis, &output.transform);
        self.paint_looked_at(ui, theme, curves, axis, &output.transform);
        self.paint_titles(ui, theme, axis, &output.transform);
        paint_left_out(ui, theme, left_out, &output.transform);
        let frame = *output.transform.frame();
        // Above the title in the lower right corner.
        let at = frame.right_bottom() - vec2(4.0, 3.0 + LEGEND_ABOVE);
        paint_legend(ui, self.legend, at, Align2::RIGHT_BOTTOM, 0.6 * frame.width(), legend_rows(frame));
        self.paint_hover(ui, theme, view, axis, lines, &output.transform);
        (output.response, output.transform)
    }

    /// Two or three ticks even in a low plot.
    fn y_ticks(&self, input: &GridInput) -> Vec<GridMark> {
        let apart = f64::from(self.height / 4.0).clamp(16.0, 32.0);
        if self.log { log_ticks(input, apart) } else { ticks(input, apart, false, false) }
    }

    /// The label of a tick of y.
    fn y_text(&self, mark: GridMark) -> String {
        let value = if self.log { 10f64.powf(mark.value) } else { mark.value };
        (self.y_label)(value, mark.step_size)
    }

    /// The y to show for these extremes: with a margin.
    fn y_range(&self, extremes: [f32; 2]) -> RangeInclusive<f64> {
        let [mut low, mut high] = extremes.map(f64::from);
        if low > high {
            return 0.0..=1.0;
        }
        if self.from_zero {
            (low, high) = (low.min(0.0), high.max(0.0));
        }
        if self.log {
            (low, high) = (low.max(1e-12).log10(), high.max(1e-12).log10());
        }
        let margin = (0.08 * (high - low)).max(if self.log { 0.1 } else { 1e-3 * high.abs().max(1e-6) });
        low - margin..=high + margin
    }
}

/// The ticks of what a run is plotted against.
fn x_ticks(axis: XAxis, input: &GridInput) -> Vec<GridMark> {
    ticks(input, 90.0, axis == XAxis::Time, axis == XAxis::Step)
}

/// The wheel (or a pinch) zooms along x and leaves y to fit.
fn zoom(plot: &mut PlotUi<'_>) {
    if let Some(factor) = wheel_zoom(plot) {
        let fits_y = plot.auto_bounds().y;
        plot.zoom_bounds_around_hovered(vec2(factor, 1.0));
        plot.set_auto_bounds(Vec2b::new(false, fits_y));
    }
}
