//! The slider itself: kept states as ticks, the best as a star, and a sign for each deed of the run's history.

use super::places::Places;
use crate::train::{Deed, DeedKind};
use crate::ui::format;
use crate::ui::icons::Icon;
use crate::ui::noun;
use crate::ui::theme::{Theme, space};
use eframe::egui::{
    self, EventFilter, Key, Painter, Pos2, Rect, Response, Sense, Shape, Stroke, Ui, WidgetInfo, pos2, vec2,
};

/// Radius of the handle.
const HANDLE: f32 = 7.0;
/// The tooltip tells of a deed that is nearer than this to the pointer, in points.
const REACH: f32 = 6.0;
/// Side of the best state's star.
const STAR: f32 = 11.0;

/// The slider; returns the place that was chosen, which is another than the present one.
pub fn slider_ui(ui: &mut Ui, places: &Places<'_>, deeds: &[Deed], width: f32, height: f32) -> Option<usize> {
    let theme = Theme::of(ui.ctx());
    let (rect, response) = ui.allocate_exact_size(vec2(width, height), Sense::click_and_drag());
    let rail = Rail { from: rect.left() + HANDLE + 1.0, to: rect.right() - HANDLE - 1.0, y: rect.center().y + 3.0 };
    let mut chosen = None;
    if let Some(pointer) = response.interact_pointer_pos().filter(|_| response.is_pointer_button_down_on()) {
        chosen = Some(places.nearest(rail.share(pointer.x)));
    }
    if let Some(by) = keys(ui, &response) {
        chosen = places.next(by);
    }
    paint(ui.painter(), theme, places, deeds, rail, &response);
    let step = places.step(places.now());
    let spoken = format!("Time slider, step {}", format::count(step));
    response.widget_info(|| WidgetInfo::slider(true, step as f64, &spoken));
    if let Some(pointer) = response.hover_pos() {
        let place = places.nearest(rail.share(pointer.x));
        let near = |deed: &&Deed| (rail.x(places.share(deed.step)) - pointer.x).abs() < REACH;
        let deeds: Vec<&Deed> = deeds.iter().filter(near).collect();
        response.on_hover_ui_at_pointer(|ui| details_ui(ui, theme, places, place, &deeds));
    }
    chosen.filter(|place| *place != places.now())
}

/// Left and right while the slider has the focus.
fn keys(ui: &Ui, response: &Response) -> Option<isize> {
    if !response.has_focus() {
        return None;
    }
    let filter = EventFilter { horizontal_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
    let pressed = |key: Key| ui.input(|input| input.key_pressed(key) && !input.modifiers.any());
    match (pressed(Key::ArrowLeft), pressed(Key::ArrowRight)) {
        (true, false) => Some(-1),
        (false, true) => Some(1),
        _ => None,
    }
}

/// The line that the handle runs on.
#[derive(Clone, Copy)]
struct Rail {
    from: f32,
    to: f32,
    y: f32,
}

impl Rail {
    fn x(self, share: f32) -> f32 {
        self.from + share * (self.to - self.from)
    }

    fn share(self, x: f32) -> f32 {
        ((x - self.from) / (self.to - self.from).max(1.0)).clamp(0.0, 1.0)
    }

    fn at(self, share: f32) -> Pos2 {
        pos2(self.x(share), self.y)
    }
}

fn paint(painter: &Painter, theme: &Theme, places: &Places<'_>, deeds: &[Deed], rail: Rail, response: &Response) {
    let live = places.is_live();
    let now = rail.at(places.share(places.step(places.now())));
    painter.hline(rail.from..=rail.to, rail.y, Stroke::new(4.0, theme.raised));
    let colour = if live { theme.outline } else { theme.accent };
    painter.hline(rail.from..=now.x, rail.y, Stroke::new(4.0, colour.gamma_multiply(0.6)));
    for place in 0..places.count() {
        let at = rail.at(places.share(places.step(place)));
        let edited = places.stop(place).is_some_and(|stop| stop.is_edit);
        let (ink, half) = if edited { (theme.mark, 7.0) } else { (theme.text_faint, 4.0) };
        painter.vline(at.x, at.y - half..=at.y + half, Stroke::new(1.0, ink));
    }
    for deed in deeds {
        paint_deed(painter, theme, rail.at(places.share(deed.step)) - vec2(0.0, 10.0), deed.kind);
    }
    if let Some(best) = places.best() {
        let at = rail.at(places.share(places.step(best))) - vec2(0.0, 13.0);
        Icon::Star.paint(painter, Rect::from_center_size(at, vec2(STAR, STAR)), theme.warning);
    }
    let lit = response.hovered() || response.dragged() || response.has_focus();
    let ring = Stroke::new(2.0, if lit { theme.text_strong } else { theme.pane });
    // Live the handle is hollow: there is nothing that it holds.
    let fill = if live { theme.raised } else { theme.accent };
    painter.circle(now, if lit { HANDLE } else { HANDLE - 1.0 }, fill, ring);
    if live {
        painter.circle_stroke(now, HANDLE - 2.0, Stroke::new(1.5, theme.text_muted));
    }
}

/// A small sign over the line for a deed of the run's history. The state that an edit was made at has a long tick, too.
fn paint_deed(painter: &Painter, theme: &Theme, at: Pos2, kind: DeedKind) {
    let polygon = |corners: &[(f32, f32)], colour| {
        let corners = corners.iter().map(|&(x, y)| at + vec2(x, y)).collect();
        painter.add(Shape::convex_polygon(corners, colour, Stroke::NONE));
    };
    match kind {
        DeedKind::Begun => {}
        DeedKind::Edited | DeedKind::Extended | DeedKind::Rewritten => {
            polygon(&[(-3.5, -3.0), (3.5, -3.0), (0.0, 3.0)], theme.mark);
        }
        DeedKind::Forked => polygon(&[(0.0, -4.0), (4.0, 0.0), (0.0, 4.0), (-4.0, 0.0)], theme.accent),
        DeedKind::Resumed => {
            painter.circle_filled(at, 2.5, theme.success);
        }
        DeedKind::OtherData | DeedKind::FellBack => {
            polygon(&[(0.0, -4.0), (4.0, 3.0), (-4.0, 3.0)], theme.error);
        }
        // The star of the best state says so.
        DeedKind::EndedOnBest => {}
    }
}

/// The tooltip: a place, and the deeds near it.
fn details_ui(ui: &mut Ui, theme: &Theme, places: &Places<'_>, place: usize, deeds: &[&Deed]) {
    ui.spacing_mut().item_spacing.y = 2.0;
    let step = format::count(places.step(place));
    match places.stop(place) {
        None => ui.label(theme.strong(format!("Live: step {step}, the run as it is"))),
        Some(stop) => {
            let best = if stop.is_best { ", the best" } else { "" };
            ui.label(theme.strong(format!("Step {step}{best}")))
        }
    };
    if let Some(bound) = places.stop(place).and_then(|stop| stop.bound) {
        let (bound, noun) = (format::fixed(bound, 2), noun::of(ui.ctx()));
        ui.label(theme.muted(format!("ELBO {bound} {} on all validation {}", noun.nats(), noun.many())));
    }
    for deed in deeds {
        ui.set_max_width(360.0);
        let text = format!("step {}: {} {}", format::count(deed.step), deed.kind.name(), deed.detail);
        ui.add(egui::Label::new(theme.muted(text)).wrap());
    }
    ui.add_space(space::XS);
    ui.label(theme.muted("Drag to look at any kept state; all panes follow."));
}
