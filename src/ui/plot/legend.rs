//! The legend of other runs in a corner of a plot.

use super::dash::Dash;
use crate::ui::controls::text_width;
use crate::ui::theme::Theme;
use eframe::egui::{Align2, Color32, Pos2, Rect, Stroke, TextStyle, Ui, pos2, vec2};

/// Height of a line of the legend.
pub const LEGEND_ROW: f32 = 14.0;
/// Length of the piece of line before a name, with the space behind it.
const SWATCH: f32 = 20.0;

/// A line of the legend.
#[derive(Clone, Debug)]
pub struct LegendKey {
    pub name: String,
    pub colour: Color32,
    pub dash: Dash,
}

/// The legend's lines in a corner at `at`, upward from it where the corner is a lower one, each at most `width` points
/// wide and no more than `rows`; what is left out is counted. Gives the place that it takes.
pub fn paint_legend(ui: &Ui, keys: &[LegendKey], at: Pos2, corner: Align2, width: f32, rows: usize) -> Rect {
    let theme = Theme::of(ui.ctx());
    let painter = ui.painter();
    let font = TextStyle::Small.resolve(ui.style());
    let shown = if keys.len() > rows { rows.saturating_sub(1) } else { keys.len() };
    let rest = (keys.len() > shown && rows > 0).then(|| format!("and {} more", keys.len() - shown));
    let lines = keys[..shown].iter().map(|key| (elided(ui, &key.name, width - SWATCH), Some(key)));
    let lines: Vec<_> = lines.chain(rest.map(|rest| (rest, None))).collect();
    let up = corner.y() == eframe::egui::Align::Max;
    let mut taken = Rect::NOTHING;
    for (row, (text, key)) in lines.iter().enumerate() {
        let row = if up { -((lines.len() - 1 - row) as f32) } else { row as f32 };
        let galley = painter.layout_no_wrap(text.clone(), font.clone(), theme.text_muted);
        let size = galley.size() + vec2(SWATCH, 0.0);
        let rect = corner.anchor_size(at + vec2(0.0, LEGEND_ROW * row), size);
        taken |= rect;
        painter.rect_filled(rect.expand2(vec2(2.0, 0.0)), 2.0, theme.pane.gamma_multiply(0.75));
        if let Some(key) = key {
            let y = rect.center().y;
            let ends = [pos2(rect.left(), y), pos2(rect.left() + SWATCH - 6.0, y)];
            painter.extend(key.dash.shapes(&ends, Stroke::new(2.0, key.colour)));
        }
        painter.galley(rect.min + vec2(SWATCH, 0.0), galley, theme.text_muted);
    }
    taken
}

/// A name within `width` points; of a longer one its beginning and its end, which both tell more than the middle.
pub fn elided(ui: &Ui, name: &str, width: f32) -> String {
    let fits = |text: &str| text_width(ui, text, TextStyle::Small) <= width;
    if fits(name) {
        return name.to_owned();
    }
    let letters: Vec<char> = name.chars().collect();
    let of = |kept: usize| -> String {
        let head = kept.div_ceil(2);
        let (head, tail) = (&letters[..head], &letters[letters.len() - (kept - head)..]);
        head.iter().chain(&['…']).chain(tail).collect()
    };
    // The most that fits; at least a few letters, however narrow it is.
    (6..letters.len()).rev().map(of).find(|text| fits(text)).unwrap_or_else(|| of(letters.len().min(6)))
}

/// The space that a legend's lines take in a plot of this frame: as many as fill three fifths of it.
pub fn legend_rows(frame: Rect) -> usize {
    (0.6 * frame.height() / LEGEND_ROW) as usize
}
