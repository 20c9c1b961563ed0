//! The density of p(z|x) on a plane, a line or a sphere as a heat map, the outline of q on it, draws, and the point
//! under the pointer.

use crate::explore::{Microscope, Outline, Plane, Sphere, Surface};
use crate::ui::format;
use crate::ui::latent::{Ball, Place, Style, Turn, paint_density, paint_outline};
use crate::ui::panes::latent_axes::z_name;
use crate::ui::plot::{number_text, ticks};
use crate::ui::textures;
use crate::ui::theme::Theme;
use eframe::egui::{
    self, Align2, Color32, ColorImage, CursorIcon, Painter, Pos2, Rect, Response, Role, Sense, Shape, Stroke,
    TextStyle, TextureHandle, TextureOptions, Ui, Vec2, WidgetInfo, pos2, vec2,
};
use egui_plot::GridInput;

/// Space for the labels of the axes, in points.
const LEFT: f32 = 34.0;
const BELOW: f32 = 18.0;

/// The heat map as a texture, made anew for each answer.
#[derive(Default)]
pub struct PosteriorMap {
    key: Option<(u64, u64, bool)>,
    texture: Option<TextureHandle>,
    /// The orientation of the sphere once the user has turned it; until then it faces the middle of q.
    turn: Option<Turn>,
}

/// A distribution to draw, and how.
pub struct Drawn<'a> {
    pub of: &'a Outline,
    pub style: Style,
}

/// The point under the pointer: z, and its coordinates in words.
pub struct Spot {
    pub z: Vec<f32>,
    pub text: String,
}

