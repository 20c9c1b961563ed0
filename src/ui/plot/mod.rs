//! Plots: the look that all share, and those of curves over a run.

mod axes;
mod run;
mod ticks;

pub use axes::{Axis, plot_of, wheel_zoom};
pub use run::{Band, Curve, CurveId, DRAWN, RunPlot, Viewport, axis_ui, fit_button};
pub use ticks::{log_ticks, number_text, ticks};

/// Room for the labels of a horizontal axis, in points of the screen.
pub const X_AXIS_HEIGHT: f32 = 18.0;
