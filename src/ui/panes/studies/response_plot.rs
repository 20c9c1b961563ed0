//! The plot of a quantity against a field, with error bars over seeds.

use super::cached::Cached;
use super::levels::{Levels, Scale};
use super::pick::{Picked, field_ui, place};
use super::response::{Curve, Mean, curves};
use super::view::View;
use crate::study::term::Term;
use crate::ui::controls::{empty_state, shortened};
use crate::ui::format;
use crate::ui::plot::{PlotAxis, X_AXIS_HEIGHT, log_ticks, still_plot_of, ticks};
use crate::ui::theme::space;
use eframe::egui::{
    Align2, Color32, Label, Layout, RichText, Role, ScrollArea, Sense, Stroke, TextStyle, Ui, WidgetInfo, pos2, vec2,
};
use egui_plot::{GridInput, GridMark, Line, MarkerShape, PlotBounds, PlotPoint, PlotPoints, PlotTransform, Points};
use std::ops::RangeInclusive;

/// Room for a line of text over the curves, and for the legend.
const TITLE: f32 = 18.0;
const LEGEND: f32 = 190.0;
/// Number of values from which on not every one has a tick.
const TICKS: usize = 12;

pub fn response_ui(
    ui: &mut Ui,
    view: &View<'_>,
    picked: &mut Picked,
    cached: &mut Cached<(u64, usize), (Levels, Vec<Curve>)>,
) {
    let table = &view.seen.table;
    let Some(term) = &view.digest.term else {
        return empty_state(ui, "Nothing to plot yet", "Curves are drawn as soon as points are done.");
    };
    let field = place(table, picked.x.as_ref(), |field| field != "seed");
    if table.fields.is_empty() {
        return empty_state(ui, "Nothing differs", "The study has one point: there is no field to plot against.");
    }
    ui.horizontal(|ui| {
        field_ui(ui, view.theme, "against", table, field, &mut picked.x);
        let over = if table.fields[field] == "seed" { "" } else { "Bars are standard errors over seeds." };
        ui.label(view.theme.muted(over));
    });
    let (levels, curves) = cached.of((view.digest.number, field), || {
        let levels = Levels::of(view.seen, field);
        let curves = curves(table, field, &levels, term);
        (levels, curves)
    });
    if curves.is_empty() {
        return empty_state(ui, "Nothing to plot yet", "Curves are drawn as soon as points are done.");
    }
    let height = ui.available_height().max(120.0);
    let is_named = curves.iter().any(|curve| !curve.name.is_empty());
    let width = ui.available_width() - if is_named { LEGEND + space::S } else { 0.0 };
    ui.horizontal_top(|ui| {
        ui.allocate_ui_with_layout(vec2(width.max(120.0), height), Layout::top_down(eframe::egui::Align::Min), |ui| {
            plot_ui(ui, view, &table.fields[field], levels, term, curves, height);
        });
        if is_named {
            ui.vertical(|ui| {
                ScrollArea::vertical().id_salt("legend").max_height(height).show(ui, |ui| {
                    ui.set_width(LEGEND - space::S);
                    legend_ui(ui, view, curves);
                });
            });
        }
    });
}

fn colour(view: &View<'_>, curve: usize) -> Color32 {
    // The labels' colours without the greys.
    const COLOURS: [usize; 8] = [0, 1, 2, 4, 9, 5, 6, 7];
    view.theme.labels[COLOURS[curve % COLOURS.len()]]
}

fn legend_ui(ui: &mut Ui, view: &View<'_>, curves: &[Curve]) {
    for (place, curve) in curves.iter().enumerate() {
        ui.horizontal(|ui| {
            let (rect, _) = ui.allocate_exact_size(vec2(14.0, 16.0), Sense::hover());
            ui.painter().hline(rect.x_range(), rect.center().y, Stroke::new(2.0, colour(view, place)));
            ui.add(Label::new(RichText::new(&curve.name).small().color(view.theme.text)).wrap());
        });
    }
}

/// The ends of a mean's error bar.
fn bar(mean: &Mean) -> [f64; 2] {
    let se = if mean.mean.se.is_finite() { mean.mean.se } else { 0.0 };
    [mean.mean.value - se, mean.mean.value + se]
}

/// The ranges of both axes: all values and bars, with a margin.
fn fit(levels: &Levels, curves: &[Curve], height: f32) -> [RangeInclusive<f64>; 2] {
    let ends = (levels.position(0), levels.position(levels.values.len().saturating_sub(1)));
    let margin = if ends.1 > ends.0 { 0.05 * (ends.1 - ends.0) } else { 0.5 };
    let x = ends.0 - margin..=ends.1 + margin;
    let values = curves.iter().flat_map(|curve| &curve.means).flat_map(bar);
    let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
    let margin = if high > low { 0.06 * (high - low) } else { 0.5 };
    // The title stands over the curves.
    let over = f64::from(TITLE / (height - X_AXIS_HEIGHT).max(4.0 * TITLE)) * (high - low + 2.0 * margin);
    [x, low - margin..=high + margin + over]
}