impl PosteriorMap {
    /// Draw into `size`, labels included; returns the response and the point under the pointer.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        key: (u64, u64),
        seen: &Microscope,
        outlines: &[Drawn<'_>],
        draws: bool,
        size: Vec2,
    ) -> (Response, Option<Spot>) {
        let theme = Theme::of(ui.ctx());
        let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
        let plane = &seen.plane;
        if let Surface::Sphere(sphere) = &plane.surface {
            return self.sphere_ui(ui, rect, response, seen, sphere, outlines, draws);
        }
        let room = Rect::from_min_max(rect.min + vec2(LEFT, 0.0), rect.max - vec2(0.0, BELOW));
        let frame = if plane.is_line() {
            room
        } else {
            let side = room.width().min(room.height()).max(1.0);
            Rect::from_min_size(room.min, Vec2::splat(side))
        };
        let scale = [frame.width(), frame.height()].map(|length| f64::from(length) / (2.0 * plane.half));
        let place = |[across, up]: [f64; 2]| {
            pos2(
                frame.center().x + (scale[0] * (across - plane.centre[0])) as f32,
                frame.center().y - (scale[1] * (up - plane.centre[1])) as f32,
            )
        };
        let painter = ui.painter_at(frame.expand(1.0));
        painter.rect_filled(frame, 0.0, theme.canvas);
        ticks_ui(ui, theme, frame, plane);
        if plane.is_line() {
            line(&painter, theme, frame, seen, outlines);
        } else {
            let texture = self.texture(ui.ctx(), theme, key, seen);
            let whole = Rect::from_min_max(Pos2::ZERO, pos2(1.0, 1.0));
            painter.image(texture, frame, whole, Color32::WHITE);
            if draws {
                for z in seen.draws.chunks(plane.origin.len()) {
                    let at = place(plane.axes.map(|a| f64::from(z[a])));
                    painter.circle(at, 1.6, theme.text_strong.gamma_multiply(0.8), Stroke::new(0.6, theme.canvas));
                }
            }
            let place: &Place<'_> = &|[across, up, _]| (place([f64::from(across), f64::from(up)]), true);
            for Drawn { of, style } in outlines {
                paint_outline(&painter, of, *style, place);
            }
        }
        names_ui(ui, theme, frame, plane);
        painter.rect_stroke(frame, 0.0, Stroke::new(1.0, theme.outline), egui::StrokeKind::Inside);

        let pointer = response.hover_pos().filter(|pointer| frame.contains(*pointer));
        let point = pointer.map(|pointer| {
            let offset = pointer - frame.center();
            let across = plane.centre[0] + f64::from(offset.x) / scale[0];
            if plane.is_line() { [across; 2] } else { [across, plane.centre[1] - f64::from(offset.y) / scale[1]] }
        });
        if let Some(pointer) = pointer {
            let hair = Stroke::new(1.0, theme.text_muted.gamma_multiply(0.6));
            painter.hline(frame.x_range(), pointer.y, hair);
            painter.vline(pointer.x, frame.y_range(), hair);
        }
        let spoken = match (&plane.surface, plane.is_line()) {
            (Surface::Circle, _) => "True posterior over the angle of z".to_owned(),
            (_, true) => format!("True posterior over {}", z_name(plane.axes[0])),
            _ => format!("True posterior over {} and {}", z_name(plane.axes[0]), z_name(plane.axes[1])),
        };
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &spoken));
        let spot = point.map(|point| Spot { z: plane.point(point), text: point_text(plane, point) });
        (response.on_hover_cursor(CursorIcon::Crosshair), spot)
    }

    /// The sphere, which a drag or the arrow keys turn.
    #[expect(clippy::too_many_arguments, reason = "the parts of one picture")]
    fn sphere_ui(
        &mut self,
        ui: &Ui,
        rect: Rect,
        response: Response,
        seen: &Microscope,
        sphere: &Sphere,
        outlines: &[Drawn<'_>],
        draws: bool,
    ) -> (Response, Option<Spot>) {
        let theme = Theme::of(ui.ctx());
        let turn = self.turn.unwrap_or_else(|| Turn::towards(seen.outline.centre));
        let mut ball = Ball::new(turn, rect);
        if ball.follow(ui, &response) {
            self.turn = Some(ball.turn);
        }
        if response.double_clicked() {
            self.turn = None;
        }
        let painter = ui.painter_at(rect);
        paint_density(&painter, &ball, sphere, &seen.log_density, [theme.canvas, theme.evidence]);
        let axes = seen.plane.axes;
        let third = match seen.plane.origin.len() {
            3 => (0..3).find(|axis| !axes.contains(axis)).map_or(String::new(), z_name),
            // The direction of the rest of q's mean.
            _ => "q".into(),
        };
        ball.paint(&painter, theme, &[z_name(axes[0]), z_name(axes[1]), third], false);
        let place: &Place<'_> = &|place| ball.place(place);
        if draws {
            for z in seen.draws.chunks(seen.plane.origin.len()) {
                let (at, front) = place(sphere.place(z));
                if front {
                    painter.circle(at, 1.6, theme.text_strong.gamma_multiply(0.8), Stroke::new(0.6, theme.canvas));
                }
            }
        }
        for Drawn { of, style } in outlines {
            paint_outline(&painter, of, *style, place);
        }
        let spot = response.hover_pos().and_then(|pointer| ball.under(pointer)).map(|place| {
            let z = sphere.point(place.map(f64::from));
            let entry = |axis: usize| format!("{} = {}", z_name(axis), format::fixed(f64::from(z[axis]), 2));
            let named: Vec<String> = if z.len() == 3 { (0..3).map(entry).collect() } else { axes.map(entry).to_vec() };
            Spot { text: named.join(", "), z }
        });
        let spoken = format!("True posterior on the sphere over {} and {}", z_name(axes[0]), z_name(axes[1]));
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &spoken));
        (response, spot)
    }

    fn texture(&mut self, ctx: &egui::Context, theme: &Theme, key: (u64, u64), seen: &Microscope) -> egui::TextureId {
        let key = Some((key.0, key.1, theme.dark));
        let side = seen.plane.side;
        let stale = self.key != key;
        self.key = key;
        let colours = || {
            let colour = |&log: &f32| {
                // By the root of the density: the flanks are seen too.
                theme.canvas.lerp_to_gamma(theme.evidence, (0.5 * log).exp())
            };
            ColorImage::new([side, side], seen.log_density.iter().map(colour).collect())
        };
        match &mut self.texture {
            Some(texture) => {
                if stale {
                    textures::set(ctx, texture, colours(), TextureOptions::LINEAR);
                }
                texture.id()
            }
            None => self.texture.insert(textures::load(ctx, "posterior", colours(), TextureOptions::LINEAR)).id(),
        }
    }
}

