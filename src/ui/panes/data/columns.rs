//! The columns of a table, each with its distribution in its own scale, and some of its rows.

use crate::data::{ColumnFound, Columns, Gallery, Known, Noun};
use crate::export::vector_chart::{Chart, Series, all_lines, range_of_all, short};
use crate::ui::chart::{chart_ui, entry_at};
use crate::ui::format::counted;
use crate::ui::theme::{Theme, space};
use eframe::egui::{Grid, Label, Rect, Role, Sense, TextStyle, Ui, Vec2, WidgetInfo, pos2, vec2};

/// Columns that are listed.
const LISTED: usize = 100;
/// Width of a column's histogram in points.
const BARS: f32 = 96.0;
/// Widest that a column's name is drawn, in points.
const NAME: f32 = 220.0;
/// Smallest chart of the rows of one label, in points.
const ROWS: Vec2 = vec2(300.0, 130.0);

/// List the columns: name, histogram, range, mean and deviation, missing values.
pub fn columns_ui(ui: &mut Ui, theme: &Theme, columns: &[ColumnFound]) {
    let gaps = columns.iter().any(|column| column.missing > 0);
    Grid::new("data columns").num_columns(5).spacing(vec2(space::L, 3.0)).show(ui, |ui| {
        for name in ["Column", "Values", "Range", "Mean ± deviation"].into_iter().chain(gaps.then_some("Missing")) {
            ui.label(theme.muted(name));
        }
        ui.end_row();
        for column in columns.iter().take(LISTED) {
            ui.scope(|ui| {
                ui.set_max_width(NAME);
                ui.add(Label::new(&column.name).truncate()).on_hover_text(&column.name);
            });
            bars(ui, theme, column);
            let [range, mean] = described(column);
            ui.label(range);
            ui.label(mean);
            if gaps {
                ui.label(if column.missing > 0 { column.missing.to_string() } else { String::new() });
            }
            ui.end_row();
        }
    });
    if columns.len() > LISTED {
        ui.label(theme.muted(format!("and {} more", counted(columns.len() - LISTED, "column"))));
    }
}

/// A column's range, and its mean and deviation, in words.
fn described(column: &ColumnFound) -> [String; 2] {
    match column.known {
        None => ["no value".into(), String::new()],
        Some(known) if column.level => ["a level".into(), format!("{:.1} % of all", 100.0 * known.mean)],
        Some(known) if column.is_constant() => [format!("always {}", short(known.min)), String::new()],
        Some(Known { min, max, mean, deviation }) => {
            [format!("{} to {}", short(min), short(max)), format!("{} ± {}", short(mean), short(deviation))]
        }
    }
}

/// A column's histogram in one line of text, by the square root of the counts.
fn bars(ui: &mut Ui, theme: &Theme, column: &ColumnFound) {
    let height = ui.text_style_height(&TextStyle::Body) - 2.0;
    let (rect, response) = ui.allocate_exact_size(vec2(BARS, height), Sense::hover());
    let most = column.histogram.iter().copied().max().unwrap_or(1).max(1) as f32;
    let bar = rect.width() / column.histogram.len().max(1) as f32;
    for (i, &count) in column.histogram.iter().enumerate().filter(|(_, count)| **count > 0) {
        let top = rect.bottom() - ((count as f32 / most).sqrt() * rect.height()).max(1.0);
        let left = rect.left() + i as f32 * bar;
        let shape = Rect::from_min_max(pos2(left, top), pos2(left + bar - 1.0, rect.bottom()));
        ui.painter().rect_filled(shape, 0.0, theme.accent);
    }
    let spoken = format!("Histogram of {}", column.name);
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &spoken));
}

/// A chart for each label, with some of its rows as lines; one chart without labels.
pub fn rows_ui(ui: &mut Ui, theme: &Theme, noun: Noun, columns: &Columns, gallery: &Gallery) {
    let labelled = gallery.rows.iter().any(|(name, _)| !name.is_empty());
    ui.label(theme.muted(match labelled {
        true => format!("Some {} of each label", noun.many()),
        false => format!("{} that stand for all", noun.heading()),
    }));
    let all: Vec<usize> = gallery.rows.iter().flat_map(|(_, row)| row.iter().copied()).collect();
    let whole = [(String::new(), all)];
    let groups = if labelled { &gallery.rows[..] } else { &whole[..] };
    let range = range_of_all([&gallery.images]);
    let lines = all_lines(&gallery.images);
    let room = ui.available_width() - space::M;
    let across = ((room / ROWS.x) as usize).clamp(1, groups.len().max(1));
    let width = (room - space::S * (across - 1) as f32) / across as f32;
    for row in groups.chunks(across) {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = space::S;
            for (name, places) in row {
                let series: Vec<Series> = places.iter().map(|&place| lines[place].clone()).collect();
                let chart = Chart { columns, series, range, title: name.clone() };
                let spoken = format!("{} {} {name}", places.len(), noun.of(places.len()));
                let response = chart_ui(ui, vec2(width, ROWS.y), &spoken, &chart);
                if let Some(entry) = entry_at(&response, columns.len()) {
                    response.on_hover_text_at_pointer(&columns.list[entry].name);
                }
            }
        });
    }
}
