//! A small plane to draw on, with points that can be dragged or moved by the arrow keys.

use crate::ui::format;
use crate::ui::plot::ticks;
use crate::ui::theme::Theme;
use eframe::egui::{
    self, Align2, Color32, CursorIcon, EventFilter, Id, Key, Mesh, Pos2, Rect, Role, Sense, Shape, Stroke, TextStyle,
    Ui, Vec2, WidgetInfo, pos2, vec2,
};
use egui_plot::GridInput;
use std::ops::RangeInclusive;

/// Radius of a point to drag, in points of the screen.
const HANDLE: f32 = 6.0;

/// A rectangle of the screen with coordinates of its own, y upwards.
#[derive(Clone)]
pub struct Canvas {
    pub rect: Rect,
    x: RangeInclusive<f64>,
    y: RangeInclusive<f64>,
    painter: egui::Painter,
}

impl Canvas {
    /// Take `size` of the screen for a plane with these ranges. `spoken` describes its content for screen readers.
    pub fn take(ui: &mut Ui, size: Vec2, x: RangeInclusive<f64>, y: RangeInclusive<f64>, spoken: &str) -> Self {
        let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, spoken));
        let canvas = Self::on(ui, rect, x, y);
        canvas.painter.rect_filled(rect, 3.0, Theme::of(ui.ctx()).canvas);
        canvas
    }

    /// A plane on a rectangle of the screen that has been taken.
    pub fn on(ui: &Ui, rect: Rect, x: RangeInclusive<f64>, y: RangeInclusive<f64>) -> Self {
        Self { rect, x, y, painter: ui.painter_at(rect) }
    }

    /// The place of a point on the screen.
    pub fn at(&self, x: f64, y: f64) -> Pos2 {
        let share = |value: f64, range: &RangeInclusive<f64>| {
            ((value - range.start()) / (range.end() - range.start())).clamp(-10.0, 11.0) as f32
        };
        let (across, up) = (share(x, &self.x), share(y, &self.y));
        pos2(self.rect.left() + across * self.rect.width(), self.rect.bottom() - up * self.rect.height())
    }

    /// The point at a place on the screen, within the plane.
    pub fn point(&self, at: Pos2) -> [f64; 2] {
        let value = |share: f32, range: &RangeInclusive<f64>| {
            range.start() + f64::from(share.clamp(0.0, 1.0)) * (range.end() - range.start())
        };
        let across = (at.x - self.rect.left()) / self.rect.width();
        let up = (self.rect.bottom() - at.y) / self.rect.height();
        [value(across, &self.x), value(up, &self.y)]
    }

    /// A polyline.
    pub fn line(&self, points: impl IntoIterator<Item = [f64; 2]>, stroke: Stroke) {
        let points: Vec<Pos2> = points.into_iter().map(|[x, y]| self.at(x, y)).collect();
        self.painter.add(Shape::line(points, stroke));
    }

    /// The area between a line and another above or below the same x.
    pub fn area(&self, points: impl IntoIterator<Item = [f64; 3]>, colour: Color32) {
        let mut mesh = Mesh::default();
        for [x, low, high] in points {
            let last = mesh.vertices.len() as u32;
            mesh.colored_vertex(self.at(x, low), colour);
            mesh.colored_vertex(self.at(x, high), colour);
            if last >= 2 {
                mesh.add_triangle(last - 2, last - 1, last);
                mesh.add_triangle(last - 1, last, last + 1);
            }
        }
        self.painter.add(Shape::mesh(mesh));
    }

    /// A filled rectangle.
    pub fn bar(&self, x: RangeInclusive<f64>, y: RangeInclusive<f64>, colour: Color32) {
        let rect = Rect::from_two_pos(self.at(*x.start(), *y.start()), self.at(*x.end(), *y.end()));
        self.painter.rect_filled(rect, 0.0, colour);
    }

    /// A dot.
    pub fn dot(&self, x: f64, y: f64, radius: f32, colour: Color32) {
        self.painter.circle_filled(self.at(x, y), radius, colour);
    }

    /// A ring.
    pub fn ring(&self, x: f64, y: f64, radius: f32, stroke: Stroke) {
        self.painter.circle_stroke(self.at(x, y), radius, stroke);
    }

    /// A straight line between two points.
    pub fn segment(&self, from: [f64; 2], to: [f64; 2], stroke: Stroke) {
        self.painter.line_segment([self.at(from[0], from[1]), self.at(to[0], to[1])], stroke);
    }

    /// A line of small text at a corner, `row` lines from there.
    pub fn caption(&self, ui: &Ui, corner: Align2, row: usize, text: &str, colour: Color32) {
        let font = TextStyle::Small.resolve(ui.style());
        let line = row as f32 * (font.size + 3.0) * if corner.y() == egui::Align::BOTTOM { -1.0 } else { 1.0 };
        let at = corner.pos_in_rect(&self.rect.shrink2(vec2(6.0, 4.0))) + vec2(0.0, line);
        self.painter.text(at, corner, text, font, colour);
    }

    /// Whole numbers along the lower edge, with the axis' name at its right end.
    pub fn x_axis(&self, ui: &Ui, name: &str) {
        let theme = Theme::of(ui.ctx());
        let font = TextStyle::Small.resolve(ui.style());
        let text = |value: f64| self.painter.layout_no_wrap(format::fixed(value, 0), font.clone(), theme.text_faint);
        let (from, to) = (*self.x.start(), *self.x.end());
        let widest = text(from.ceil()).rect.width().max(text(to.floor()).rect.width()) + 6.0;
        let input = GridInput { bounds: (from, to), base_step_size: (to - from) / f64::from(self.rect.width()) };
        for mark in ticks(&input, f64::from(widest), false, true) {
            let at = self.at(mark.value, *self.y.start());
            self.painter.vline(at.x, (at.y - 4.0)..=at.y, Stroke::new(1.0, theme.outline));
            let text = text(mark.value);
            let place = Align2::CENTER_BOTTOM.anchor_size(at - vec2(0.0, 5.0), text.rect.size());
            // One that does not fit within the plane would be cut.
            if self.rect.x_range().contains(place.left()) && self.rect.x_range().contains(place.right()) {
                self.painter.galley(place.min, text, theme.text_faint);
            }
        }
        self.caption(ui, Align2::RIGHT_BOTTOM, 1, name, theme.text_muted);
    }

    /// A point that is dragged, or moved by the arrow keys; returns where it has been moved to.
    pub fn handle(&self, ui: &mut Ui, name: &str, at: [f64; 2], colour: Color32) -> Option<[f64; 2]> {
        let theme = Theme::of(ui.ctx());
        let centre = self.at(at[0], at[1]);
        // A point beyond the plane is drawn at its edge, where it can be caught.
        let centre = self.rect.shrink(HANDLE).clamp(centre);
        let id: Id = ui.scope_id().with(name);
        let area = Rect::from_center_size(centre, Vec2::splat(3.6 * HANDLE));
        let response = ui.interact(area, id, Sense::click_and_drag());
        let live = response.hovered() || response.dragged() || response.has_focus();
        let edge = Stroke::new(2.0, if live { theme.text_strong } else { theme.pane });
        self.painter.circle(centre, if live { HANDLE + 1.0 } else { HANDLE }, colour, edge);
        let mut moved = None;
        if response.dragged()
            && let Some(pointer) = response.interact_pointer_pos()
        {
            moved = Some(self.point(pointer));
        }
        if response.has_focus() {
            let arrows = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..Default::default() };
            ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, arrows));
            let presses = |more: Key, less: Key| {
                ui.input(|input| input.num_presses(more) as f64 - input.num_presses(less) as f64)
            };
            let (across, up) = (presses(Key::ArrowRight, Key::ArrowLeft), presses(Key::ArrowUp, Key::ArrowDown));
            if across != 0.0 || up != 0.0 {
                let step = |range: &RangeInclusive<f64>| 0.01 * (range.end() - range.start());
                moved = Some([at[0] + across * step(&self.x), at[1] + up * step(&self.y)]);
            }
        }
        let spoken = format!("{name}, {}, {}", format::fixed(at[0], 2), format::fixed(at[1], 2));
        response.widget_info(|| WidgetInfo::labeled(Role::Slider, true, &spoken));
        response.on_hover_cursor(CursorIcon::Grab).on_hover_text(format!("{name}: drag, or use the arrow keys."));
        moved
    }
}
