//! The unit ball, which a drag or the arrow keys turn.

use super::{Place, paint_line};
use crate::explore::Sphere;
use crate::ui::theme::Theme;
use eframe::egui::{
    Align2, Color32, CursorIcon, EventFilter, FontId, Key, Mesh, Painter, Pos2, Rect, Response, Shape, Stroke, Ui, vec2,
};
use serde::{Deserialize, Serialize};
use std::f32::consts::{FRAC_PI_2, TAU};

/// Radians that an arrow key turns by.
const KEY_TURN: f32 = 0.12;
/// Radius of the ball as a share of half the side of its square.
const FILL: f32 = 0.84;

/// The orientation of the ball: turned about the direction up, then about the one across.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Turn {
    yaw: f32,
    pitch: f32,
}

impl Default for Turn {
    /// Somewhat from the side and from above, so that all three axes are seen.
    fn default() -> Self {
        Self { yaw: -0.5, pitch: 0.35 }
    }
}

impl Turn {
    /// The turn that brings a place to the front.
    pub fn towards([x, y, z]: [f32; 3]) -> Self {
        Self { yaw: (-x).atan2(z), pitch: y.atan2(x.hypot(z)) }
    }

    /// A place after the turn: across, up, towards the viewer.
    fn apply(self, [x, y, z]: [f32; 3]) -> [f32; 3] {
        let ((s, c), (t, d)) = (self.yaw.sin_cos(), self.pitch.sin_cos());
        let (x, z) = (x * c + z * s, z * c - x * s);
        [x, y * d - z * t, y * t + z * d]
    }

    /// The place that the turn brings to here.
    fn undo(self, [x, y, z]: [f32; 3]) -> [f32; 3] {
        let ((s, c), (t, d)) = (self.yaw.sin_cos(), self.pitch.sin_cos());
        let (y, z) = (y * d + z * t, z * d - y * t);
        [x * c - z * s, y, z * c + x * s]
    }
}

/// The ball in its place on the screen.
#[derive(Clone, Copy)]
pub struct Ball {
    pub turn: Turn,
    pub centre: Pos2,
    pub radius: f32,
}

impl Ball {
    /// A ball in the middle of a rectangle.
    pub fn new(turn: Turn, rect: Rect) -> Self {
        Self { turn, centre: rect.center(), radius: (0.5 * FILL * rect.width().min(rect.height())).max(1.0) }
    }

    /// Turn the ball by what a drag and the keys say; a double click turns it back.
    pub fn follow(&mut self, ui: &Ui, response: &Response) -> bool {
        let before = self.turn;
        let Turn { yaw, pitch } = &mut self.turn;
        let drag = response.drag_delta() / self.radius;
        (*yaw, *pitch) = (*yaw + drag.x, *pitch + drag.y);
        if response.has_focus() {
            let arrows = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..Default::default() };
            ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, arrows));
            let pressed = |key: Key| ui.input(|input| f32::from(input.num_presses(key) as u8)) * KEY_TURN;
            *yaw += pressed(Key::ArrowRight) - pressed(Key::ArrowLeft);
            *pitch += pressed(Key::ArrowDown) - pressed(Key::ArrowUp);
        }
        *pitch = pitch.clamp(-FRAC_PI_2, FRAC_PI_2);
        if response.hovered() {
            ui.ctx().set_cursor_icon(if response.dragged() { CursorIcon::Grabbing } else { CursorIcon::Grab });
        }
        self.turn != before
    }

    /// The position of a place on the screen, and whether it lies in front.
    pub fn place(&self, place: [f32; 3]) -> (Pos2, bool) {
        let [x, y, z] = self.turn.apply(place);
        (self.centre + self.radius * vec2(x, -y), z >= 0.0)
    }

    /// The place of the sphere in front that is under the pointer.
    pub fn under(&self, pointer: Pos2) -> Option<[f32; 3]> {
        let offset = (pointer - self.centre) / self.radius;
        let rest = 1.0 - offset.length_sq();
        (rest >= 0.0).then(|| self.turn.undo([offset.x, -offset.y, rest.sqrt()]))
    }

    /// The ball itself, with a great circle across each axis, and the axes' names.
    pub fn paint(&self, painter: &Painter, theme: &Theme, names: &[String; 3], fill: bool) {
        if fill {
            painter.circle_filled(self.centre, self.radius, theme.canvas);
        }
        painter.circle_stroke(self.centre, self.radius, Stroke::new(1.0, theme.outline));
        let place: &Place<'_> = &|p| self.place(p);
        for axis in 0..3 {
            let point = |i: usize| {
                let (sine, cosine) = (TAU * i as f32 / 72.0).sin_cos();
                let mut place = [0.0; 3];
                (place[(axis + 1) % 3], place[(axis + 2) % 3]) = (cosine, sine);
                place
            };
            let circle: Vec<[f32; 3]> = (0..=72).map(point).collect();
            paint_line(painter, &circle, Stroke::new(1.0, theme.outline.gamma_multiply(0.6)), false, place);
            let end = |length: f32| {
                let mut place = [0.0; 3];
                place[axis] = length;
                self.place(place)
            };
            let ((from, front), (to, _), (name, _)) = (end(1.0), end(1.08), end(1.15));
            let ink = if front { theme.text } else { theme.text_faint };
            painter.line_segment([from, to], Stroke::new(1.0, ink));
            painter.text(name, Align2::CENTER_CENTER, &names[axis], FontId::proportional(13.0), ink);
        }
    }
}

