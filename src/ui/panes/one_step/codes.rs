//! Codes of the first images: q(z|x) as ellipses, the draws of z as dots, the gradients as arrows.

use super::shown::Boxes;
use crate::ui::format;
use crate::ui::panes::latent_axes::z_name;
use crate::ui::panes::tour::Canvas;
use crate::ui::theme::Theme;
use eframe::egui::{Align2, Color32, Grid, Stroke, Ui, vec2};

/// Dimensions of the first image's code in the table.
const ROWS: usize = 4;
/// Height of a plane over its width.
pub const ASPECT: f32 = 0.62;
/// Length of the longest arrow, as a share of the plane.
const ARROW: f64 = 0.35;

/// The two entries of a row that the plane shows; a code of one dimension lies on its axis.
fn pair(values: &[f32], row: usize, latent: usize) -> [f64; 2] {
    let at = |d: usize| if d < latent { values.get(row * latent + d).map_or(0.0, |v| f64::from(*v)) } else { 0.0 };
    [at(0), at(1)]
}

fn plane(ui: &mut Ui, boxes: &Boxes<'_>, spoken: &str) -> Canvas {
    let step = boxes.step;
    let farthest = |values: &[f32]| {
        let rows = 0..step.inputs.count;
        rows.flat_map(|row| pair(values, row, step.latent)).map(f64::abs).fold(0.0, f64::max)
    };
    let reach = farthest(&step.z).max(farthest(&step.mean)).max(2.0) * 1.25;
    let (width, across) = (ui.available_width(), reach / f64::from(ASPECT));
    let canvas = Canvas::take(ui, vec2(width, ASPECT * width), -across..=across, -reach..=reach, spoken);
    let axis = Stroke::new(1.0, boxes.theme.hairline);
    canvas.segment([-2.0 * reach, 0.0], [2.0 * reach, 0.0], axis);
    canvas.segment([0.0, -reach], [0.0, reach], axis);
    canvas.caption(ui, Align2::RIGHT_BOTTOM, 0, &z_name(0), boxes.theme.text_faint);
    if step.latent > 1 {
        canvas.caption(ui, Align2::LEFT_TOP, 0, &z_name(1), boxes.theme.text_faint);
    }
    canvas
}

/// The height at which an image's code of one dimension is drawn, so that codes do not lie on each other; 0 in a plane.
fn lane(canvas: &Canvas, row: usize, boxes: &Boxes<'_>) -> f64 {
    let [_, top] = canvas.point(canvas.rect.center_top());
    let share = (row as f64 + 0.5) / boxes.step.inputs.count.max(1) as f64;
    if boxes.step.latent == 1 { top * (1.5 * share - 0.75) } else { 0.0 }
}

/// The colour of an image of the minibatch, by its number.
pub fn colour(theme: &Theme, row: usize) -> Color32 {
    theme.labels[row % theme.labels.len()]
}

/// q(z|x) of the first images with their draws, and the first one's numbers.
pub fn codes_ui(ui: &mut Ui, boxes: &Boxes<'_>) {
    let (theme, step) = (boxes.theme, boxes.step);
    let canvas = plane(ui, boxes, &format!("q(z|x) of the first {} as ellipses, and their draws z", boxes.noun.many()));
    for row in 0..step.inputs.count {
        let ([m, n], [s, t]) = (pair(&step.mean, row, step.latent), pair(&step.deviation, row, step.latent));
        let up = lane(&canvas, row, boxes);
        let around = (0..=40).map(|i| {
            let angle = std::f64::consts::TAU * f64::from(i) / 40.0;
            [m + s * angle.cos(), n + up + t * angle.sin()]
        });
        canvas.line(around, Stroke::new(1.0, colour(theme, row)));
        let [z, w] = pair(&step.z, row, step.latent);
        canvas.segment([m, n + up], [z, w + up], Stroke::new(1.0, colour(theme, row).gamma_multiply(0.6)));
        canvas.dot(z, w + up, 3.0, colour(theme, row));
    }
    Grid::new("codes").num_columns(5).spacing(vec2(8.0, 2.0)).show(ui, |ui| {
        for head in [boxes.first(), "μ", "σ", "ε", "z"] {
            ui.label(theme.muted(head));
        }
        ui.end_row();
        for d in 0..step.latent.min(ROWS) {
            ui.label(theme.muted(z_name(d)));
            for values in [&step.mean, &step.deviation, &step.epsilon, &step.z] {
                ui.label(values.get(d).map_or(String::new(), |v| format::fixed(f64::from(*v), 2)));
            }
            ui.end_row();
        }
    });
}

/// The gradients of log p(x|z) and of log p(z) by z at each draw of z, as arrows.
pub fn arrows_ui(ui: &mut Ui, boxes: &Boxes<'_>) {
    let (theme, step) = (boxes.theme, boxes.step);
    let canvas = plane(ui, boxes, "Arrows at the draws z: where x is explained better, and where the prior is larger");
    let rows = || 0..step.inputs.count;
    let length = |values: &[f32], row: usize| {
        let [a, b] = pair(values, row, step.latent);
        f64::hypot(a, b)
    };
    let longest = rows().map(|row| length(&step.pull, row).max(length(&step.hold, row))).fold(1e-9, f64::max);
    let [_, top] = canvas.point(canvas.rect.center_top());
    let unit = 2.0 * ARROW * top / longest;
    for row in rows() {
        let [z, w] = pair(&step.z, row, step.latent);
        let w = w + lane(&canvas, row, boxes);
        for (values, colour) in [(&step.pull, theme.reconstruction), (&step.hold, theme.kl)] {
            let [a, b] = pair(values, row, step.latent);
            arrow(&canvas, [z, w], [z + unit * a, w + unit * b], colour);
        }
        canvas.dot(z, w, 2.5, theme.text_strong);
    }
}

fn arrow(canvas: &Canvas, from: [f64; 2], to: [f64; 2], colour: Color32) {
    let stroke = Stroke::new(1.5, colour);
    canvas.segment(from, to, stroke);
    let (x, y) = (to[0] - from[0], to[1] - from[1]);
    for turn in [2.6_f64, -2.6] {
        let (sin, cos) = turn.sin_cos();
        canvas.segment(to, [to[0] + 0.22 * (x * cos - y * sin), to[1] + 0.22 * (x * sin + y * cos)], stroke);
    }
}
