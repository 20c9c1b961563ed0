//! Painting the network's drawing.

use super::cells::{Cell, Drawing, Upper};
use crate::ui::format;
use crate::ui::noun;
use crate::ui::theme::{Theme, strong_family};
use eframe::egui::{
    self, Align2, Color32, CornerRadius, FontId, Painter, Pos2, Rect, Role, Sense, Shape, Stroke, StrokeKind, Ui, Vec2,
    WidgetInfo, epaint::CubicBezierShape, pos2, vec2,
};

const CELL_HEIGHT: f32 = 32.0;
const CELL_GAP: f32 = 11.0;
/// Height of the lines above and below that name the terms of the bound.
const TERM_HEIGHT: f32 = 24.0;
const LATENT_RADIUS: f32 = 16.0;
/// Height of the noise below z.
const NOISE_HEIGHT: f32 = 30.0;
/// Height from h₁ down to h₂, where there are two layers of latent variables.
const UPPER_HEIGHT: f32 = 64.0;
const COLUMN_MAX: f32 = 190.0;

/// The newest terms of the bound, nats per image.
#[derive(Clone, Copy, Debug)]
pub struct MeasuredTerms {
    pub reconstruction: f64,
    pub kl: f64,
}

/// Height of the drawing in points.
pub fn drawing_height(drawing: &Drawing) -> f32 {
    let upper = if drawing.upper.is_some() { UPPER_HEIGHT } else { 0.0 };
    2.0 * TERM_HEIGHT + rows(drawing) as f32 * (CELL_HEIGHT + CELL_GAP) + 2.0 * LATENT_RADIUS + upper + NOISE_HEIGHT
}

/// Draw the network as wide as there is room; readable from 280 points on.
pub fn network_ui(ui: &mut Ui, drawing: &Drawing, terms: Option<MeasuredTerms>) {
    let theme = Theme::of(ui.ctx());
    let height = drawing_height(drawing);
    let (area, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    if !ui.is_rect_visible(area) {
        return;
    }
    let layout = Placement::new(area, drawing);
    let painter = ui.painter_at(area);
    let pen = Pen { painter: &painter, theme };

    pen.term_above(ui, &layout, terms);
    let encoder = pen.column(ui, &layout, layout.left, &drawing.input, &drawing.encoder, "encoder");
    let decoder: Vec<Cell> = drawing.decoder.iter().rev().cloned().collect();
    let decoder = pen.column(ui, &layout, layout.right, &drawing.output, &decoder, "decoder");
    for pair in encoder.windows(2) {
        pen.arrow(pair[0].center_bottom(), pair[1].center_top());
    }
    for pair in decoder.windows(2) {
        pen.arrow(pair[1].center_top(), pair[0].center_bottom());
    }
    pen.latent(ui, &layout, drawing, encoder.last().copied(), decoder.last().copied());
    pen.term_below(ui, &layout, drawing, terms);
}

/// Rows of the taller column: x, the encoder and the heads, or p(x|z) and the decoder.
fn rows(drawing: &Drawing) -> usize {
    (drawing.encoder.len() + 2).max(drawing.decoder.len() + 1)
}

/// The positions of the drawing's parts.
struct Placement {
    area: Rect,
    /// x of the centres of the two columns.
    left: f32,
    right: f32,
    column: f32,
    heads_top: f32,
    latent: Pos2,
    /// The logarithm of the largest cell's size, for relative widths.
    largest: f32,
}

impl Placement {
    fn new(area: Rect, drawing: &Drawing) -> Self {
        let column = ((area.width() - 16.0) / 2.0).min(COLUMN_MAX);
        // Wide panels: the columns stay near each other.
        let middle = area.center().x;
        let apart = (area.width() - column).min(column + 72.0) / 2.0;
        let rows = drawing.encoder.len() + 1;
        let rows_top = area.top() + TERM_HEIGHT;
        let bottom = rows_top + self::rows(drawing) as f32 * (CELL_HEIGHT + CELL_GAP);
        let sizes = drawing.encoder.iter().chain(&drawing.decoder).chain([&drawing.input]).filter_map(|cell| cell.size);
        Self {
            area,
            left: middle - apart,
            right: middle + apart,
            column,
            heads_top: rows_top + rows as f32 * (CELL_HEIGHT + CELL_GAP),
            latent: pos2(middle, bottom + LATENT_RADIUS - 2.0),
            largest: (sizes.max().unwrap_or(2).max(2) as f32).ln(),
        }
    }

    fn cell(&self, column: f32, row: usize, cell: &Cell) -> Rect {
        let share = cell.size.map_or(1.0, |size| (size.max(1) as f32).ln() / self.largest);
        let width = self.column * (0.78 + 0.22 * share.min(1.0));
        let top = self.area.top() + TERM_HEIGHT + row as f32 * (CELL_HEIGHT + CELL_GAP);
        Rect::from_min_size(pos2(column - width / 2.0, top), vec2(width, CELL_HEIGHT))
    }
}

struct Pen<'a> {
    painter: &'a Painter,
    theme: &'static Theme,
}