/// The log densities of a lattice on a sphere as colours, from `none` to `full`; as the root of the density, so that
/// the flanks are seen too.
pub fn paint_density(painter: &Painter, ball: &Ball, sphere: &Sphere, log_density: &[f32], [none, full]: [Color32; 2]) {
    let [rings, spokes] = sphere.lattice();
    if log_density.len() != rings * spokes {
        return;
    }
    let mut mesh = Mesh::default();
    let mut corners = Vec::with_capacity(rings * spokes);
    for (i, log) in log_density.iter().enumerate() {
        let place = sphere.at([(i % spokes) as f64, (i / spokes) as f64]).map(|v| v as f32);
        let (at, _) = ball.place(place);
        corners.push(at);
        mesh.colored_vertex(at, none.lerp_to_gamma(full, (0.5 * log).exp()));
    }
    let mut triangle = |a: usize, b: usize, c: usize| {
        // Triangles that face the viewer run the other way round than those behind.
        let (u, v) = (corners[b] - corners[a], corners[c] - corners[a]);
        if u.x * v.y - u.y * v.x < 0.0 {
            mesh.add_triangle(a as u32, b as u32, c as u32);
        }
    };
    for ring in 0..rings - 1 {
        for spoke in 0..spokes {
            let (a, b) = (ring * spokes + spoke, ring * spokes + (spoke + 1) % spokes);
            triangle(a, a + spokes, b);
            triangle(b, a + spokes, b + spokes);
        }
    }
    // The cap around the pole, and the one across.
    for spoke in 1..spokes - 1 {
        triangle(0, spoke, spoke + 1);
        let last = (rings - 1) * spokes;
        triangle(last, last + spoke + 1, last + spoke);
    }
    painter.add(Shape::mesh(mesh));
}

#[cfg(test)]
mod tests {
    use super::*;
    use eframe::egui::pos2;

    #[test]
    fn item_11_a_turn_is_undone_and_brings_its_place_to_the_front() {
        for place in [[0.6_f32, -0.48, 0.64], [0.0, 1.0, 0.0], [-0.8, 0.0, -0.6]] {
            let turn = Turn::towards(place);
            let front = turn.apply(place);
            assert!((front[2] - 1.0).abs() < 1e-5, "{front:?}");
            let back = turn.undo(front);
            assert!(back.iter().zip(place).all(|(a, b)| (a - b).abs() < 1e-5), "{back:?}");
        }
        let ball = Ball::new(Turn::default(), Rect::from_min_size(Pos2::ZERO, vec2(200.0, 100.0)));
        let under = ball.under(ball.centre + vec2(20.0, -10.0)).expect("it is on the ball");
        let (at, front) = ball.place(under);
        assert!(front && at.distance(ball.centre + vec2(20.0, -10.0)) < 1e-3);
        assert_eq!(ball.under(pos2(0.0, 0.0)), None);
    }
}
