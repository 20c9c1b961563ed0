//! A pad on which to drag the point of a two-dimensional latent space.

use super::sphere::onto_sphere;
use crate::explore::{Answer, Question};
use crate::ui::format;
use crate::ui::latent::Place;
use crate::ui::pane::PaneContext;
use crate::ui::panes::latent_axes::z_name;
use crate::ui::panes::latent_space::scatter;
use crate::worker::Asker;
use eframe::egui::{
    Align2, CursorIcon, EventFilter, Key, Pos2, Rect, Role, Sense, Stroke, TextStyle, Ui, Vec2, WidgetInfo, pos2, vec2,
};

/// Largest entry of z that the pad and the sliders reach, to either side.
pub const REACH: f32 = 3.5;
/// Largest entry of z on the pad where z lies on the unit circle.
const CIRCLE_REACH: f32 = 1.2;
/// Distance that an arrow key moves z.
const KEY_STEP: f32 = 0.1;
/// The asker of the question for the prior's contours.
const PRIOR: Asker = Asker("sculptor: prior");

/// A square pad for the two entries of `z`, over the prior's contours and the posterior means of images if they are
/// known.
pub fn pad_ui(ui: &mut Ui, context: &mut PaneContext<'_>, z: &mut [f32], side: f32, sphere: bool) {
    let theme = context.theme;
    let (rect, mut response) = ui.allocate_exact_size(Vec2::splat(side), Sense::click_and_drag());
    let reach = if sphere { CIRCLE_REACH } else { REACH };
    let unit = 0.5 * side / reach;
    let place = |x: f32, y: f32| pos2(rect.center().x + unit * x, rect.center().y - unit * y);
    if let Some(pointer) = response.interact_pointer_pos() {
        let offset = (pointer - rect.center()) / unit;
        (z[0], z[1]) = (offset.x.clamp(-reach, reach), (-offset.y).clamp(-reach, reach));
        response.mark_changed();
    }
    if response.has_focus() {
        let arrows = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..Default::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, arrows));
        let step = |more: Key, less: Key| {
            ui.input(|input| input.num_presses(more) as f32 - input.num_presses(less) as f32) * KEY_STEP
        };
        let [across, up] = [step(Key::ArrowRight, Key::ArrowLeft), step(Key::ArrowUp, Key::ArrowDown)];
        if across != 0.0 || up != 0.0 {
            (z[0], z[1]) = ((z[0] + across).clamp(-reach, reach), (z[1] + up).clamp(-reach, reach));
            response.mark_changed();
        }
    }
    if sphere {
        onto_sphere(z);
    }
    let painter = ui.painter_at(rect);
    painter.rect_filled(rect, 2.0, theme.canvas);
    if let Some(newest) = context.ask(PRIOR, Question::Prior { axes: [0, 1] })
        && let Answer::Prior(prior) = &newest.answered.answer
    {
        let place: &Place<'_> = &|[across, up, _]| (place(across, up), true);
        scatter::paint_prior(&painter, theme, prior, place);
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
    response
        .on_hover_cursor(CursorIcon::Crosshair)
        .on_hover_text("Drag, or use the arrow keys, to move through latent space.");
}
