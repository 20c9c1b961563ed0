//! The identity as two steps at the scale of the chart beside it: from E_q[log p(x|z)] down by KL[q ‖ p(z)] to the
//! ELBO, from there up by KL[q ‖ p(z|x)] to log p(x).

use crate::ui::theme::Theme;
use crate::worker::LedgerEntry;
use eframe::egui::{Align2, Color32, FontId, Painter, Rangef, Rect, Shape, Stroke, TextStyle, Ui, pos2, vec2};

/// Width of the drawing.
pub const WIDTH: f32 = 150.0;
const STEP: f32 = 22.0;
const GAP: f32 = 9.0;
/// Between the labels' middles, at least.
const LINE: f32 = 13.0;

/// Draw into `rect`, whose height is that of the chart; `y` is the height of a level in nats.
pub fn balance_ui(ui: &Ui, rect: Rect, entry: &LedgerEntry, y: impl Fn(f64) -> f32) {
    let theme = Theme::of(ui.ctx());
    let painter = ui.painter_at(rect.expand2(vec2(0.0, 2.0)));
    let inside = |level: f64| y(level).clamp(rect.top(), rect.bottom());
    let [top, bound, evidence] = [entry.reconstruction.value, entry.elbo.value, entry.log_px.value];
    let sum = bound + entry.posterior_kl.value;
    let columns = [rect.left() + GAP, rect.left() + 2.0 * GAP + STEP];
    let labels = columns[1] + STEP + GAP;

    let levels = [
        (top, "E[log p(x|z)]", theme.reconstruction, columns[0]),
        (evidence, "log p(x)", theme.evidence, columns[1]),
        (bound, "ELBO", theme.elbo, columns[0]),
    ];
    let places = apart(levels.map(|(level, ..)| inside(level)), rect.y_range());
    let font = TextStyle::Small.resolve(ui.style());
    for ((level, name, colour, _), place) in levels.into_iter().zip(places) {
        let at = inside(level);
        let dashes = [pos2(rect.left(), at), pos2(labels - 2.0, at), pos2(labels + 3.0, place)];
        painter.extend(Shape::dashed_line(&dashes, Stroke::new(1.0, colour), 3.0, 3.0));
        painter.text(pos2(labels + 6.0, place), Align2::LEFT_CENTER, name, font.clone(), theme.text);
    }
    step(&painter, theme, columns[0], inside(top), inside(bound), theme.kl);
    step(&painter, theme, columns[1], inside(bound), inside(sum), theme.evidence);
    // Both blocks stand on the ELBO: their names are under it, or over them at the bottom of the chart.
    let below = inside(bound) + 3.0;
    let fits = below + 12.0 < rect.bottom();
    let at = if fits { below } else { rect.top() };
    for (left, name) in columns.into_iter().zip(["−KL", "+gap"]) {
        painter.text(
            pos2(left + 0.5 * STEP, at),
            Align2::CENTER_TOP,
            name,
            FontId::proportional(10.0),
            theme.text_muted,
        );
    }
}

/// A block from one level to another with an arrow in its direction.
fn step(painter: &Painter, theme: &Theme, left: f32, from: f32, to: f32, colour: Color32) {
    let block = Rect::from_x_y_ranges(Rangef::new(left, left + STEP), Rangef::new(from.min(to), from.max(to)));
    painter.rect_filled(block, 2.0, theme.pane.lerp_to_gamma(colour, 0.55));
    let tall = block.height();
    if tall < 6.0 {
        return;
    }
    let x = block.center().x;
    let head = 5.0_f32.min(0.5 * tall) * if to > from { -1.0 } else { 1.0 };
    let ink = Stroke::new(1.5, theme.text_strong);
    painter.line_segment([pos2(x, from), pos2(x, to)], ink);
    for side in [-4.0, 4.0] {
        painter.line_segment([pos2(x, to), pos2(x + side, to + head)], ink);
    }
}

/// The heights moved apart until labels do not touch, each as near to its own place as its order allows.
fn apart(heights: [f32; 3], within: Rangef) -> [f32; 3] {
    let mut order = [0, 1, 2];
    order.sort_by(|&a, &b| heights[a].total_cmp(&heights[b]));
    let mut places = heights;
    for pair in [[0, 1], [1, 2]] {
        let [above, below] = pair.map(|i| order[i]);
        places[below] = places[below].max(places[above] + LINE);
    }
    let lowest = within.max - 0.5 * LINE;
    for (from_below, &index) in order.iter().rev().enumerate() {
        places[index] = places[index].min(lowest - LINE * from_below as f32);
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_stay_in_order_and_apart() {
        let within = Rangef::new(0.0, 100.0);
        assert_eq!(apart([10.0, 50.0, 90.0], within), [10.0, 50.0, 90.0]);
        assert_eq!(apart([10.0, 91.0, 90.0], within), [10.0, 93.5, 80.5]);
        assert_eq!(apart([20.0, 20.0, 20.0], within), [20.0, 33.0, 46.0]);
    }
}
