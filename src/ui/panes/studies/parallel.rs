//! Parallel coordinates: a line a point over all fields and quantities; drag along an axis to choose lines.

use super::brushes::{Axis, Brushes, Line, coordinates};
use super::cached::Cached;
use super::view::View;
use crate::study::term::Term;
use crate::ui::controls::{action_enabled, empty_state, shortened};
use crate::ui::theme::space;
use eframe::egui::{Align2, CursorIcon, Id, Rect, Role, Sense, Shape, Stroke, TextStyle, Ui, WidgetInfo, pos2, vec2};

/// Room over and under the axes, and half the width in which an axis is grasped, in points.
const HEAD: f32 = 26.0;
const FOOT: f32 = 14.0;
const GRASP: f32 = 14.0;
/// Room at the sides.
const SIDE: f32 = 60.0;
/// Most quantities beside the fields.
const TERMS: usize = 4;
/// How near to a line the pointer chooses it, in points.
const NEAR: f32 = 6.0;

/// The axes and the lines over them.
pub type Drawn = (Vec<Axis>, Vec<Line>);

pub fn parallel_ui(
    ui: &mut Ui,
    view: &View<'_>,
    brushes: &mut Brushes,
    cached: &mut Cached<u64, Drawn>,
    chosen: &mut Option<usize>,
) {
    let (axes, lines) = cached.of(view.digest.number, || coordinates(view.seen, &shown(view)));
    if lines.is_empty() {
        return empty_state(ui, "Nothing to draw yet", "A line is drawn for each point that is done.");
    }
    let passing: Vec<bool> = lines.iter().map(|line| brushes.let_pass(axes, line)).collect();
    ui.horizontal_wrapped(|ui| {
        ui.set_row_height(space::ROW);
        let count = passing.iter().filter(|passes| **passes).count();
        ui.label(
            view.theme
                .muted(format!("{count} of {} lines; drag along an axis to choose, click it for all.", lines.len())),
        );
        if action_enabled(ui, !brushes.is_empty(), "All lines", "Let all lines cross all axes again.") {
            brushes.clear_all();
        }
    });
    let (rect, ground) = ui.allocate_exact_size(ui.available_size().max(vec2(120.0, 120.0)), Sense::click());
    let spoken = format!("{} points over {} axes", lines.len(), axes.len());
    ground.widget_info(|| WidgetInfo::labeled(Role::Image, true, &spoken));
    let frame = Rect::from_min_max(
        pos2(rect.left() + SIDE, rect.top() + HEAD),
        pos2(rect.right() - SIDE, rect.bottom() - FOOT),
    );
    let gap = frame.width() / axes.len().saturating_sub(1).max(1) as f32;
    let x = |axis: usize| frame.left() + gap * axis as f32;
    let y = |share: f64| frame.bottom() - frame.height() * share as f32;
    let paths: Vec<Vec<_>> = lines.iter().map(|line| path(line, &x, &y)).collect();
    let pointed = ground.hover_pos().and_then(|pointer| {
        let passing = paths.iter().enumerate().filter(|(line, _)| passing[*line]);
        let near = passing.map(|(line, path)| (line, distance(path, pointer)));
        near.min_by(|a, b| a.1.total_cmp(&b.1)).filter(|(_, distance)| *distance < NEAR).map(|(line, _)| line)
    });
    paint_lines(ui, view, lines, &paths, &passing, pointed, *chosen);
    let font = TextStyle::Small.resolve(ui.style());
    for (place, axis) in axes.iter().enumerate() {
        let at = x(place);
        let title = shortened(ui, &axis.title, gap - 6.0);
        let title_at = pos2(at, rect.top() + 8.0);
        ui.painter().text(title_at, Align2::CENTER_CENTER, title, font.clone(), view.theme.text_strong);
        axis_ui(ui, view, axis, at, frame, gap, brushes);
    }
    if let Some(line) = pointed {
        let point = &view.seen.table.points[lines[line].point];
        if ground.clicked() {
            *chosen = Some(point.number);
        }
        ground.on_hover_text_at_pointer(&point.name);
    }
}

/// The quantities beside the fields; the one that is chosen comes last, and gives the lines their colours.
fn shown(view: &View<'_>) -> Vec<Term> {
    let Some(chosen) = &view.digest.term else { return Vec::new() };
    let has_evaluation = view.digest.terms.iter().any(|term| term.name == "log_px");
    // Quantities of training that the evaluation measures better.
    let is_spare = |term: &&Term| has_evaluation && ["elbo", "best_elbo"].contains(&term.name.as_str());
    let table = &view.seen.table;
    let is_shown = |term: &&Term| !is_spare(term) && term.name != chosen.name && !term.is_constant(table);
    let others = view.digest.terms.iter().filter(is_shown);
    others.take(TERMS - 1).chain([chosen]).cloned().collect()
}

