//! Icons, painted in the theme's colours: sharp at every scale, and equal on every machine.

use eframe::egui::{
    self, Align2, Atom, Button, Color32, CornerRadius, Painter, Pos2, Rect, Response, Shape, Stroke, StrokeKind, Ui,
    pos2, vec2,
};

/// Side of an icon in points.
pub const ICON: f32 = 14.0;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    Play,
    Pause,
    Step,
    /// To the kept state before, and to the next one.
    Back,
    Forward,
    Stop,
    Restart,
    /// A die: other random numbers.
    Dice,
    Extend,
    Folder,
    Add,
    Remove,
    Duplicate,
    Up,
    Down,
    Grip,
    /// Sliders: options.
    Options,
    /// An arrow into a tray: save as a file.
    Export,
    /// Arrows to the corners: show everything.
    Fit,
    /// Lines below each other, one of them coming.
    Queue,
    /// Two curves: one run beside another.
    Compare,
    Star,
    Info,
    Warning,
    Error,
    Done,
}

impl Icon {
    /// An icon inside a button, in the button's text colour.
    pub fn atom(self) -> Atom<'static> {
        Atom::paint(egui::Vec2::splat(ICON), move |ui, args| {
            self.paint(ui.painter(), args.rect, args.fallback_text_color);
        })
    }

    /// An icon inside a button of another colour than the theme's.
    pub fn coloured_atom(self, colour: Color32) -> Atom<'static> {
        Atom::paint(egui::Vec2::splat(ICON), move |ui, args| {
            self.paint(ui.painter(), args.rect, colour);
        })
    }

    /// Paint into a square at the centre of `rect`.
    pub fn paint(self, painter: &Painter, rect: Rect, colour: Color32) {
        let side = rect.width().min(rect.height());
        let square = Rect::from_center_size(rect.center(), egui::Vec2::splat(side));
        // Coordinates below are on the unit square.
        let at = |x: f32, y: f32| -> Pos2 { square.min + side * vec2(x, y) };
        let line = Stroke::new((side / 10.0).max(1.2), colour);
        let stroke = |points: &[(f32, f32)]| {
            painter.add(Shape::line(points.iter().map(|&(x, y)| at(x, y)).collect(), line));
        };
        let bar = |x0: f32, y0: f32, x1: f32, y1: f32| {
            painter.rect_filled(Rect::from_min_max(at(x0, y0), at(x1, y1)), side / 14.0, colour);
        };
        let triangle = |points: [(f32, f32); 3]| {
            painter.add(Shape::convex_polygon(points.map(|(x, y)| at(x, y)).to_vec(), colour, Stroke::NONE));
        };
        match self {
            Self::Play => triangle([(0.24, 0.12), (0.9, 0.5), (0.24, 0.88)]),
            Self::Pause => {
                bar(0.2, 0.14, 0.42, 0.86);
                bar(0.58, 0.14, 0.8, 0.86);
            }
            Self::Step => {
                triangle([(0.16, 0.16), (0.66, 0.5), (0.16, 0.84)]);
                bar(0.7, 0.16, 0.86, 0.84);
            }
            Self::Back => {
                triangle([(0.84, 0.16), (0.84, 0.84), (0.34, 0.5)]);
                bar(0.14, 0.16, 0.28, 0.84);
            }
            Self::Forward => {
                triangle([(0.16, 0.16), (0.66, 0.5), (0.16, 0.84)]);
                bar(0.72, 0.16, 0.86, 0.84);
            }
            Self::Stop => bar(0.18, 0.18, 0.82, 0.82),
            Self::Restart => {
                let arc = (0..=20).map(|i| {
                    let angle = std::f32::consts::TAU * (-0.12 + 0.8 * i as f32 / 20.0);
                    (0.5 + 0.36 * angle.cos(), 0.52 + 0.36 * angle.sin())
                });
                stroke(&arc.collect::<Vec<_>>());
                triangle([(0.98, 0.1), (0.92, 0.5), (0.6, 0.26)]);
            }
            Self::Dice => {
                let die = Rect::from_min_max(at(0.1, 0.1), at(0.9, 0.9));
                painter.rect_stroke(die, side / 7.0, line, StrokeKind::Middle);
                for (x, y) in [(0.32, 0.32), (0.68, 0.32), (0.5, 0.5), (0.32, 0.68), (0.68, 0.68)] {
                    painter.circle_filled(at(x, y), side * 0.075, colour);
                }
            }
            Self::Extend => {
                triangle([(0.1, 0.2), (0.52, 0.5), (0.1, 0.8)]);
                triangle([(0.52, 0.2), (0.94, 0.5), (0.52, 0.8)]);
            }
            Self::Folder => {
                stroke(&[(0.08, 0.84), (0.08, 0.2), (0.4, 0.2), (0.5, 0.34), (0.92, 0.34), (0.92, 0.84), (0.08, 0.84)])
            }
            Self::Add => {
                stroke(&[(0.5, 0.14), (0.5, 0.86)]);
                stroke(&[(0.14, 0.5), (0.86, 0.5)]);
            }
            Self::Remove => {
                stroke(&[(0.2, 0.2), (0.8, 0.8)]);
                stroke(&[(0.8, 0.2), (0.2, 0.8)]);
            }
            Self::Duplicate => {
                let sheet = |x: f32, y: f32| Rect::from_min_max(at(x, y), at(x + 0.5, y + 0.56));
                painter.rect_stroke(sheet(0.36, 0.32), side / 14.0, line, StrokeKind::Middle);
                stroke(&[(0.22, 0.66), (0.14, 0.66), (0.14, 0.12), (0.62, 0.12), (0.62, 0.2)]);
            }
            Self::Up => stroke(&[(0.18, 0.64), (0.5, 0.32), (0.82, 0.64)]),
            Self::Down => stroke(&[(0.18, 0.36), (0.5, 0.68), (0.82, 0.36)]),
            Self::Grip => {
                for (x, y) in [(0.36, 0.2), (0.36, 0.5), (0.36, 0.8), (0.64, 0.2), (0.64, 0.5), (0.64, 0.8)] {
                    painter.circle_filled(at(x, y), side / 13.0, colour);
                }
            }
            Self::Options => {
                for (y, knob) in [(0.2, 0.68), (0.5, 0.3), (0.8, 0.6)] {
                    stroke(&[(0.08, y), (0.92, y)]);
                    painter.circle_filled(at(knob, y), side * 0.13, colour);
                }
            }
            Self::Export => {
                stroke(&[(0.5, 0.08), (0.5, 0.6)]);
                stroke(&[(0.28, 0.4), (0.5, 0.62), (0.72, 0.4)]);
                stroke(&[(0.12, 0.66), (0.12, 0.9), (0.88, 0.9), (0.88, 0.66)]);
            }
            Self::Fit => {
                for (x, y) in [(0.1, 0.1), (0.9, 0.1), (0.1, 0.9), (0.9, 0.9)] {
                    let inner = |v: f32| if v < 0.5 { v + 0.26 } else { v - 0.26 };
                    stroke(&[(inner(x), y), (x, y), (x, inner(y))]);
                }
            }
            Self::Queue => {
                [0.18, 0.5].into_iter().for_each(|y| stroke(&[(0.1, y), (0.9, y)]));
                stroke(&[(0.1, 0.82), (0.46, 0.82)]);
                stroke(&[(0.76, 0.64), (0.76, 1.0)]);
                stroke(&[(0.58, 0.82), (0.94, 0.82)]);
            }
            Self::Compare => {
                stroke(&[(0.08, 0.9), (0.2, 0.5), (0.42, 0.3), (0.92, 0.2)]);
                stroke(&[(0.3, 0.94), (0.44, 0.72), (0.62, 0.58), (0.92, 0.52)]);
            }
            Self::Star => {
                let corner = |i: u32| {
                    let (sine, cosine) = (std::f32::consts::PI * (i as f32 / 5.0 - 0.5)).sin_cos();
                    let radius = if i.is_multiple_of(2) { 0.5 } else { 0.21 };
                    at(0.5 + radius * cosine, 0.53 + radius * sine)
                };
                // Not convex: the five points are triangles upon a pentagon.
                for i in (0..10).step_by(2) {
                    let point = vec![corner(i + 9), corner(i), corner(i + 1)];
                    painter.add(Shape::convex_polygon(point, colour, Stroke::NONE));
                }
                let pentagon = (1..10).step_by(2).map(corner).collect();
                painter.add(Shape::convex_polygon(pentagon, colour, Stroke::NONE));
            }
            Self::Info | Self::Error => {
                painter.circle_filled(at(0.5, 0.5), side * 0.46, colour);
                let ink = if colour.intensity() > 0.5 { Color32::BLACK } else { Color32::WHITE };
                let (bar, dot) = if self == Self::Info { (0.58, 0.27) } else { (0.4, 0.72) };
                let half = if self == Self::Info { 0.17 } else { 0.2 };
                painter.rect_filled(Rect::from_min_max(at(0.44, bar - half), at(0.56, bar + half)), 0.0, ink);
                painter.circle_filled(at(0.5, dot), side * 0.075, ink);
            }
            Self::Warning => {
                triangle([(0.5, 0.06), (0.98, 0.92), (0.02, 0.92)]);
                let ink = if colour.intensity() > 0.5 { Color32::BLACK } else { Color32::WHITE };
                painter.rect_filled(Rect::from_min_max(at(0.45, 0.36), at(0.55, 0.64)), 0.0, ink);
                painter.circle_filled(at(0.5, 0.77), side * 0.06, ink);
            }
            Self::Done => stroke(&[(0.14, 0.54), (0.4, 0.8), (0.88, 0.22)]),
        }
    }
}

