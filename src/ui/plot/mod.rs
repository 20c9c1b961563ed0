//! Plots: the look that all share, and those of curves over a run.

mod axes;
mod run;
mod ticks;

pub use axes::{PlotAxis, X_AXIS_HEIGHT, plot_of, wheel_zoom};
pub use run::{Band, CurveId, DRAWN, RunCurve, RunPlot, Viewport, axis_ui, fit_button};
pub use ticks::{log_ticks, number_text, ticks};