/// A single latent dimension: the densities as curves, each to its own peak.
fn line(painter: &Painter, theme: &Theme, frame: Rect, seen: &Microscope, outlines: &[Drawn<'_>]) {
    let plane = &seen.plane;
    let height = |density: f64| frame.bottom() - 4.0 - (frame.height() - 12.0) * density as f32;
    let point = |(i, &log): (usize, &f32)| {
        let x = frame.left() + frame.width() * (i as f32 + 0.5) / plane.side as f32;
        pos2(x, height(f64::from(log).exp()))
    };
    let points = seen.log_density.iter().enumerate().map(point).collect();
    painter.add(Shape::line(points, Stroke::new(2.5, theme.evidence)));
    for Drawn { of, style } in outlines {
        let place = |&[across, density]: &[f32; 2]| {
            let share = (f64::from(across) - plane.centre[0]) / (2.0 * plane.half) + 0.5;
            pos2(frame.left() + frame.width() * share as f32, height(f64::from(density)))
        };
        let points: Vec<Pos2> = of.profile.iter().map(place).collect();
        let stroke = Stroke::new(2.0, style.colour);
        match style.dashed {
            true => painter.extend(Shape::dashed_line(&points, stroke, 6.0, 4.0)),
            false => {
                painter.add(Shape::line(points, stroke));
            }
        }
    }
}

/// The numbers along the axes.
fn ticks_ui(ui: &Ui, theme: &Theme, frame: Rect, plane: &Plane) {
    let font = TextStyle::Small.resolve(ui.style());
    let painter = ui.painter();
    let marks = |axis: usize, length: f32| {
        let bounds = (plane.centre[axis] - plane.half, plane.centre[axis] + plane.half);
        let input = GridInput { bounds, base_step_size: 2.0 * plane.half / f64::from(length.max(1.0)) };
        ticks(&input, 36.0, false, false)
    };
    for mark in marks(0, frame.width()) {
        let share = (mark.value - plane.centre[0]) / (2.0 * plane.half) + 0.5;
        let x = frame.left() + frame.width() * share as f32;
        let text = number_text(mark.value, mark.step_size);
        painter.text(pos2(x, frame.bottom() + 3.0), Align2::CENTER_TOP, text, font.clone(), theme.text_muted);
    }
    if plane.is_line() {
        return;
    }
    for mark in marks(1, frame.height()) {
        let share = (mark.value - plane.centre[1]) / (2.0 * plane.half) + 0.5;
        let y = frame.bottom() - frame.height() * share as f32;
        let text = number_text(mark.value, mark.step_size);
        painter.text(pos2(frame.left() - 5.0, y), Align2::RIGHT_CENTER, text, font.clone(), theme.text_muted);
    }
}

/// The names of the axes' latent dimensions.
fn names_ui(ui: &Ui, theme: &Theme, frame: Rect, plane: &Plane) {
    let font = TextStyle::Body.resolve(ui.style());
    let painter = ui.painter();
    let across = frame.right_bottom() + vec2(-5.0, -3.0);
    let name = if plane.surface == Surface::Circle { "angle of z".into() } else { z_name(plane.axes[0]) };
    painter.text(across, Align2::RIGHT_BOTTOM, name, font.clone(), theme.text);
    if !plane.is_line() {
        painter.text(frame.left_top() + vec2(5.0, 3.0), Align2::LEFT_TOP, z_name(plane.axes[1]), font, theme.text);
    }
}

/// "z₁ = 0.31, z₂ = −1.20".
fn point_text(plane: &Plane, point: [f64; 2]) -> String {
    let at = match plane.surface {
        Surface::Circle => [point[0].cos(), point[0].sin()],
        _ => point,
    };
    let coordinate = |i: usize| format!("{} = {}", z_name(plane.axes[i]), format::fixed(at[i], 2));
    if plane.axes[0] == plane.axes[1] { coordinate(0) } else { format!("{}, {}", coordinate(0), coordinate(1)) }
}
