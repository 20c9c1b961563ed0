//! A formula as shapes on the screen.

use super::layout::Laid;
use super::outline;
use crate::ui::formula_fonts::family_of;
use eframe::egui::text::{LayoutJob, TextFormat};
use eframe::egui::{Color32, FontId, Pos2, Rect, Shape, Stroke, TextStyle, Ui, pos2, vec2};
use ratex_types::color::Color;
use ratex_types::display_item::DisplayItem;

/// Draw a formula whose baseline begins at `at`, one em being `size` points. Parts without a colour of their own get
/// `colour`.
pub fn paint(ui: &Ui, laid: &Laid, at: Pos2, size: f32, colour: Color32) {
    if let Some(wrong) = &laid.wrong {
        let font = TextStyle::Body.resolve(ui.style());
        let text = format!("[formula: {wrong}]");
        ui.painter().text(at, eframe::egui::Align2::LEFT_BOTTOM, text, font, ui.visuals().error_fg_color);
        return;
    }
    let origin = at - vec2(0.0, laid.height * size);
    let place = |x: f64, y: f64| origin + size * vec2(x as f32, y as f32);
    let ink = |own: &Color| if *own == Color::BLACK { colour } else { rgb(own) };
    for item in &laid.items {
        match item {
            DisplayItem::GlyphPath { x, y, scale, font, char_code, color } => {
                let glyph = char::from_u32(*char_code).unwrap_or('?');
                glyph_at(ui, glyph, font, place(*x, *y), size * *scale as f32, ink(color));
            }
            DisplayItem::Line { x, y, width, thickness, color, .. } => {
                // At least as thick as a pixel: a thinner fraction bar would be grey.
                let half = 0.5 * (size * *thickness as f32).max(1.0 / ui.pixels_per_point());
                let (from, to) = (place(*x, *y), place(x + width, *y));
                let bar = Rect::from_min_max(from - vec2(0.0, half), to + vec2(0.0, half));
                ui.painter().rect_filled(bar, 0.0, ink(color));
            }
            DisplayItem::Rect { x, y, width, height, color } => {
                let (from, to) = (place(*x, *y), place(x + width, y + height));
                ui.painter().rect_filled(Rect::from_min_max(from, to), 0.0, ink(color));
            }
            DisplayItem::Path { x, y, commands, fill, color } => {
                for line in outline::lines(commands, place(*x, *y), size) {
                    if *fill {
                        ui.painter().extend(outline::filled(&line, ink(color)));
                    } else {
                        ui.painter().add(Shape::line(line, Stroke::new(0.04 * size, ink(color))));
                    }
                }
            }
        }
    }
}

/// Draw a glyph whose baseline begins at `at`. Text begins at whole pixels, and a glyph at quarters of them: the rest
/// of the way is space before it.
fn glyph_at(ui: &Ui, glyph: char, font: &str, at: Pos2, size: f32, colour: Color32) {
    let pixels = ui.pixels_per_point();
    let whole = (at.x * pixels).floor() / pixels;
    let format = TextFormat::simple(FontId::new(size, family_of(font)), colour);
    let mut job = LayoutJob::default();
    job.append(glyph.encode_utf8(&mut [0; 4]), at.x - whole, format);
    let galley = ui.painter().layout_job(job);
    let Some(row) = galley.rows.first() else { return };
    let Some(set) = row.row.glyphs.first() else { return };
    let baseline = row.pos.y + set.pos.y;
    ui.painter().galley(pos2(whole, at.y - baseline), galley, colour);
}

fn rgb(colour: &Color) -> Color32 {
    let [r, g, b, a] = [colour.r, colour.g, colour.b, colour.a].map(|part| (255.0 * part.clamp(0.0, 1.0)) as u8);
    Color32::from_rgba_unmultiplied(r, g, b, a)
}
