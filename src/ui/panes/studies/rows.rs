//! The table: a row a point, or a row a setting over its seeds.

use super::cached::Cached;
use super::view::View;
use crate::estimate::Estimate;
use crate::study::render;
use crate::study::table::QUANTITIES;
use crate::ui::controls::{action, segmented};
use crate::ui::format;
use crate::ui::pane::Request;
use crate::ui::theme::space;
use eframe::egui::{Align, Button, Label, Layout, RichText, Ui};
use egui_extras::{Column, TableBuilder};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

const ROW: f32 = 22.0;

/// The choices made in the table.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Rows {
    settings: bool,
    /// The column that rows are sorted by; `None`: as they are numbered.
    sorted: Option<usize>,
    descending: bool,
    #[serde(skip)]
    cached: Cached<Choice, Sorted>,
}

/// The number of the digest that rows are of, whether they are settings, the column that they are sorted by, and
/// whether the largest is first.
type Choice = (u64, bool, Option<usize>, bool);
/// Headings, and rows in their order.
type Sorted = (Vec<String>, Vec<Row>);

/// A cell: its text, and what it is sorted by.
#[derive(Debug)]
struct Cell {
    text: String,
    key: f64,
}

/// A row: the point behind it, if it is one.
#[derive(Debug)]
struct Row {
    point: Option<usize>,
    cells: Vec<Cell>,
}

impl Rows {
    pub fn ui(&mut self, ui: &mut Ui, view: &View<'_>, chosen: &mut Option<usize>, requests: &mut Vec<Request>) {
        let table = &view.seen.table;
        let has_settings = !table.settings.is_empty();
        ui.horizontal_wrapped(|ui| {
            ui.set_row_height(space::ROW);
            if has_settings {
                let choices = [
                    (false, "Points", "A row a point."),
                    (true, "Settings", "A row a setting: means over its seeds ± their standard error."),
                ];
                if segmented(ui, &mut self.settings, &choices) {
                    self.sorted = None;
                }
            }
            if action(ui, "Copy as Markdown", "Both tables and the verdict, as `elbow study --markdown` prints them.") {
                ui.ctx().copy_text(render::markdown(table));
            }
            if action(ui, "Save as CSV…", "A row a point, with the standard errors.") {
                let name = if table.study.is_empty() { "study" } else { &table.study };
                let (suggested_name, csv) = (format!("{name}.csv"), render::points_csv(table));
                requests.push(Request::ExportTable { suggested_name, csv });
            }
        });
        let (is_of_settings, sorted, descending) = (self.settings && has_settings, self.sorted, self.descending);
        let key = (view.digest.number, is_of_settings, sorted, descending);
        let (head, rows) = self.cached.of(key, || {
            let (head, mut rows) = if is_of_settings { settings(view) } else { points(view) };
            if let Some(column) = sorted.filter(|column| *column < head.len()) {
                let by = |a: &Row, b: &Row| compare(&a.cells[column], &b.cells[column]);
                rows.sort_by(|a, b| if descending { by(b, a) } else { by(a, b) });
            }
            (head, rows)
        });
        if let Some(column) = table_ui(ui, view, head, rows, (sorted, descending), chosen) {
            self.descending = sorted == Some(column) && !descending;
            self.sorted = Some(column);
        }
    }
}

/// Draw the rows as they are sorted; returns the column whose heading was clicked.
fn table_ui(
    ui: &mut Ui,
    view: &View<'_>,
    head: &[String],
    rows: &[Row],
    (sorted, descending): (Option<usize>, bool),
    chosen: &mut Option<usize>,
) -> Option<usize> {
    let mut clicked = None;
    let theme = view.theme;
    let builder = TableBuilder::new(ui)
        .id_salt(("rows", head.len()))
        .striped(true)
        .cell_layout(Layout::left_to_right(Align::Center))
        .auto_shrink(false)
        .columns(Column::auto().at_least(52.0).clip(true).resizable(true), head.len());
    let table = builder.header(space::ROW, |mut header| {
        for (column, title) in head.iter().enumerate() {
            header.col(|ui| {
                let arrow = match (sorted == Some(column), descending) {
                    (false, _) => "",
                    (true, true) => " ↓",
                    (true, false) => " ↑",
                };
                let text = RichText::new(format!("{title}{arrow}")).small().color(theme.text_muted);
                let button = ui.add(Button::new(text).frame_when_inactive(false));
                if button.on_hover_text("Sort by this.").accessible_name(format!("Sort by {title}")).clicked() {
                    clicked = Some(column);
                }
            });
        }
    });
    table.body(|body| {
        body.rows(ROW, rows.len(), |mut row| {
            let Row { point, cells } = &rows[row.index()];
            row.set_selected(point.is_some() && point == chosen);
            for (column, cell) in cells.iter().enumerate() {
                row.col(|ui| match point.filter(|_| column == 0) {
                    Some(number) => number_ui(ui, number, &cell.text, chosen),
                    None => {
                        ui.add(Label::new(&cell.text).extend().selectable(false));
                    }
                });
            }
        });
    });
    clicked
}

