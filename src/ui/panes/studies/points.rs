//! The matrix of points: a cell a point, with its state and how far it is.

use super::cached::Cached;
use super::levels::Levels;
use super::pick::{Picked, field_ui, place};
use super::view::View;
use crate::study::table::PointRow;
use crate::ui::controls::{shortened, text_width};
use crate::ui::format;
use crate::ui::studies::word;
use crate::ui::theme::space;
use eframe::egui::{
    self, Align2, Rect, Role, ScrollArea, Sense, Stroke, StrokeKind, TextStyle, Ui, WidgetInfo, pos2, vec2,
};
use std::collections::HashMap;

/// Height of a row, and the least and the most width of a cell, in points.
const ROW: f32 = 30.0;
const CELL: std::ops::RangeInclusive<f32> = 44.0..=120.0;
/// Least width of the rows' names in points, and the number of names that it is measured by.
const NAMES: f32 = 60.0;
const MEASURED: usize = 100;
const GAP: f32 = 3.0;
/// Ratio of places to points from which on the points are not shown as a matrix.
const SPARSE: usize = 3;

/// The points by rows, which are settings, and columns, which are the values of one field.
pub struct Matrix {
    levels: Levels,
    rows: Vec<(String, Vec<Option<usize>>)>,
}

/// The number of the digest that a matrix is of, and the place of its field.
pub type MatrixKey = (u64, usize);

pub fn points_ui(
    ui: &mut Ui,
    view: &View<'_>,
    picked: &mut Picked,
    matrix: &mut Cached<MatrixKey, Matrix>,
    chosen: &mut Option<usize>,
) {
    let table = &view.seen.table;
    ui.spacing_mut().item_spacing.y = GAP;
    if table.fields.is_empty() {
        return flow_ui(ui, view, chosen);
    }
    let column = place(table, picked.column.as_ref(), |field| field == "seed");
    ui.horizontal(|ui| field_ui(ui, view.theme, "columns", table, column, &mut picked.column));
    let matrix = matrix.of((view.digest.number, column), || Matrix::of(view, column));
    let levels = &matrix.levels;
    let cells = matrix.rows.len() * levels.values.len();
    if picked.column.is_none() && cells > SPARSE * table.points.len() {
        return flow_ui(ui, view, chosen);
    }
    let count = levels.values.len().max(1) as f32;
    let longest = matrix.rows.iter().take(MEASURED).map(|(name, _)| text_width(ui, name, TextStyle::Small));
    let names = longest.fold(NAMES, f32::max).min(0.45 * ui.available_width()) + space::S;
    let width = ((ui.available_width() - names - space::M) / count - GAP).clamp(*CELL.start(), *CELL.end());
    let small = TextStyle::Small.resolve(ui.style());
    ScrollArea::both().auto_shrink(false).show_rows(ui, ROW - GAP, matrix.rows.len() + 1, |ui, range| {
        for row in range {
            let size = vec2(names + count * (width + GAP), ROW - GAP);
            let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
            let cell = |place: usize| {
                let left = rect.left() + names + place as f32 * (width + GAP);
                Rect::from_min_size(pos2(left, rect.top()), vec2(width, rect.height()))
            };
            let Some((name, cells)) = row.checked_sub(1).and_then(|row| matrix.rows.get(row)) else {
                let title = format!("{} →", table.fields[column]);
                let at = pos2(rect.left() + names - space::S, rect.center().y);
                ui.painter().text(at, Align2::RIGHT_CENTER, title, small.clone(), view.theme.text_muted);
                for (place, value) in levels.values.iter().enumerate() {
                    let text = shortened(ui, value, width);
                    let (at, colour) = (cell(place).center(), view.theme.text_muted);
                    ui.painter().text(at, Align2::CENTER_CENTER, text, small.clone(), colour);
                }
                continue;
            };
            let text = shortened(ui, name, names - space::S);
            ui.painter().text(rect.left_center(), Align2::LEFT_CENTER, text, small.clone(), view.theme.text);
            for (place, point) in cells.iter().enumerate() {
                let Some(point) = point.map(|point| &table.points[point]) else { continue };
                let rect = cell(place);
                let response = ui.interact(rect, ui.scope_id().with(("point", point.number)), Sense::click());
                cell_ui(ui, view, point, rect, &response, chosen);
            }
        }
    });
}

