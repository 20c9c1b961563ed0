//! A quantity over two fields, as a map of colours with its numbers.

use super::cached::Cached;
use super::levels::Levels;
use super::pick::{Picked, field_ui, place};
use super::response::{Mean, cells};
use super::view::View;
use crate::study::term::Term;
use crate::ui::controls::{empty_state, shortened};
use crate::ui::format;
use eframe::egui::{Align2, Rangef, Rect, Role, ScrollArea, Sense, TextStyle, Ui, WidgetInfo, pos2, vec2};
use std::ops::Range;

/// Width of the names beside the rows, and height of those under the columns, in points.
const NAMES: f32 = 90.0;
const FOOT: f32 = 34.0;
/// Least and most size of a cell.
const LEAST: [f32; 2] = [34.0, 20.0];
const MOST: [f32; 2] = [150.0, 70.0];
const GAP: f32 = 2.0;

/// The values of two fields, and the means over all else.
pub type Cells = ([Levels; 2], Vec<Vec<Option<Mean>>>);

pub fn heat_ui(ui: &mut Ui, view: &View<'_>, picked: &mut Picked, cached: &mut Cached<(u64, [usize; 2]), Cells>) {
    let table = &view.seen.table;
    let Some(term) = &view.digest.term else {
        return empty_state(ui, "Nothing to draw yet", "The map is drawn as soon as points are done.");
    };
    if table.fields.len() < 2 {
        return empty_state(ui, "One field is varied", "A map has two: vary another one, or look at the response.");
    }
    let x = place(table, picked.x.as_ref(), |field| field != "seed");
    let first = table.fields[x].clone();
    let known = picked.y.clone().filter(|name| *name != first);
    let other = |field: &str| field != first;
    let fallback = table.fields.iter().position(|field| other(field) && field != "seed");
    let y = match known.and_then(|name| table.fields.iter().position(|field| *field == name)).or(fallback) {
        Some(place) => place,
        None => table.fields.iter().position(|field| other(field)).unwrap_or(0),
    };
    ui.horizontal_wrapped(|ui| {
        field_ui(ui, view.theme, "along", table, x, &mut picked.x);
        field_ui(ui, view.theme, "up", table, y, &mut picked.y);
        if table.fields.len() > 2 {
            ui.label(view.theme.muted("Means over all else."));
        }
    });
    let (levels, cells) = cached.of((view.digest.number, [x, y]), || {
        let levels = [Levels::of(view.seen, x), Levels::of(view.seen, y)];
        let cells = cells(table, [x, y], [&levels[0], &levels[1]], term);
        (levels, cells)
    });
    ScrollArea::both().auto_shrink(false).show(ui, |ui| {
        map_ui(ui, view, [&table.fields[x], &table.fields[y]], [&levels[0], &levels[1]], term, cells);
    });
}

fn map_ui(
    ui: &mut Ui,
    view: &View<'_>,
    fields: [&str; 2],
    levels: [&Levels; 2],
    term: &Term,
    cells: &[Vec<Option<Mean>>],
) {
    let [columns, rows] = levels.map(|levels| levels.values.len().max(1) as f32);
    let room = ui.available_size() - vec2(NAMES, FOOT);
    let size = vec2((room.x / columns - GAP).clamp(LEAST[0], MOST[0]), (room.y / rows - GAP).clamp(LEAST[1], MOST[1]));
    let whole = vec2(NAMES + columns * (size.x + GAP), rows * (size.y + GAP) + FOOT);
    let (rect, _) = ui.allocate_exact_size(whole, Sense::hover());
    // The first value is at the bottom, as on an axis.
    let cell = |column: usize, row: usize| {
        let left = rect.left() + NAMES + column as f32 * (size.x + GAP);
        let top = rect.top() + (rows - 1.0 - row as f32) * (size.y + GAP);
        Rect::from_min_size(pos2(left, top), size)
    };
    let theme = view.theme;
    let font = TextStyle::Small.resolve(ui.style());
    let values = cells.iter().flatten().flatten().map(|mean| mean.mean.value);
    let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
    // Of thousands of cells only those in sight are laid out.
    let sight = ui.clip_rect();
    let across = in_sight(sight.x_range(), rect.left() + NAMES, size.x + GAP, levels[0].values.len());
    let down = in_sight(sight.y_range(), rect.top(), size.y + GAP, cells.len());
    for row in down.map(|from_top| cells.len() - 1 - from_top) {
        let name = format!("{} = {}", fields[1], levels[1].values[row]);
        let at = pos2(rect.left() + NAMES - 8.0, cell(0, row).center().y);
        let text = shortened(ui, &levels[1].values[row], NAMES - 10.0);
        ui.painter().text(at, Align2::RIGHT_CENTER, text, font.clone(), theme.text_muted);
        for column in across.clone() {
            let mean = &cells[row][column];
            let rect = cell(column, row);
            let response = ui.interact(rect, ui.scope_id().with(("cell", column, row)), Sense::hover());
            let place = format!("{} = {}, {name}", fields[0], levels[0].values[column]);
            let Some(mean) = mean else {
                ui.painter().rect_filled(rect, 2.0, theme.raised.gamma_multiply(0.5));
                response.on_hover_text(format!("{place}: not known"));
                continue;
            };
            let share = if high > low { (mean.mean.value - low) / (high - low) } else { 0.5 };
            ui.painter().rect_filled(rect, 2.0, view.ramp(share));
            let text = shortened(ui, &format::fixed(mean.mean.value, term.decimals.min(2)), size.x - 2.0);
            ui.painter().text(rect.center(), Align2::CENTER_CENTER, text, font.clone(), view.on_ramp(share));
            let value = format::with_error(mean.mean.value, mean.mean.se, term.decimals.min(2));
            let points = format::counted(mean.count, "point");
            let spoken = format!("{place}: {} {value}, {points}", term.title);
            response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &spoken));
            response.on_hover_text(spoken);
        }
    }
    for column in across {
        let value = &levels[0].values[column];
        let at = pos2(cell(column, 0).center().x, rect.bottom() - FOOT + 10.0);
        ui.painter().text(at, Align2::CENTER_CENTER, shortened(ui, value, size.x), font.clone(), theme.text_muted);
    }
    let foot = rect.bottom() - 8.0;
    let along = format!("{} →", fields[0]);
    ui.painter().text(pos2(rect.left() + NAMES, foot), Align2::LEFT_CENTER, along, font.clone(), theme.text_muted);
    let up = shortened(ui, &format!("↑ {}", fields[1]), NAMES - 4.0);
    ui.painter().text(pos2(rect.left(), foot), Align2::LEFT_CENTER, up, font, theme.text_muted);
}

/// The cells of a row (or column) that begins at `start`, of `count` cells of length `each`, that are within a range.
fn in_sight(sight: Rangef, start: f32, each: f32, count: usize) -> Range<usize> {
    let place = |at: f32| ((at - start) / each).clamp(0.0, count as f32);
    place(sight.min).floor() as usize..place(sight.max).ceil() as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_in_sight_are_those_that_touch_the_range() {
        let seen = |from, to| in_sight(Rangef::new(from, to), 10.0, 20.0, 5);
        assert_eq!((seen(0.0, 1_000.0), seen(10.0, 30.0), seen(29.0, 51.0)), (0..5, 0..1, 0..3));
        assert!(seen(-50.0, 0.0).is_empty() && seen(110.0, 500.0).is_empty());
    }
}
