//! The look that all dialogs share.

use super::reply::ModalOutcome;
use crate::ui::theme::{Theme, space};
use eframe::egui::{self, Align, Button, Context, Id, Layout, Modal, RichText, Ui, vec2};

/// A titled modal; Escape and a click beside it cancel.
pub(super) fn modal(
    ctx: &Context,
    title: &str,
    width: f32,
    content: impl FnOnce(&mut Ui) -> ModalOutcome,
) -> ModalOutcome {
    let theme = Theme::of(ctx);
    let frame = egui::Frame::popup(&ctx.global_style()).inner_margin(20.0).corner_radius(10.0);
    let modal = Modal::new(Id::unique(("dialog", title))).frame(frame).show(ctx, |ui| {
        ui.set_width(width.min(ctx.content_rect().width() - 80.0));
        ui.spacing_mut().item_spacing.y = space::S;
        ui.label(RichText::new(title).heading().color(theme.text_strong));
        ui.add_space(space::XS);
        content(ui)
    });
    if modal.should_close() && matches!(modal.inner, ModalOutcome::StayOpen) {
        return ModalOutcome::Cancel;
    }
    modal.inner
}

/// A labelled row.
pub(super) fn row(ui: &mut Ui, label: &str, content: impl FnOnce(&mut Ui)) {
    ui.horizontal(|ui| {
        ui.allocate_ui_with_layout(vec2(72.0, space::ROW), Layout::left_to_right(Align::Center), |ui| {
            ui.set_min_width(72.0);
            ui.label(Theme::of(ui.ctx()).muted(label));
        });
        content(ui);
    });
}

/// Cancel and the main button, at the right. Returns whether the main button (true) or Cancel (false) was pressed.
pub(super) fn buttons(ui: &mut Ui, main: &str, enabled: bool) -> Option<bool> {
    let theme = Theme::of(ui.ctx());
    ui.add_space(space::S);
    ui.allocate_ui_with_layout(vec2(ui.available_width(), 28.0), Layout::right_to_left(Align::Center), |ui| {
        let text = RichText::new(main).color(theme.on_accent);
        let button = Button::new(text).fill(theme.accent).min_size(vec2(88.0, 28.0));
        let done = ui.add_enabled(enabled, button).clicked();
        let cancelled = ui.add(Button::new("Cancel").min_size(vec2(72.0, 28.0))).clicked();
        match (done, cancelled) {
            (true, _) => Some(true),
            (_, true) => Some(false),
            _ => None,
        }
    })
    .inner
}
