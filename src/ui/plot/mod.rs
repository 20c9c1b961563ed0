//! Plots: the look that all share, and those of curves over a run.

mod axes;
mod run;
mod ticks;

pub use super::format::tick as number_text;
pub use axes::{PlotAxis, X_AXIS_HEIGHT, plot_of, wheel_zoom};
pub use run::{Band, CurveId, DRAWN, RunCurve, RunPlot, Viewport, axis_ui, fit_button, paint_note, points_outside};
pub use ticks::{log_ticks, ticks};
