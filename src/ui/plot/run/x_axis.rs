//! The labels of the axis that a run is plotted against.

use crate::ui::curves::XAxis;
use crate::ui::format;
use crate::ui::plot::number_text;
use egui_plot::GridMark;

/// The label of a tick.
pub fn x_text(axis: XAxis, mark: GridMark) -> String {
    match axis {
        _ if mark.value == 0.0 => "0".into(),
        XAxis::Step if mark.step_size >= 1_000.0 => format!("{}\u{202f}k", format::fixed(mark.value / 1e3, 0)),
        XAxis::Step => format::count(mark.value.max(0.0) as u64),
        XAxis::Epoch => number_text(mark.value, mark.step_size),
        XAxis::Time if mark.step_size < 1.0 => number_text(mark.value, mark.step_size),
        XAxis::Time => clock(mark.value.max(0.0) as u64),
    }
}

/// A duration as "0:45", "12:30" or "1:02:00".
fn clock(seconds: u64) -> String {
    let (h, m, s) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if h > 0 { format!("{h}:{m:02}:{s:02}") } else { format!("{m}:{s:02}") }
}

/// The quantity on the horizontal axis.
pub fn axis_unit(axis: XAxis) -> &'static str {
    match axis {
        XAxis::Step => "step",
        XAxis::Epoch => "epoch",
        XAxis::Time => "time",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_written_before_minutes() {
        assert_eq!(clock(3_725), "1:02:05");
    }
}