/// The points one after the other, as they are numbered: for those that make no matrix, as points drawn at random.
fn flow_ui(ui: &mut Ui, view: &View<'_>, chosen: &mut Option<usize>) {
    let points = &view.seen.table.points;
    let width = *CELL.end();
    let columns = ((ui.available_width() - space::M) / (width + GAP)).floor().max(1.0) as usize;
    ScrollArea::vertical().auto_shrink(false).show_rows(ui, ROW - GAP, points.len().div_ceil(columns), |ui, range| {
        for row in range {
            let (whole, _) = ui.allocate_exact_size(vec2(columns as f32 * (width + GAP), ROW - GAP), Sense::hover());
            for (place, point) in points.iter().skip(row * columns).take(columns).enumerate() {
                let left = whole.left() + place as f32 * (width + GAP);
                let rect = Rect::from_min_size(pos2(left, whole.top()), vec2(width, whole.height()));
                let response = ui.interact(rect, ui.scope_id().with(("point", point.number)), Sense::click());
                cell_ui(ui, view, point, rect, &response, chosen);
            }
        }
    });
}

impl Matrix {
    fn of(view: &View<'_>, column: usize) -> Self {
        let table = &view.seen.table;
        let levels = Levels::of(view.seen, column);
        let columns: HashMap<&str, usize> =
            levels.values.iter().enumerate().map(|(place, value)| (value.as_str(), place)).collect();
        let mut places: HashMap<Vec<&str>, usize> = HashMap::new();
        let mut rows: Vec<(String, Vec<Option<usize>>)> = Vec::new();
        for (point, row) in table.points.iter().enumerate() {
            let others = || (0..row.values.len()).filter(|&field| field != column);
            let mut key: Vec<&str> = others().map(|field| row.values[field].as_str()).collect();
            let Some(&at) = row.values.get(column).and_then(|value| columns.get(value.as_str())) else { continue };
            // Two draws at random may have all but their number in common.
            while places.get(&key).is_some_and(|&place| rows[place].1[at].is_some()) {
                key.push("again");
            }
            let place = *places.entry(key).or_insert_with(|| {
                let name = others().map(|field| format!("{} = {}", table.fields[field], row.values[field]));
                rows.push((name.collect::<Vec<_>>().join(", "), vec![None; columns.len()]));
                rows.len() - 1
            });
            rows[place].1[at] = Some(point);
        }
        Self { rows, levels }
    }
}

/// A point: its state by its ground, its progress by a line, its value where there is room.
fn cell_ui(
    ui: &Ui,
    view: &View<'_>,
    point: &PointRow,
    rect: Rect,
    response: &egui::Response,
    chosen: &mut Option<usize>,
) {
    let theme = view.theme;
    let painter = ui.painter();
    painter.rect_filled(rect, 3.0, view.state_colour(point.state));
    if matches!(point.state, "running" | "begun") {
        let done = Rect::from_min_max(
            pos2(rect.left(), rect.bottom() - 3.0),
            pos2(rect.left() + rect.width() * point.share as f32, rect.bottom()),
        );
        let colour = if point.state == "running" { theme.accent } else { theme.text_faint };
        painter.rect_filled(done, 1.0, colour);
    }
    let is_chosen = *chosen == Some(point.number);
    if is_chosen || response.hovered() || response.has_focus() {
        let colour = if is_chosen { theme.accent } else { theme.outline };
        painter.rect_stroke(rect, 3.0, Stroke::new(1.5, colour), StrokeKind::Inside);
    }
    let term = view.digest.term.as_ref();
    let value = term.and_then(|term| Some(format::fixed(term.of(point)?.value, term.decimals.min(2))));
    let state = match point.state {
        "running" | "begun" => format!("{:.0} %", 100.0 * point.share),
        state => point.queue.as_deref().filter(|_| state == "waiting").map_or_else(|| state.to_owned(), word),
    };
    let text = shortened(ui, value.as_deref().unwrap_or(&state), rect.width() - 4.0);
    let font = TextStyle::Small.resolve(ui.style());
    let ink = if point.state == "waiting" { theme.text_muted } else { theme.text_strong };
    painter.text(rect.center(), Align2::CENTER_CENTER, text, font, ink);
    let known = value.map(|value| format!(", {} {value}", term.map_or("", |term| &term.title))).unwrap_or_default();
    let queue = point.queue.as_ref().map(|queue| format!(", in Slurm {queue}")).unwrap_or_default();
    let spoken = format!("{}: {}{queue}{known}", point.name, point.standing());
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_chosen, &spoken));
    if response.clicked() {
        *chosen = if is_chosen { None } else { Some(point.number) };
    }
    response.clone().on_hover_text(spoken);
}
