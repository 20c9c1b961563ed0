//! The ground that points of latent space are drawn on: a plane of two axes, or a ball where z is a direction in three
//! dimensions.

use crate::ui::latent::{Ball, Turn};
use crate::ui::panes::latent_axes::z_name;
use crate::ui::plot::{PlotAxis, X_AXIS_HEIGHT, plot_of, wheel_zoom};
use crate::ui::theme::Theme;
use eframe::egui::{self, Align2, Pos2, Rect, Sense, TextStyle, Ui, Vec2, vec2};
use egui_plot::{PlotPoint, PlotTransform};

/// The ground as it lies on the screen in this frame.
pub enum Ground {
    Plane(PlotTransform),
    Ball(Ball, Rect),
}

/// The part of the ground that decides where points are.
#[derive(Clone, PartialEq)]
pub enum View {
    Plane { frame: Rect, bounds: ([f64; 2], [f64; 2]) },
    Ball { frame: Rect, turn: Turn },
}

impl Ground {
    /// A plane of two latent axes at equal scale; the wheel zooms, dragging moves, a double click shows all. `below` is
    /// left free under it.
    pub fn plane_ui(ui: &mut Ui, axes: [usize; 2], reach: f64, below: f32) -> (Self, egui::Response) {
        let (transform, response) = plane_ui(ui, "scatter", axes, reach, below);
        (Self::Plane(transform), response)
    }

    /// A ball, which a drag or the arrow keys turn; a double click turns it back.
    pub fn ball_ui(ui: &mut Ui, turn: &mut Turn, below: f32) -> (Self, egui::Response) {
        let size = (ui.available_size() - vec2(0.0, below)).max(vec2(80.0, 80.0));
        let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
        let mut ball = Ball::new(*turn, rect);
        ball.follow(ui, &response);
        *turn = if response.double_clicked() { Turn::default() } else { ball.turn };
        let theme = Theme::of(ui.ctx());
        ball.paint(&ui.painter_at(rect), theme, &[z_name(0), z_name(1), z_name(2)], false);
        (Self::Ball(ball, rect), response)
    }

    pub fn frame(&self) -> Rect {
        match self {
            Self::Plane(transform) => *transform.frame(),
            Self::Ball(_, rect) => *rect,
        }
    }

    pub fn view(&self) -> View {
        match self {
            Self::Plane(transform) => {
                View::Plane { frame: *transform.frame(), bounds: (transform.bounds().min(), transform.bounds().max()) }
            }
            Self::Ball(ball, rect) => View::Ball { frame: *rect, turn: ball.turn },
        }
    }

    /// The position of a place on the screen, and whether it lies in front.
    pub fn place(&self, place: [f32; 3]) -> (Pos2, bool) {
        match self {
            Self::Plane(transform) => {
                let [across, up, _] = place.map(f64::from);
                (transform.position_from_point(&PlotPoint::new(across, up)), true)
            }
            Self::Ball(ball, _) => ball.place(place),
        }
    }

    /// The place of z: its entries along the axes, or on the ball all three.
    pub fn of(&self, z: &[f32], axes: [usize; 2]) -> [f32; 3] {
        let entry = |axis: usize| z.get(axis).copied().unwrap_or(0.0);
        match self {
            Self::Plane(_) => [entry(axes[0]), entry(axes[1]), 0.0],
            Self::Ball(..) => [entry(0), entry(1), entry(2)],
        }
    }
}

/// Width of the labels of the vertical axis, in points.
pub const Y_AXIS_WIDTH: f32 = 28.0;

fn plane_ui(ui: &mut Ui, id: &str, axes: [usize; 2], reach: f64, below: f32) -> (PlotTransform, egui::Response) {
    let theme = Theme::of(ui.ctx());
    let (left, bottom) = (Y_AXIS_WIDTH, X_AXIS_HEIGHT);
    let size = (ui.available_size() - vec2(0.0, below)).max(vec2(80.0, 80.0));
    let (width, height) = (f64::from(size.x - left).max(1.0), f64::from(size.y - bottom).max(1.0));
    let (x, y) = (reach * (width / height).max(1.0), reach * (height / width).max(1.0));
    let output = plot_of(ui, (id, axes), PlotAxis::of_numbers(bottom, 44.0), PlotAxis::of_numbers(left, 44.0))
        .width(size.x)
        .height(size.y)
        .allow_zoom(false)
        .allow_scroll(false)
        .allow_axis_zoom_drag(false)
        .data_aspect(1.0)
        .default_x_bounds(-x, x)
        .default_y_bounds(-y, y)
        .show(ui, |plot| {
            let id = plot.response().id.with("started");
            let started = plot.ctx().data_mut(|data| std::mem::replace(data.get_temp_mut_or_default(id), true));
            if !started {
                plot.set_auto_bounds(true);
            }
            if let Some(factor) = wheel_zoom(plot) {
                plot.zoom_bounds_around_hovered(Vec2::splat(factor));
            }
        });
    let frame = *output.transform.frame();
    let painter = ui.painter_at(frame);
    let names = TextStyle::Body.resolve(ui.style());
    let (across, up) = (frame.right_bottom() + vec2(-6.0, -4.0), frame.left_top() + vec2(6.0, 2.0));
    painter.text(across, Align2::RIGHT_BOTTOM, z_name(axes[0]), names.clone(), theme.text_muted);
    painter.text(up, Align2::LEFT_TOP, z_name(axes[1]), names, theme.text_muted);
    (output.transform, output.response)
}