impl Pen<'_> {
    /// A column of cells from the top; returns their rectangles, top to bottom.
    fn column(&self, ui: &Ui, layout: &Placement, x: f32, top: &Cell, below: &[Cell], side: &str) -> Vec<Rect> {
        let cells = std::iter::once(top).chain(below).enumerate();
        cells
            .map(|(row, cell)| {
                let rect = layout.cell(x, row, cell);
                let data = row == 0;
                let accent = match (data, side) {
                    (true, "decoder") => Some(self.theme.reconstruction),
                    _ => None,
                };
                self.cell(ui, rect, cell, accent, &format!("{side} {row}"));
                rect
            })
            .collect()
    }

    fn cell(&self, ui: &Ui, rect: Rect, cell: &Cell, accent: Option<Color32>, id: &str) {
        let theme = self.theme;
        let response = ui.interact(rect, ui.scope_id().with(("network", id)), Sense::hover());
        let fill = match (cell.broken, response.hovered()) {
            (true, _) => theme.pane.lerp_to_gamma(theme.error, 0.18),
            (false, true) => theme.hovered,
            (false, false) => theme.raised,
        };
        let edge = if cell.broken { theme.error } else { accent.unwrap_or(theme.outline) };
        let rounding = CornerRadius::same(5);
        self.painter.rect(rect, rounding, fill, Stroke::new(1.0, edge), StrokeKind::Inside);
        let title = if cell.broken { theme.error } else { theme.text_strong };
        let inside = rect.shrink2(vec2(3.0, 0.0));
        self.text(inside, rect.center().y - 7.0, &cell.title, 11.5, title);
        self.text(inside, rect.center().y + 7.5, &cell.detail, 10.5, theme.text_muted);
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{}: {}", cell.title, cell.detail)));
        explain(ui, response, &cell.hint);
    }

    /// One centred line, cut where it does not fit.
    fn text(&self, inside: Rect, y: f32, text: &str, size: f32, colour: Color32) {
        let mut job = egui::text::LayoutJob::simple_singleline(text.into(), FontId::proportional(size), colour);
        job.wrap = egui::text::TextWrapping::truncate_at_width(inside.width());
        let galley = self.painter.layout_job(job);
        let at = pos2(inside.center().x - galley.size().x / 2.0, y - galley.size().y / 2.0);
        self.painter.galley(at, galley, colour);
    }

    fn arrow(&self, from: Pos2, to: Pos2) {
        let line = Stroke::new(1.2, self.theme.text_faint);
        self.painter.line_segment([from, to], line);
        self.head(to, to - from);
    }

    /// A smooth arrow that leaves and arrives along the given directions.
    fn curve(&self, from: Pos2, leave: Vec2, to: Pos2, arrive: Vec2) {
        let line = Stroke::new(1.2, self.theme.text_faint);
        let points = [from, from + leave, to - arrive, to];
        self.painter.add(CubicBezierShape::from_points_stroke(points, false, Color32::TRANSPARENT, line));
        self.head(to, arrive);
    }

    fn head(&self, tip: Pos2, direction: Vec2) {
        let along = direction.normalized() * 5.0;
        let across = along.rot90() * 0.55;
        let points = vec![tip, tip - along + across, tip - along - across];
        self.painter.add(Shape::convex_polygon(points, self.theme.text_faint, Stroke::NONE));
    }

    /// The heads of q(z|x), the noise, the sample, and the arrows between them.
    fn latent(&self, ui: &Ui, layout: &Placement, drawing: &Drawing, encoder: Option<Rect>, decoder: Option<Rect>) {
        let heads = self.heads(ui, layout, &drawing.heads, encoder);
        let z = layout.latent;
        let left_of_z = z - vec2(LATENT_RADIUS, 0.0);
        let middle = pos2(layout.left, heads.bottom());
        let drop = (z.y - middle.y).max(20.0);
        self.curve(middle + vec2(0.0, 2.0), vec2(0.0, drop * 0.8), left_of_z, vec2(28.0, 0.0));
        if let Some(first) = decoder {
            let to = first.center_bottom();
            let rise = (z.y - to.y).max(20.0);
            let bend = vec2((to.x - z.x - LATENT_RADIUS).max(16.0) * 0.9, 0.0);
            self.curve(z + vec2(LATENT_RADIUS, 0.0), bend, to + vec2(0.0, 1.0), vec2(0.0, -rise * 0.6));
        }
        let last = match &drawing.upper {
            Some(upper) => self.upper(ui, layout, upper),
            None => z,
        };
        self.noise(ui, last, &drawing.noise, &drawing.latent.hint);
        self.sample(ui, z, &drawing.latent);
    }

    /// Draw the heads of q(z|x), which the encoder gives, side by side; returns the row's rectangle.
    fn heads(&self, ui: &Ui, layout: &Placement, heads: &[Cell], encoder: Option<Rect>) -> Rect {
        const GAP: f32 = 6.0;
        let row = Rect::from_center_size(
            pos2(layout.left, layout.heads_top + CELL_HEIGHT / 2.0),
            vec2(layout.column, CELL_HEIGHT),
        );
        // A head with a longer text has more room.
        let share = |head: &Cell| 2 + head.title.chars().count().max(head.detail.chars().count()).max(3);
        let shares: Vec<f32> = heads.iter().map(|head| share(head) as f32).collect();
        let room = row.width() - GAP * heads.len().saturating_sub(1) as f32;
        let mut left = row.left();
        for (head, share) in heads.iter().zip(&shares) {
            let width = room * share / shares.iter().sum::<f32>();
            let rect = Rect::from_min_size(pos2(left, row.top()), vec2(width, CELL_HEIGHT));
            left += width + GAP;
            if let Some(last) = encoder {
                let from = pos2(rect.center().x.clamp(last.left() + 8.0, last.right() - 8.0), last.bottom());
                self.arrow(from, pos2(from.x, rect.top()));
            }
            self.cell(ui, rect, head, Some(self.theme.kl), &head.title);
        }
        row
    }

    /// Draw h₂ under h₁: up to it on the encoder's side, down from it on the decoder's. Returns the centre of h₂.
    fn upper(&self, ui: &Ui, layout: &Placement, upper: &Upper) -> Pos2 {
        let h1 = layout.latent;
        let h2 = h1 + vec2(0.0, UPPER_HEIGHT);
        let width = (h1.x - LATENT_RADIUS - 16.0 - (layout.left - layout.column / 2.0)).min(layout.column * 0.78);
        let beside = |sign: f32| {
            let centre = h2 + vec2(sign * (LATENT_RADIUS + 16.0 + width / 2.0), 0.0);
            Rect::from_center_size(centre, vec2(width, CELL_HEIGHT))
        };
        let (up, down) = (beside(-1.0), beside(1.0));
        let side = |sign: f32| h1 + vec2(sign * LATENT_RADIUS, LATENT_RADIUS) * std::f32::consts::FRAC_1_SQRT_2;
        let drop = vec2(0.0, (up.top() - side(1.0).y) * 0.9);
        self.curve(side(-1.0), vec2(-20.0, 8.0), up.center_top(), drop);
        self.arrow(up.right_center(), h2 - vec2(LATENT_RADIUS, 0.0));
        self.arrow(h2 + vec2(LATENT_RADIUS, 0.0), down.left_center());
        self.curve(down.center_top(), -drop, side(1.0), vec2(-20.0, -8.0));
        self.cell(ui, up, &upper.up, Some(self.theme.kl), "up");
        self.cell(ui, down, &upper.down, Some(self.theme.kl), "down");
        self.sample(ui, h2, &upper.latent);
        h2
    }

    /// The circle of a latent variable.
    fn sample(&self, ui: &Ui, centre: Pos2, cell: &Cell) {
        let theme = self.theme;
        let edge = if cell.broken { theme.error } else { theme.accent };
        self.painter.circle(centre, LATENT_RADIUS, theme.accent_soft, Stroke::new(1.5, edge));
        let font = FontId::new(14.0, strong_family());
        self.painter.text(centre, Align2::CENTER_CENTER, &cell.title, font, theme.text_strong);
        let rect = Rect::from_center_size(centre, Vec2::splat(2.0 * LATENT_RADIUS));
        let response = ui.interact(rect, ui.scope_id().with(("network", &cell.title)), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{}: {}", cell.title, cell.detail)));
        explain(ui, response, &cell.hint);
    }

    /// The noise that a sample is made of, entering z from below, with its count.
    fn noise(&self, ui: &Ui, z: Pos2, noise: &str, hint: &str) {
        let bottom = z + vec2(0.0, LATENT_RADIUS);
        let at = bottom + vec2(0.0, NOISE_HEIGHT);
        let font = FontId::proportional(10.5);
        let rect = self.painter.text(at, Align2::CENTER_BOTTOM, noise, font, self.theme.text_muted);
        self.spoken(ui, rect, noise, hint);
        self.arrow(pos2(z.x, rect.top() - 1.0), bottom);
    }

    /// The bracket over x and p(x|z): the reconstruction term.
    fn term_above(&self, ui: &Ui, layout: &Placement, terms: Option<MeasuredTerms>) {
        let colour = self.theme.reconstruction;
        let y = layout.area.top() + TERM_HEIGHT / 2.0 - 2.0;
        let words = value("E[log p(x|z)]", terms.map(|terms| terms.reconstruction));
        let text = self.label(pos2(layout.latent.x, y), &words, colour);
        self.spoken(ui, text, &words, "The reconstruction term: how well z explains x, in nats per image.");
        let line = Stroke::new(1.0, colour.gamma_multiply(0.7));
        for (x, end) in [(layout.left, text.left() - 6.0), (layout.right, text.right() + 6.0)] {
            if (x < layout.latent.x) == (x < end) {
                self.painter.line_segment([pos2(x, y), pos2(end, y)], line);
            }
            self.painter.line_segment([pos2(x, y), pos2(x, layout.area.top() + TERM_HEIGHT - 2.0)], line);
        }
    }

    /// Draw the KL under z, the cost of q(z|x).
    fn term_below(&self, ui: &Ui, layout: &Placement, drawing: &Drawing, terms: Option<MeasuredTerms>) {
        let kl = value("KL[q(z|x) ‖ p(z)]", terms.map(|terms| terms.kl));
        let weight = drawing.beta.as_ref().map_or(String::new(), |beta| format!(",  weight β: {beta}"));
        let prior = drawing.prior.as_ref().map_or(String::new(), |prior| format!(",  p(z) {prior}"));
        let text = format!("{kl}{weight}{prior}");
        let y = layout.area.bottom() - TERM_HEIGHT / 2.0 + 2.0;
        let rect = self.label(pos2(layout.latent.x, y), &text, self.theme.kl);
        self.spoken(ui, rect, &text, &drawing.prior_hint);
    }

    /// Paint a text that screen readers read too, with a sentence on hover.
    fn spoken(&self, ui: &Ui, rect: Rect, text: &str, hint: &str) {
        let response = ui.interact(rect, ui.scope_id().with(("network text", text)), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, text));
        explain(ui, response, hint);
    }

    fn label(&self, centre: Pos2, text: &str, colour: Color32) -> Rect {
        self.painter.text(centre, Align2::CENTER_CENTER, text, FontId::proportional(11.0), colour)
    }
}

/// Explain a drawn part in a sentence, on hover and to screen readers.
fn explain(ui: &Ui, response: egui::Response, hint: &str) {
    let hint = noun::say(ui.ctx(), hint);
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_description(hint.as_ref()));
    response.on_hover_text(hint);
}

fn value(name: &str, value: Option<f64>) -> String {
    match value {
        Some(value) => format!("{name}  {}", format::fixed(value, 1)),
        None => name.to_owned(),
    }
}