/// A frameless button that shows only an icon; `name` says what it does, for screen readers and on hover.
pub fn icon_button(ui: &mut Ui, icon: Icon, name: &str, enabled: bool) -> Response {
    explained_icon_button(ui, icon, name, name, enabled)
}

/// A frameless button that shows only an icon; `name` is for screen readers, and `meaning` is a sentence shown on
/// hover.
pub fn explained_icon_button(ui: &mut Ui, icon: Icon, name: &str, meaning: &str, enabled: bool) -> Response {
    let button = Button::new(icon.atom()).frame_when_inactive(false).min_size(vec2(20.0, 20.0));
    let response = ui.scope(|ui| {
        ui.spacing_mut().button_padding = vec2(3.0, 3.0);
        ui.add_enabled(enabled, button)
    });
    response.inner.on_hover_text(meaning).on_disabled_hover_text(meaning).accessible_name(name)
}

/// The window's icon: a bell over its prior, cut by the bound. 64×64 RGBA.
pub fn window_icon() -> egui::IconData {
    const SIDE: usize = 64;
    let mut rgba = Vec::with_capacity(SIDE * SIDE * 4);
    for y in 0..SIDE {
        for x in 0..SIDE {
            rgba.extend(window_icon_pixel((x as f32 + 0.5) / SIDE as f32, (y as f32 + 0.5) / SIDE as f32));
        }
    }
    egui::IconData { rgba, width: SIDE as u32, height: SIDE as u32 }
}

