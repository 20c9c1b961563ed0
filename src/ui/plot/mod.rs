//! Plots: the look that all share, and those of curves over a run.

mod axes;
mod dash;
mod legend;
mod run;
mod ticks;

pub use super::format::tick as number_text;
pub use axes::{PlotAxis, X_AXIS_HEIGHT, plot_of, still_plot_of, wheel_zoom, with_axes};
pub use dash::Dash;
pub use legend::{LegendKey, elided, legend_rows, paint_legend};
pub use run::{Band, CurveId, DRAWN, RunCurve, RunPlot, Viewport, axis_ui, fit_button, paint_note, points_outside};
pub use ticks::{log_ticks, ticks};
