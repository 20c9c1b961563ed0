//! Outlines of braces, hats and root signs: flattened and filled.

use eframe::egui::{Color32, Mesh, Pos2, Shape, Stroke, Vec2, epaint::PathShape, pos2};
use ratex_types::path_command::PathCommand;

/// Straight pieces that stand for a curve.
const PIECES: usize = 8;
/// Width of the line along an outline that softens its edge, in points.
const SOFT: f32 = 0.4;

/// The closed lines of an outline around `origin`, one em being `size` points.
pub fn lines(commands: &[PathCommand], origin: Pos2, size: f32) -> Vec<Vec<Pos2>> {
    let at = |x: f64, y: f64| origin + size * Vec2::new(x as f32, y as f32);
    let mut lines: Vec<Vec<Pos2>> = Vec::new();
    for command in commands {
        if let PathCommand::MoveTo { x, y } = *command {
            lines.push(vec![at(x, y)]);
            continue;
        }
        let Some(line) = lines.last_mut() else { continue };
        let Some(&from) = line.last() else { continue };
        let mut curve = |by: &dyn Fn(f32) -> Pos2| {
            line.extend((1..=PIECES).map(|i| by(i as f32 / PIECES as f32)));
        };
        match *command {
            PathCommand::LineTo { x, y } => line.push(at(x, y)),
            PathCommand::QuadTo { x1, y1, x, y } => {
                let (control, to) = (at(x1, y1), at(x, y));
                curve(&|t| from.lerp(control, t).lerp(control.lerp(to, t), t));
            }
            PathCommand::CubicTo { x1, y1, x2, y2, x, y } => {
                let (one, two, to) = (at(x1, y1), at(x2, y2), at(x, y));
                curve(&|t| {
                    let (a, b, c) = (from.lerp(one, t), one.lerp(two, t), two.lerp(to, t));
                    a.lerp(b, t).lerp(b.lerp(c, t), t)
                });
            }
            PathCommand::MoveTo { .. } | PathCommand::Close => {}
        }
    }
    lines
}

/// The area within a closed line, which may have any form that does not cross itself. It is cut at the height of each
/// corner into slabs; within a slab the edges are straight and keep their order.
pub fn filled(line: &[Pos2], colour: Color32) -> Vec<Shape> {
    let mut heights: Vec<f32> = line.iter().map(|p| p.y).collect();
    heights.sort_by(f32::total_cmp);
    heights.dedup();
    let edges = || line.iter().zip(line.iter().cycle().skip(1));
    let mut mesh = Mesh::default();
    for slab in heights.windows(2) {
        let [top, bottom] = [slab[0], slab[1]];
        let middle = 0.5 * (top + bottom);
        let crossing = edges().filter(|(a, b)| (a.y <= middle) != (b.y <= middle));
        let mut sides: Vec<[f32; 3]> =
            crossing.map(|(a, b)| [middle, top, bottom].map(|y| a.x + (b.x - a.x) * (y - a.y) / (b.y - a.y))).collect();
        sides.sort_by(|a, b| a[0].total_cmp(&b[0]));
        for pair in sides.chunks_exact(2) {
            let first = mesh.vertices.len() as u32;
            let [[_, a, c], [_, b, d]] = [pair[0], pair[1]];
            [pos2(a, top), pos2(b, top), pos2(c, bottom), pos2(d, bottom)]
                .into_iter()
                .for_each(|corner| mesh.colored_vertex(corner, colour));
            mesh.add_triangle(first, first + 1, first + 2);
            mesh.add_triangle(first + 1, first + 2, first + 3);
        }
    }
    let edge = PathShape::closed_line(line.to_vec(), Stroke::new(SOFT, colour));
    vec![Shape::mesh(mesh), Shape::Path(edge)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn area(shapes: &[Shape]) -> f32 {
        let Some(Shape::Mesh(mesh)) = shapes.first() else { return 0.0 };
        let triangle = |corners: &[u32]| {
            let [a, b, c] = [0, 1, 2].map(|i| mesh.vertices[corners[i] as usize].pos);
            0.5 * ((b.x - a.x) * (c.y - a.y) - (c.x - a.x) * (b.y - a.y)).abs()
        };
        mesh.indices.chunks(3).map(triangle).sum()
    }

    #[test]
    fn a_hollow_form_is_filled_where_it_is_and_nowhere_else() {
        // A U: 3 wide, 3 high, with a slot of 1 × 2.
        let corners = [(0, 0), (1, 0), (1, 2), (2, 2), (2, 0), (3, 0), (3, 3), (0, 3)];
        let line: Vec<Pos2> = corners.iter().map(|&(x, y)| pos2(x as f32, y as f32)).collect();
        assert!((area(&filled(&line, Color32::WHITE)) - 7.0).abs() < 1e-5);
    }

    #[test]
    fn a_curve_ends_where_it_should() {
        let commands = [
            PathCommand::MoveTo { x: 0.0, y: 0.0 },
            PathCommand::QuadTo { x1: 1.0, y1: 0.0, x: 1.0, y: 1.0 },
            PathCommand::CubicTo { x1: 1.0, y1: 2.0, x2: 0.0, y2: 2.0, x: 0.0, y: 1.0 },
            PathCommand::Close,
        ];
        let found = lines(&commands, pos2(10.0, 20.0), 2.0);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].len(), 1 + 2 * PIECES);
        assert_eq!(found[0].last(), Some(&pos2(10.0, 22.0)));
    }
}