/// The number of a point, which a click chooses.
fn number_ui(ui: &mut Ui, number: usize, text: &str, chosen: &mut Option<usize>) {
    let is_chosen = *chosen == Some(number);
    let button = ui.add(Button::selectable(is_chosen, text).small()).on_hover_text("Show the point below.");
    if button.accessible_name(format!("Point {text}")).clicked() {
        *chosen = if is_chosen { None } else { Some(number) };
    }
}

/// The order of two cells: numbers by size, then cells without a number by their text.
fn compare(a: &Cell, b: &Cell) -> Ordering {
    match (a.key.is_nan(), b.key.is_nan()) {
        (true, true) => a.text.cmp(&b.text),
        _ => a.key.total_cmp(&b.key),
    }
}

fn cell(text: impl Into<String>) -> Cell {
    let text = text.into();
    let key = text.parse().unwrap_or(f64::NAN);
    Cell { text, key }
}

fn number(value: Option<Estimate>, decimals: usize) -> Cell {
    match value {
        None => Cell { text: String::new(), key: f64::NAN },
        Some(Estimate { value, se }) => {
            let decimals = decimals.min(2);
            // An error that its decimals would show as 0 says nothing.
            let se = if se >= 0.5 * 0.1f64.powi(decimals as i32) { se } else { f64::NAN };
            Cell { text: format::with_error(value, se, decimals), key: value }
        }
    }
}

/// The columns of the table's quantities of which anything is known.
fn known(view: &View<'_>) -> Vec<usize> {
    let any = |place: &usize| view.seen.table.points.iter().any(|point| point.measured.values()[*place].is_some());
    (0..QUANTITIES.len()).filter(any).collect()
}

fn points(view: &View<'_>) -> (Vec<String>, Vec<Row>) {
    let (table, known) = (&view.seen.table, known(view));
    let mut head = vec!["point".to_owned()];
    head.extend(table.fields.iter().cloned());
    let queued = table.points.iter().any(|point| point.queue.is_some());
    head.push("state".into());
    head.extend(queued.then(|| "in Slurm".to_owned()));
    head.push("step".into());
    head.extend(known.iter().map(|&place| QUANTITIES[place].1.to_owned()));
    let row = |point: &crate::study::table::PointRow| {
        let mut cells = vec![cell(format!("{:04}", point.number))];
        cells.extend(point.values.iter().map(cell));
        cells.push(Cell { text: point.standing(), key: f64::NAN });
        cells.extend(queued.then(|| cell(point.queue.clone().unwrap_or_default())));
        let step = point.step.map_or_else(String::new, format::count);
        cells.push(Cell { text: step, key: point.step.map_or(f64::NAN, |step| step as f64) });
        cells.extend(known.iter().map(|&place| number(point.measured.values()[place], QUANTITIES[place].2)));
        Row { point: Some(point.number), cells }
    };
    (head, table.points.iter().map(row).collect())
}

fn settings(view: &View<'_>) -> (Vec<String>, Vec<Row>) {
    let (table, known) = (&view.seen.table, known(view));
    let mut head: Vec<String> = table.setting_fields().map(String::from).collect();
    head.push("seeds".into());
    head.extend(known.iter().map(|&place| QUANTITIES[place].1.to_owned()));
    let row = |setting: &crate::study::table::SettingRow| {
        let mut cells: Vec<Cell> = setting.values.iter().map(cell).collect();
        cells.push(cell(format!("{}/{}", setting.done, setting.seeds)));
        cells.extend(known.iter().map(|&place| number(setting.measured.values()[place], QUANTITIES[place].2)));
        Row { point: None, cells }
    };
    (head, table.settings.iter().map(row).collect())
}
