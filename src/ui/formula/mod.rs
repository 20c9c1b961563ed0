//! Formulas: LaTeX, laid out as TeX does and drawn as text and shapes, so that they scale with all else and have the
//! theme's colours. A screen reader gets a formula in words.

mod layout;
mod outline;
mod paint;
mod spoken;

pub use spoken::spoken;

use super::theme::Theme;
use eframe::egui::{Response, Role, Sense, TextStyle, Ui, WidgetInfo, pos2, vec2};
use layout::{Laid, laid};

/// The size of a formula on a line of its own, beside the text around it.
const DISPLAY: f32 = 1.15;
/// The size of a formula within a line: TeX's letters are smaller than Inter's of one size.
const INLINE: f32 = 1.1;

/// A formula within a line of text, its baseline on the text's.
pub fn inline_ui(ui: &mut Ui, latex: &str) -> Response {
    let text = TextStyle::Body.resolve(ui.style());
    let size = INLINE * text.size;
    let laid = laid(latex, false);
    // The text around it stands on the bottom of its row.
    let row = ui.fonts_mut(|fonts| fonts.row_height(&text));
    let descent = row - ascent(row);
    let below = descent.max(laid.depth * size);
    // As high as a row of text at least: at the beginning of a row it would hang from the top of the text behind it.
    let height = (laid.height * size + below).max(row);
    place(ui, latex, &laid, size, laid.width * size, height, descent)
}

/// The part of a row of Inter's above the baseline.
fn ascent(row_height: f32) -> f32 {
    // Inter: ascender 0.96875 em, descender 0.2412 em.
    row_height * 0.8
}

/// A formula on a line of its own, in the middle of the width there is; a formula that is too wide is made smaller.
pub fn display_ui(ui: &mut Ui, latex: &str) -> Response {
    let size = DISPLAY * TextStyle::Body.resolve(ui.style()).size;
    let laid = laid(latex, true);
    let width = ui.available_width();
    let size = size.min(width / laid.width.max(0.1));
    let response = ui.vertical_centered(|ui| {
        let height = (laid.height + laid.depth) * size;
        place(ui, latex, &laid, size, laid.width * size, height, laid.depth * size)
    });
    response.inner
}

/// A formula on a line of its own, from the left.
pub fn left_ui(ui: &mut Ui, latex: &str) -> Response {
    let size = DISPLAY * TextStyle::Body.resolve(ui.style()).size;
    let laid = laid(latex, true);
    let size = size.min(ui.available_width() / laid.width.max(0.1));
    place(ui, latex, &laid, size, laid.width * size, (laid.height + laid.depth) * size, laid.depth * size)
}

/// Take room for a formula and draw it, `below` points of the room under its baseline.
fn place(ui: &mut Ui, latex: &str, laid: &Laid, size: f32, width: f32, height: f32, below: f32) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(width, height), Sense::hover());
    if ui.is_rect_visible(rect.expand(size)) {
        let colour = Theme::of(ui.ctx()).text_strong;
        paint::paint(ui, laid, pos2(rect.left(), rect.bottom() - below), size, colour);
    }
    let words = spoken(latex);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &words));
    response
}

#[cfg(test)]
mod tests;
