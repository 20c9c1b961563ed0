//! A distribution by the lines around its densest parts, or by draws from it.

use super::Place;
use crate::explore::Outline;
use eframe::egui::{Color32, Painter, Pos2, Shape, Stroke, vec2};

/// Widths of the inner and the outer line.
const WIDTHS: [f32; 2] = [2.0, 1.2];
/// Width of a halo to either side of its line.
const HALO: f32 = 1.5;
/// Opacity of lines and points behind the ball.
const BEHIND: f32 = 0.3;

/// The style of an outline.
#[derive(Clone, Copy)]
pub struct Style {
    pub colour: Color32,
    pub dashed: bool,
    /// Whether a cross marks the mean.
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

/// Draw the contours of a distribution over a crowd of points, each line on a halo of the ground's colour, so that they
/// are seen where the points are dense. Draws are left out: over points they would pass for points.
pub fn paint_contours_over(painter: &Painter, outline: &Outline, colour: Color32, ground: Color32, place: &Place<'_>) {
    for (lines, width) in outline.contours.iter().zip(WIDTHS) {
        for (width, colour) in [(width + 2.0 * HALO, ground.gamma_multiply(0.85)), (width, colour)] {
            lines.iter().for_each(|line| paint_line(painter, line, Stroke::new(width, colour), false, place));
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use eframe::egui;

    #[test]
    fn contours_over_points_lie_on_halos_that_are_wider() {
        let line = vec![[0.0, 0.0, 0.0], [1.0, 0.0, 0.0]];
        let outline = Outline {
            centre: [0.0; 3],
            contours: [vec![line.clone()], vec![line]],
            profile: Vec::new(),
            draws: vec![[0.0; 3]],
        };
        let (ink, ground) = (Color32::WHITE, Color32::BLACK);
        let ctx = egui::Context::default();
        let output = ctx.run_ui(egui::RawInput::default(), |ui| {
            let place: &Place<'_> = &|[x, y, _]| (egui::pos2(100.0 * x, y), true);
            paint_contours_over(ui.painter(), &outline, ink, ground, place);
        });
        let paths = output.shapes.iter().filter_map(|shape| match &shape.shape {
            Shape::Path(path) => Some(path.stroke.width),
            _ => None,
        });
        assert_eq!(
            paths.collect::<Vec<f32>>(),
            WIDTHS.iter().flat_map(|width| [width + 2.0 * HALO, *width]).collect::<Vec<_>>()
        );
    }
}