fn window_icon_pixel(x: f32, y: f32) -> [u8; 4] {
    // A rounded square.
    let (dx, dy) = (((x - 0.5).abs() - 0.3).max(0.0), ((y - 0.5).abs() - 0.3).max(0.0));
    let edge = (0.19 - dx.hypot(dy)) * 64.0;
    if edge <= 0.0 {
        return [0, 0, 0, 0];
    }
    let bell = |centre: f32, width: f32, height: f32| 0.82 - height * (-((x - centre) / width).powi(2)).exp();
    let cover = |top: f32| ((y - top) * 64.0).clamp(0.0, 1.0) * ((0.82 - y) * 64.0).clamp(0.0, 1.0);
    let mut colour = [24.0, 28.0, 38.0];
    for (cover, ink) in
        [(cover(bell(0.5, 0.26, 0.34)), [72.0, 84.0, 108.0]), (cover(bell(0.6, 0.11, 0.6)), [92.0, 168.0, 255.0])]
    {
        for (channel, ink) in colour.iter_mut().zip(ink) {
            *channel += cover * 0.92 * (ink - *channel);
        }
    }
    let alpha = (edge.min(1.0) * 255.0) as u8;
    [colour[0] as u8, colour[1] as u8, colour[2] as u8, alpha]
}

/// Paint a small text badge with a tinted background; returns its width.
pub fn badge(ui: &Ui, right_centre: Pos2, text: &str, colour: Color32) -> f32 {
    let font = egui::TextStyle::Small.resolve(ui.style());
    let galley = ui.painter().layout_no_wrap(text.to_owned(), font, colour);
    let size = galley.size() + vec2(10.0, 2.0);
    let rect = Align2::RIGHT_CENTER.anchor_size(right_centre, size);
    ui.painter().rect_filled(rect, CornerRadius::same(255), colour.gamma_multiply(0.16));
    ui.painter().galley(pos2(rect.min.x + 5.0, rect.center().y - galley.size().y / 2.0), galley, colour);
    size.x
}
