//! Short messages at the corner of the window for what has finished or failed. They wrap, can be read by a screen
//! reader, and stay while the pointer is on them.

use super::icons::{Icon, icon_button};
use super::theme::{ICON_BUTTON, Theme};
use eframe::egui::{self, Align2, Area, Color32, Context, Id, Label, Order, RichText, Ui, vec2};

/// Shown at once; older ones make room.
const TOASTS_MAX: usize = 4;
const WIDTH: f32 = 320.0;

/// The kind of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    Info,
    Success,
    Warning,
    Error,
}

impl Mood {
    fn look(self, theme: &Theme) -> (Icon, Color32) {
        match self {
            Self::Info => (Icon::Info, theme.accent),
            Self::Success => (Icon::Done, theme.success),
            Self::Warning => (Icon::Warning, theme.warning),
            Self::Error => (Icon::Error, theme.error),
        }
    }

    /// Seconds on the screen.
    fn life(self) -> f64 {
        match self {
            Self::Info | Self::Success => 5.0,
            Self::Warning | Self::Error => 12.0,
        }
    }
}

struct Toast {
    mood: Mood,
    text: String,
    /// Seconds left.
    left: f64,
    key: u64,
}

#[derive(Default)]
pub struct Toasts {
    toasts: Vec<Toast>,
    next: u64,
}

impl Toasts {
    pub fn push(&mut self, mood: Mood, text: impl Into<String>) {
        if self.toasts.len() == TOASTS_MAX {
            self.toasts.remove(0);
        }
        self.next += 1;
        self.toasts.push(Toast { mood, text: text.into(), left: mood.life(), key: self.next });
    }

    /// Draw them above everything, at the lower right, `bottom` points from the window's edge.
    pub fn show(&mut self, ctx: &Context, bottom: f32) {
        if self.toasts.is_empty() {
            return;
        }
        let area = Area::new(Id::unique("toasts"))
            .order(Order::Foreground)
            .anchor(Align2::RIGHT_BOTTOM, vec2(-12.0, -bottom - 12.0));
        let mut closed = None;
        let hovered = area
            .show(ctx, |ui| {
                ui.set_width(WIDTH);
                for toast in &self.toasts {
                    if toast_ui(ui, toast) {
                        closed = Some(toast.key);
                    }
                }
            })
            .response
            .contains_pointer();
        let step = f64::from(ctx.input(|input| input.stable_dt));
        for toast in &mut self.toasts {
            if !hovered {
                toast.left -= step;
            }
        }
        self.toasts.retain(|toast| toast.left > 0.0 && Some(toast.key) != closed);
        ctx.request_repaint_after_secs(0.2);
    }
}

/// One message; says whether its close button was pressed.
fn toast_ui(ui: &mut Ui, toast: &Toast) -> bool {
    let theme = Theme::of(ui.ctx());
    let (icon, colour) = toast.mood.look(theme);
    let fade = (toast.left / 0.4).clamp(0.0, 1.0) as f32;
    ui.scope(|ui| {
        ui.set_opacity(fade);
        let frame =
            egui::Frame::popup(ui.style()).inner_margin(egui::Margin { left: 14, right: 8, top: 10, bottom: 10 });
        let response = frame.show(ui, |ui| {
            ui.set_width(WIDTH - 22.0);
            ui.horizontal_top(|ui| {
                let (rect, _) = ui.allocate_exact_size(vec2(16.0, 18.0), egui::Sense::hover());
                icon.paint(ui.painter(), rect, colour);
                let text = RichText::new(&toast.text).color(theme.text_strong);
                let width = ui.available_width() - ICON_BUTTON.x - ui.spacing().item_spacing.x;
                ui.vertical(|ui| {
                    ui.set_width(width);
                    ui.add_space(2.0);
                    ui.add(Label::new(text).wrap());
                });
                icon_button(ui, Icon::Remove, "Dismiss this message", true).clicked()
            })
            .inner
        });
        let rect = response.response.rect;
        let edge = egui::Rect::from_min_size(rect.min, vec2(3.0, rect.height()));
        ui.painter().rect_filled(edge, egui::CornerRadius { nw: 6, sw: 6, ne: 0, se: 0 }, colour);
        response.inner
    })
    .inner
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of one message on a window of common size.
    fn height(text: &str) -> f32 {
        let ctx = Context::default();
        Theme::install(&ctx);
        let mut toasts = Toasts::default();
        toasts.push(Mood::Success, text);
        let mut height = f32::NAN;
        for _ in 0..3 {
            let screen = egui::Rect::from_min_size(egui::Pos2::ZERO, vec2(1280.0, 800.0));
            let input = egui::RawInput { screen_rect: Some(screen), ..egui::RawInput::default() };
            let _ = ctx.run_ui(input, |ui| {
                toasts.show(ui.ctx(), 0.0);
                height = ui.ctx().memory(|m| m.area_rect(Id::unique("toasts")).map_or(f32::NAN, |rect| rect.height()));
            });
        }
        height
    }

    #[test]
    fn a_message_is_as_high_as_its_text() {
        let one = height("Saved mine.ron.");
        let several = height(&"A message of many words that have to go on several lines. ".repeat(4));
        assert!((30.0..56.0).contains(&one), "{one}");
        assert!((one + 30.0..200.0).contains(&several), "{several}");
    }
}
