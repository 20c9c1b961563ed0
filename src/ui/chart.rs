//! Charts of vectors in the window.

use super::theme::Theme;
use crate::export::vector_chart::{Canvas, Chart, Ink, draw};
use eframe::egui::{
    self, Align2, Color32, FontId, Painter, Rect, Response, Role, Sense, Stroke, TextStyle, Ui, Vec2, WidgetInfo, pos2,
    vec2,
};

/// A painter as a canvas.
struct Painting<'a> {
    painter: &'a Painter,
    theme: &'a Theme,
    font: FontId,
}

impl Painting<'_> {
    fn colour(&self, ink: Ink) -> Color32 {
        let theme = self.theme;
        match ink {
            Ink::Given => theme.text_faint.gamma_multiply(0.7),
            Ink::Mean => theme.elbo,
            Ink::Draw => theme.runs[0].gamma_multiply(0.8),
            Ink::Many => theme.elbo.gamma_multiply(0.35),
            Ink::Axis => theme.hairline,
            Ink::Text => theme.text,
            Ink::Ramp(at) => theme.elbo.lerp_to_gamma(theme.warning, at),
        }
    }
}

impl Canvas for Painting<'_> {
    fn line(&mut self, from: [f32; 2], to: [f32; 2], ink: Ink, width: f32) {
        self.painter.line_segment([from.into(), to.into()], Stroke::new(width, self.colour(ink)));
    }

    fn dot(&mut self, centre: [f32; 2], radius: f32, ink: Ink) {
        self.painter.circle_filled(centre.into(), radius, self.colour(ink));
    }

    fn bar(&mut self, from: [f32; 2], to: [f32; 2], ink: Ink) {
        self.painter.rect_filled(Rect::from_two_pos(from.into(), to.into()), 1.0, self.colour(ink));
    }

    fn text(&mut self, at: [f32; 2], across: f32, down: f32, text: &str) {
        let galley = self.painter.layout_no_wrap(text.into(), self.font.clone(), self.theme.text_muted);
        let corner = pos2(at[0], at[1]) - vec2(across, down) * galley.size();
        self.painter.galley(corner, galley, self.theme.text_muted);
    }

    fn text_size(&self, text: &str) -> [f32; 2] {
        self.painter.layout_no_wrap(text.into(), self.font.clone(), Color32::WHITE).size().into()
    }
}

/// Draw a chart of this size; `spoken` says what it shows. The response knows the pointer.
pub fn chart_ui(ui: &mut Ui, size: Vec2, spoken: &str, chart: &Chart<'_>) -> Response {
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, spoken));
    if ui.is_rect_visible(rect) {
        let theme = Theme::of(ui.ctx());
        let painter = ui.painter_at(rect);
        let font = TextStyle::Small.resolve(ui.style());
        let mut canvas = Painting { painter: &painter, theme, font };
        draw(&mut canvas, [rect.left() + 2.0, rect.top() + 2.0, rect.right() - 2.0, rect.bottom() - 2.0], chart);
    }
    response
}

/// The entry of a vector of `count` that the pointer is over.
pub fn entry_at(response: &Response, count: usize) -> Option<usize> {
    let pointer = response.hover_pos()?;
    let share = (pointer.x - response.rect.left()) / response.rect.width().max(1.0);
    Some(((share * count as f32) as usize).min(count.saturating_sub(1)))
}

/// A key to the colours: a dot and a word for each.
pub fn key_ui(ui: &mut Ui, words: &[(Ink, &str)]) {
    let theme = Theme::of(ui.ctx());
    ui.horizontal(|ui| {
        for &(ink, word) in words {
            let (rect, _) = ui.allocate_exact_size(vec2(10.0, 12.0), Sense::hover());
            let painting = Painting { painter: ui.painter(), theme, font: TextStyle::Small.resolve(ui.style()) };
            ui.painter().circle_filled(rect.center(), 3.5, painting.colour(ink));
            ui.label(theme.muted(word));
        }
    });
}

/// A bar that fills a share of `width` points, with a text at its right end.
pub fn share_bar(ui: &mut Ui, share: f32, width: f32, text: &str) {
    let theme = Theme::of(ui.ctx());
    let (rect, _) = ui.allocate_exact_size(vec2(width, 14.0), Sense::hover());
    ui.painter().rect_filled(rect, 2.0, theme.raised);
    let filled = Rect::from_min_size(rect.min, vec2(rect.width() * share.clamp(0.0, 1.0), rect.height()));
    ui.painter().rect_filled(filled, 2.0, theme.elbo.gamma_multiply(0.8));
    let at = rect.right_center() - vec2(4.0, 0.0);
    let font = egui::FontId::new(TextStyle::Small.resolve(ui.style()).size, egui::FontFamily::Proportional);
    ui.painter().text(at, Align2::RIGHT_CENTER, text, font, theme.text);
}
