//! The look that all plots share: a faint grid, small muted labels.

use super::number_text;
use super::ticks::ticks;
use crate::ui::theme::Theme;
use eframe::egui::{AsIdSalt, Rangef, Rect, TextStyle, Ui, Vec2b, pos2};
use egui_plot::{AxisHints, GridInput, GridMark, Plot, PlotUi};
use std::ops::RangeInclusive;

/// Height of the labels of a horizontal axis, in points of the screen.
pub const X_AXIS_HEIGHT: f32 = 18.0;

/// A plot's frame with the labels of its axes, of which the vertical one's have a width of `left`.
pub fn with_axes(frame: Rect, left: f32) -> Rect {
    Rect::from_min_max(pos2(frame.left() - left, frame.top()), pos2(frame.right(), frame.bottom() + X_AXIS_HEIGHT))
}

/// A function that places the ticks of an axis.
type Ticks<'a> = dyn Fn(&GridInput) -> Vec<GridMark> + 'a;

/// A function that labels a tick, given the visible range of the axis.
type TickLabel<'a> = dyn Fn(GridMark, &RangeInclusive<f64>) -> String + 'a;

/// One axis of a plot.
pub struct PlotAxis<'a> {
    /// Space for the axis's labels, in points of the screen.
    room: f32,
    ticks: Box<Ticks<'a>>,
    label: Box<TickLabel<'a>>,
}

impl<'a> PlotAxis<'a> {
    /// An axis with its own ticks; `label` gets a tick and the visible range of the axis.
    pub fn new(
        room: f32,
        ticks: impl Fn(&GridInput) -> Vec<GridMark> + 'a,
        label: impl Fn(GridMark, &RangeInclusive<f64>) -> String + 'a,
    ) -> Self {
        Self { room, ticks: Box::new(ticks), label: Box::new(label) }
    }

    /// An axis with ticks at round numbers, at least `apart` points of the screen from each other.
    pub fn of_numbers(room: f32, apart: f64) -> Self {
        let ticks = move |input: &GridInput| ticks(input, apart, false, false);
        Self::new(room, ticks, |mark, _| number_text(mark.value, mark.step_size))
    }
}

/// [`plot_of`] that always shows the same: neither pointer nor wheel changes what part is seen.
pub fn still_plot_of<'a>(ui: &Ui, id: impl AsIdSalt, x: PlotAxis<'a>, y: PlotAxis<'a>, height: f32) -> Plot<'a> {
    plot_of(ui, id, x, y)
        .height(height)
        .allow_drag(Vec2b::FALSE)
        .allow_zoom(Vec2b::FALSE)
        .allow_scroll(Vec2b::FALSE)
        .allow_boxed_zoom(false)
        .allow_double_click_reset(false)
}

/// A plot with these axes, without anything on it.
pub fn plot_of<'a>(ui: &Ui, id: impl AsIdSalt, x: PlotAxis<'a>, y: PlotAxis<'a>) -> Plot<'a> {
    let theme = Theme::of(ui.ctx());
    let font = TextStyle::Small.resolve(ui.style());
    let hints = |hints: AxisHints<'a>, room: f32, label| {
        hints
            .min_thickness(room)
            .tick_label_color(theme.text_muted)
            .tick_label_font(font.clone())
            .label_spacing(Rangef::new(16.0, 17.0))
            .formatter(label)
    };
    let (x_ticks, y_ticks) = (x.ticks, y.ticks);
    Plot::new(id)
        .show_background(false)
        .show_x(false)
        .show_y(false)
        .grid_color(theme.hairline)
        .grid_fade(0.0)
        // A tick every point, of which the axes' own choose.
        .grid_spacing(Rangef::new(1.0, 2.0))
        .x_grid_spacer(move |input| x_ticks(&input))
        .y_grid_spacer(move |input| y_ticks(&input))
        .custom_x_axes(vec![hints(AxisHints::new_x(), x.room, x.label)])
        .custom_y_axes(vec![hints(AxisHints::new_y(), y.room, y.label)])
}

/// The factor by which the wheel, or a pinch, over the plot zooms in this frame.
pub fn wheel_zoom(plot: &PlotUi<'_>) -> Option<f32> {
    let factor = plot.ctx().input(|input| input.zoom_delta() * (input.smooth_scroll_delta.y / 200.0).exp());
    (plot.response().hovered() && (factor - 1.0).abs() > 1e-6).then_some(factor)
}