fn x_axis(levels: &Levels) -> PlotAxis<'static> {
    let levels = levels.clone();
    let every = levels.values.len() <= TICKS || levels.scale == Scale::Names;
    let marks = {
        let levels = levels.clone();
        move |input: &GridInput| -> Vec<GridMark> {
            match (every, levels.scale) {
                (true, _) => (0..levels.values.len())
                    .map(|place| GridMark { value: levels.position(place), step_size: input.base_step_size * 40.0 })
                    .collect(),
                (false, Scale::Log) => log_ticks(input, 40.0),
                (false, _) => ticks(input, 60.0, false, false),
            }
        }
    };
    let label = move |mark: GridMark, _: &RangeInclusive<f64>| -> String {
        let near = (0..levels.values.len()).find(|&place| (levels.position(place) - mark.value).abs() < 1e-9);
        match (near.filter(|_| every), levels.scale) {
            (Some(place), _) => levels.values[place].clone(),
            (None, Scale::Log) => format::scientific(10f64.powf(mark.value)),
            (None, _) => format::tick(mark.value, mark.step_size),
        }
    };
    PlotAxis::new(X_AXIS_HEIGHT, marks, label)
}

fn plot_ui(ui: &mut Ui, view: &View<'_>, field: &str, levels: &Levels, term: &Term, curves: &[Curve], height: f32) {
    let [x, y] = fit(levels, curves, height);
    let y_axis = PlotAxis::of_numbers(48.0, 28.0);
    let output = still_plot_of(ui, "response", x_axis(levels), y_axis, height).show(ui, |plot| {
        plot.set_plot_bounds(PlotBounds::from_min_max([*x.start(), *y.start()], [*x.end(), *y.end()]));
        for (place, curve) in curves.iter().enumerate() {
            let points: Vec<PlotPoint> =
                curve.means.iter().map(|mean| PlotPoint::new(levels.position(mean.place), mean.mean.value)).collect();
            let stroke = Stroke::new(1.5, colour(view, place));
            // Between names there is nothing that a line could stand for.
            if levels.scale != Scale::Names {
                let line = Line::new("", PlotPoints::Owned(points.clone())).stroke(stroke).allow_hover(false);
                plot.line(line.id(("line", place)));
            }
            for mean in &curve.means {
                let ends = bar(mean).map(|value| PlotPoint::new(levels.position(mean.place), value));
                let bar = Line::new("", PlotPoints::Owned(ends.into())).stroke(stroke).allow_hover(false);
                plot.line(bar.id(("bar", place, mean.place)));
            }
            let dots = Points::new("", PlotPoints::Owned(points)).shape(MarkerShape::Circle).radius(3.5);
            plot.points(dots.color(colour(view, place)).allow_hover(false).id(("dots", place)));
        }
    });
    let transform = output.transform;
    titles(ui, view, field, term, &transform);
    let many = if curves.len() == 1 { "1 curve".to_owned() } else { format!("{} curves", curves.len()) };
    let spoken = format!("{} against {field}, {many}", term.title);
    output.response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &spoken));
    if let Some(pointer) = output.response.hover_pos().filter(|at| transform.frame().contains(*at)) {
        let at = transform.value_from_position(pointer).x;
        let distance = |place: &usize| (levels.position(*place) - at).abs();
        if let Some(place) = (0..levels.values.len()).min_by(|a, b| distance(a).total_cmp(&distance(b))) {
            output.response.on_hover_text_at_pointer(told(field, levels, term, curves, place));
        }
    }
}

fn titles(ui: &Ui, view: &View<'_>, field: &str, term: &Term, transform: &PlotTransform) {
    let frame = *transform.frame();
    let painter = ui.painter_at(frame);
    let (font, ink) = (TextStyle::Small.resolve(ui.style()), view.theme.text_muted);
    let unit = if term.unit.is_empty() { String::new() } else { format!(", {}", term.unit) };
    let title = shortened(ui, &format!("{}{unit}", term.title), frame.width() - 8.0);
    painter.text(frame.left_top() + vec2(4.0, 2.0), Align2::LEFT_TOP, title, font.clone(), ink);
    let at = pos2(frame.right() - 3.0, frame.bottom() - 3.0);
    painter.text(at, Align2::RIGHT_BOTTOM, field, font, ink);
}

/// The values of all curves at one value of the field, one line each.
fn told(field: &str, levels: &Levels, term: &Term, curves: &[Curve], place: usize) -> String {
    let mut text = format!("{field} = {}", levels.values[place]);
    for curve in curves {
        let Some(mean) = curve.means.iter().find(|mean| mean.place == place) else { continue };
        let value = format::with_error(mean.mean.value, mean.mean.se, term.decimals.min(2));
        let name = if curve.name.is_empty() { &term.title } else { &curve.name };
        let seeds = format::counted(mean.count, "point");
        text.push_str(&format!("\n{name}: {value} ({seeds})"));
    }
    text
}
