//! A pad on which to drag the point of a two-dimensional latent space.

use crate::explore::Answer;
use crate::ui::format;
use crate::ui::pane::PaneContext;
use crate::ui::panes::latent_axes::z_name;
use crate::ui::panes::latent_space::scatter;
use eframe::egui::{Align2, CursorIcon, Pos2, Rect, Role, Sense, Stroke, TextStyle, Ui, Vec2, WidgetInfo, pos2, vec2};

/// The pad and the sliders reach this many prior standard deviations.
pub const REACH: f32 = 3.5;

/// A square pad for the two entries of `z`, over the posterior means of images if they are known.
pub fn pad_ui(ui: &mut Ui, context: &PaneContext<'_>, z: &mut [f32], side: f32) {
    let theme = context.theme;
    let (rect, mut response) = ui.allocate_exact_size(Vec2::splat(side), Sense::click_and_drag());
    let unit = 0.5 * side / REACH;
    let place = |x: f32, y: f32| pos2(rect.center().x + unit * x, rect.center().y - unit * y);
    if let Some(pointer) = response.interact_pointer_pos() {
        let offset = (pointer - rect.center()) / unit;
        (z[0], z[1]) = (offset.x.clamp(-REACH, REACH), (-offset.y).clamp(-REACH, REACH));
        response.mark_changed();
    }
    let painter = ui.painter_at(rect);
    painter.rect_filled(rect, 2.0, theme.canvas);
    for deviations in [1.0, 2.0, 3.0] {
        painter.circle_stroke(rect.center(), deviations * unit, Stroke::new(1.0, theme.hairline));
    }
    if let Some(answered) = context.newest_answer(scatter::ASKER)
        && let Answer::Scatter { points, .. } = &answered.answer
    {
        for point in points.iter().filter(|p| p.mean.len() == 2).take(500) {
            let colour = theme.label(point.label).gamma_multiply(0.4);
            painter.rect_filled(
                Rect::from_center_size(place(point.mean[0], point.mean[1]), Vec2::splat(2.0)),
                0.0,
                colour,
            );
        }
    }
    let at: Pos2 = place(z[0], z[1]);
    let line = Stroke::new(1.0, theme.outline);
    painter.hline(rect.x_range(), at.y, line);
    painter.vline(at.x, rect.y_range(), line);
    painter.circle(at, 6.0, theme.accent, Stroke::new(2.0, theme.text_strong));
    let font = TextStyle::Small.resolve(ui.style());
    painter.text(rect.right_bottom() - vec2(6.0, 4.0), Align2::RIGHT_BOTTOM, z_name(0), font.clone(), theme.text_muted);
    painter.text(rect.left_top() + vec2(6.0, 4.0), Align2::LEFT_TOP, z_name(1), font, theme.text_muted);
    painter.rect_stroke(rect, 2.0, Stroke::new(1.0, theme.outline), eframe::egui::StrokeKind::Inside);
    let spoken = format!("Latent plane, {}, {}", format::fixed(f64::from(z[0]), 2), format::fixed(f64::from(z[1]), 2));
    response.widget_info(|| WidgetInfo::labeled(Role::Slider, true, &spoken));
    response.on_hover_cursor(CursorIcon::Crosshair).on_hover_text("Drag to move through latent space.");
}