fn path(line: &Line, x: &impl Fn(usize) -> f32, y: &impl Fn(f64) -> f32) -> Vec<eframe::egui::Pos2> {
    let at = line.at.iter().enumerate();
    at.filter_map(|(axis, share)| Some(pos2(x(axis), y((*share)?)))).collect()
}

/// From a point to a path of straight pieces.
fn distance(path: &[eframe::egui::Pos2], point: eframe::egui::Pos2) -> f32 {
    let of_piece = |ends: &[eframe::egui::Pos2]| {
        let along = ends[1] - ends[0];
        let share = ((point - ends[0]).dot(along) / along.length_sq().max(1e-6)).clamp(0.0, 1.0);
        (ends[0] + share * along).distance(point)
    };
    path.windows(2).map(of_piece).fold(f32::INFINITY, f32::min)
}

fn paint_lines(
    ui: &Ui,
    view: &View<'_>,
    lines: &[Line],
    paths: &[Vec<eframe::egui::Pos2>],
    passing: &[bool],
    pointed: Option<usize>,
    chosen: Option<usize>,
) {
    let theme = view.theme;
    // Lines that pass the choice lie over lines that do not.
    for passes in [false, true] {
        for ((line, path), _) in lines.iter().zip(paths).zip(passing).filter(|(_, passing)| **passing == passes) {
            let share = line.at.last().copied().flatten().unwrap_or(0.0);
            let stroke = match passes {
                true => Stroke::new(1.5, view.ramp(0.25 + 0.75 * share)),
                false => Stroke::new(1.0, theme.hairline),
            };
            ui.painter().add(Shape::line(path.clone(), stroke));
        }
    }
    let number = |line: usize| view.seen.table.points[lines[line].point].number;
    let marked = (0..lines.len()).filter(|line| Some(*line) == pointed || Some(number(*line)) == chosen);
    for line in marked {
        ui.painter().add(Shape::line(paths[line].clone(), Stroke::new(2.5, theme.text_strong)));
    }
}

/// An axis with its texts and its brush.
fn axis_ui(ui: &mut Ui, view: &View<'_>, axis: &Axis, x: f32, frame: Rect, gap: f32, brushes: &mut Brushes) {
    let theme = view.theme;
    let grasp = Rect::from_x_y_ranges(x - GRASP..=x + GRASP, frame.top() - 4.0..=frame.bottom() + 4.0);
    let response = ui.interact(grasp, Id::unique(("brush", &axis.name)), Sense::click_and_drag());
    let share = |y: f32| f64::from((frame.bottom() - y) / frame.height());
    let start = Id::unique(("brush starts", &axis.name));
    if response.drag_started()
        && let Some(at) = ui.input(|input| input.pointer.press_origin())
    {
        ui.data_mut(|data| data.insert_temp(start, share(at.y)));
    }
    if response.dragged()
        && let Some(at) = response.interact_pointer_pos()
    {
        let from = ui.data(|data| data.get_temp(start)).unwrap_or_else(|| share(at.y));
        brushes.set(&axis.name, from, share(at.y));
    } else if response.clicked() {
        brushes.clear(&axis.name);
    }
    let colour = if response.hovered() { theme.text } else { theme.outline };
    ui.painter().vline(x, frame.y_range(), Stroke::new(1.5, colour));
    if let Some((low, high)) = brushes.of(&axis.name) {
        let y = |share: f64| frame.bottom() - frame.height() * share as f32;
        let brush = Rect::from_x_y_ranges(x - 5.0..=x + 5.0, y(high) - 2.0..=y(low) + 2.0);
        ui.painter().rect_filled(brush, 3.0, theme.accent.gamma_multiply(0.45));
    }
    let font = TextStyle::Small.resolve(ui.style());
    for (share, text) in &axis.ticks {
        let at = pos2(x + 8.0, frame.bottom() - frame.height() * *share as f32);
        let text = shortened(ui, text, gap.min(80.0) - 10.0);
        let galley = ui.painter().layout_no_wrap(text, font.clone(), theme.text);
        let rect = Align2::LEFT_CENTER.anchor_size(at, galley.size());
        ui.painter().rect_filled(rect.expand(1.0), 2.0, theme.pane.gamma_multiply(0.8));
        ui.painter().galley(rect.min, galley, theme.text);
    }
    let brushed = if brushes.of(&axis.name).is_some() { ", brushed" } else { "" };
    let spoken = format!("axis {}{brushed}", axis.title);
    response.widget_info(|| WidgetInfo::labeled(Role::Slider, true, &spoken));
    response.on_hover_cursor(CursorIcon::ResizeVertical);
}
