//! The values of the compared runs at the pointer.

use super::look::Look;
use super::overlay::Overlay;
use crate::ui::curves::{Quantity, Series, Spread, XAxis};
use crate::ui::format;
use crate::ui::plot::elided;
use crate::ui::runs::{Group, Runs};
use crate::ui::theme::Theme;
use eframe::egui::{self, RichText, Sense, Stroke, Ui, pos2, vec2};

/// Most rows of a tooltip; further ones are counted.
const ROWS_MAX: usize = 14;
/// Width of a name in points.
const NAME_WIDTH: f32 = 240.0;

/// A column of the values at the pointer.
pub struct Column<'a> {
    pub name: &'a str,
    pub series: Series,
    /// A value as text.
    pub text: &'a dyn Fn(f64) -> String,
}

/// The values at `x`: a row for each compared run, or for the mean over the seeds of a setting, under a line where
/// something stands above. Nothing where none has a curve.
pub fn hover_rows(ui: &mut Ui, runs: &Runs, overlay: &mut Overlay, axis: XAxis, x: f64, columns: &[Column<'_>]) {
    let theme = Theme::of(ui.ctx());
    // Numbers of one run are as they were reported, whatever the curves are averaged over.
    columns.iter().for_each(|column| overlay.update(runs, column.series, axis, 1.0));
    let has_values = |group: &&Group| columns.first().is_some_and(|it| overlay.has_values(runs, group, it.series));
    let groups: Vec<&Group> = runs.groups().iter().filter(has_values).collect();
    if groups.is_empty() {
        return;
    }
    if ui.min_rect().height() > 0.0 {
        ui.separator();
    }
    ui.spacing_mut().interact_size.y = 16.0;
    egui::Grid::new("compared runs").num_columns(columns.len() + 1).spacing([16.0, 2.0]).show(ui, |ui| {
        ui.label(theme.muted("compared"));
        columns.iter().for_each(|column| drop(ui.label(theme.muted(column.name))));
        ui.end_row();
        for group in groups.iter().take(ROWS_MAX) {
            row(ui, theme, runs, group, overlay, axis, x, columns);
        }
    });
    let rest = groups.len().saturating_sub(ROWS_MAX);
    if rest > 0 {
        ui.label(theme.muted(format!("and {rest} more")));
    }
}

#[expect(clippy::too_many_arguments, reason = "a row of a table at a place")]
fn row(
    ui: &mut Ui,
    theme: &Theme,
    runs: &Runs,
    group: &Group,
    overlay: &Overlay,
    axis: XAxis,
    x: f64,
    columns: &[Column<'_>],
) {
    let first = columns.first().and_then(|column| overlay.track(runs, group, column.series));
    let Some((track, index)) = first.and_then(|track| Some((track, track.nearest(axis, x)?))) else { return };
    // Beyond its end a run has no value: its last one is said to be that.
    let last = track.len() - 1;
    let ended = index == last && track.x(axis)[last] < x;
    let ink = if ended { theme.text_muted } else { theme.text_strong };
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        let (mark, _) = ui.allocate_exact_size(vec2(14.0, 16.0), Sense::hover());
        let look = Look::of(theme, group.look);
        let ends = [pos2(mark.left(), mark.center().y), pos2(mark.right(), mark.center().y)];
        ui.painter().extend(look.dash.shapes(&ends, Stroke::new(2.0, look.colour)));
        ui.label(elided(ui, &group.name, NAME_WIDTH));
        if ended {
            let longest = runs.members(group).filter_map(|run| run.curves.newest()).map(|report| report.step).max();
            let step = longest.map_or_else(String::new, |step| format!("ended at step {}", format::count(step)));
            ui.label(theme.muted(step));
        } else if let Some(count) =
            columns.first().and_then(|column| overlay.mean(group, column.series)).map(|mean| mean.count(index))
            && count < group.members.len()
        {
            ui.label(theme.muted(format!("{count} of {} here", group.members.len())));
        }
    });
    for column in columns {
        ui.label(RichText::new(value(runs, group, overlay, axis, x, column)).color(ink));
    }
    ui.end_row();
}

/// The value of a group at `x`, with half the width of its band, or with its standard error where it has one.
fn value(runs: &Runs, group: &Group, overlay: &Overlay, axis: XAxis, x: f64, column: &Column<'_>) -> String {
    let Some(track) = overlay.track(runs, group, column.series) else { return String::new() };
    let Some(index) = track.nearest(axis, x) else { return String::new() };
    if let Some(mean) = overlay.mean(group, column.series) {
        let (low, high) = (mean.low().get(index), mean.high().get(index));
        let centre = (column.text)(mean.mean().get(index));
        return match runs.spread {
            Spread::StandardError if low.is_finite() => {
                format!("{centre} ± {}", (column.text)(0.5 * (high - low)))
            }
            Spread::Range if low.is_finite() => {
                format!("{centre} ({} to {})", (column.text)(low), (column.text)(high))
            }
            _ => centre,
        };
    }
    let Some(run) = runs.members(group).next() else { return String::new() };
    let value = column.series.y(&run.curves).get(index);
    match column.series {
        Series::Reports(Quantity::Elbo, _) => format::with_error(value, track.y(Quantity::ElboError).get(index), 2),
        _ => (column.text)(value),
    }
}
