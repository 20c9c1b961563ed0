//! A distribution by the lines around its densest parts, or by draws from it.

use super::Place;
use crate::explore::Outline;
use eframe::egui::{Color32, Painter, Pos2, Shape, Stroke, vec2};

/// Widths of the inner and the outer line.
const WIDTHS: [f32; 2] = [2.0, 1.2];
/// What lies behind is as faint as this.
const BEHIND: f32 = 0.3;

/// How an outline is drawn.
#[derive(Clone, Copy)]
pub struct Style {
    pub colour: Color32,
    pub dashed: bool,
    /// A cross at the mean.
    pub cross: bool,
}

/// Draw the contours of a distribution, or draws from it where it has none.
pub fn paint_outline(painter: &Painter, outline: &Outline, style: Style, place: &Place<'_>) {
    for (lines, width) in outline.contours.iter().zip(WIDTHS) {
        for line in lines {
            paint_line(painter, line, Stroke::new(width, style.colour), style.dashed, place);
        }
    }
    for &draw in &outline.draws {
        let (at, front) = place(draw);
        painter.circle_filled(at, 1.5, faded(style.colour, front).gamma_multiply(0.8));
    }
    if style.cross {
        let arm = 4.0;
        let (centre, front) = place(outline.centre);
        let stroke = Stroke::new(1.5, faded(style.colour, front));
        painter.line_segment([centre - vec2(arm, 0.0), centre + vec2(arm, 0.0)], stroke);
        painter.line_segment([centre - vec2(0.0, arm), centre + vec2(0.0, arm)], stroke);
    }
}

/// Draw a line, faint where it lies behind.
pub fn paint_line(painter: &Painter, line: &[[f32; 3]], stroke: Stroke, dashed: bool, place: &Place<'_>) {
    let mut part: Vec<Pos2> = Vec::with_capacity(line.len());
    let mut side = true;
    for &point in line {
        let (at, front) = place(point);
        if front != side && !part.is_empty() {
            part.push(at);
            paint_part(painter, std::mem::take(&mut part), stroke, dashed, side);
        }
        side = front;
        part.push(at);
    }
    paint_part(painter, part, stroke, dashed, side);
}

fn paint_part(painter: &Painter, points: Vec<Pos2>, stroke: Stroke, dashed: bool, front: bool) {
    if points.len() < 2 {
        return;
    }
    let stroke = Stroke::new(stroke.width, faded(stroke.color, front));
    if dashed {
        painter.extend(Shape::dashed_line(&points, stroke, 6.0, 4.0));
    } else {
        painter.add(Shape::line(points, stroke));
    }
}

fn faded(colour: Color32, front: bool) -> Color32 {
    if front { colour } else { colour.gamma_multiply(BEHIND) }
}
