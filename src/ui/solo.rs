//! One pane alone: maximised in the window, or presented to a room, with the whole screen and larger text and lines.

use super::icons::{Icon, icon_button};
use super::panes::PaneKind;
use super::theme::{Theme, space};
use eframe::egui::{self, Align, Context, Layout, Margin, Ui, ViewportCommand};
use serde::{Deserialize, Serialize};

/// Magnification of everything while a pane is presented, where the screen has room.
const PRESENTED: f32 = 1.5;
/// Height, in points, that a presented pane has at least: with less its controls push its content out.
const PRESENTED_HEIGHT: f32 = 480.0;

/// The way in which a pane is alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SoloKind {
    /// In place of all panes, in the window.
    Maximised,
    /// On the whole screen, without the form and the bars, larger.
    Presented,
}

/// The magnification of a presentation on a screen of this height in points.
fn magnification(height: f32) -> f32 {
    (height / PRESENTED_HEIGHT).clamp(1.0, PRESENTED)
}

/// The height of the screen in points; the window's where the system does not tell.
fn screen_height(ctx: &Context) -> f32 {
    let screen = ctx.input(|input| input.viewport().monitor_size);
    screen.map_or_else(|| ctx.content_rect().height(), |size| size.y)
}

/// The pane that is alone, if one is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Solo {
    alone: Option<(PaneKind, SoloKind)>,
    /// The zoom factor to go back to after a presentation.
    zoom: Option<f32>,
}

/// A choice in the head of a pane that is alone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SoloAsks {
    /// Show the pane among the others again.
    Leave,
    /// Show the pane alone in the other way.
    As(SoloKind),
    /// Show another pane in its place.
    Pane(PaneKind),
}

impl Solo {
    pub fn pane(&self) -> Option<PaneKind> {
        self.alone.map(|(pane, _)| pane)
    }

    pub fn kind(&self) -> Option<SoloKind> {
        self.alone.map(|(_, kind)| kind)
    }

    pub fn is_presented(&self) -> bool {
        self.kind() == Some(SoloKind::Presented)
    }

    /// Show a pane alone.
    pub fn enter(&mut self, ctx: &Context, pane: PaneKind, kind: SoloKind) {
        if kind == SoloKind::Presented {
            if !self.is_presented() {
                self.zoom = Some(ctx.zoom_factor());
                ctx.set_zoom_factor(magnification(screen_height(ctx)) * ctx.zoom_factor());
                ctx.send_viewport_cmd(ViewportCommand::Fullscreen(true));
            }
        } else {
            self.end_presentation(ctx);
        }
        self.alone = Some((pane, kind));
    }

    /// Another pane in place of the one that is alone, if one is.
    pub fn switch(&mut self, to: PaneKind) {
        if let Some((pane, _)) = &mut self.alone {
            *pane = to;
        }
    }

    /// All panes again.
    pub fn leave(&mut self, ctx: &Context) {
        self.end_presentation(ctx);
        self.alone = None;
    }

    /// A window that opens again is no presentation.
    pub fn restore(&mut self, ctx: &Context) {
        if let Some(zoom) = self.zoom.take() {
            ctx.set_zoom_factor(zoom);
            self.alone = None;
        }
    }

    fn end_presentation(&mut self, ctx: &Context) {
        if let Some(zoom) = self.zoom.take() {
            ctx.set_zoom_factor(zoom);
            ctx.send_viewport_cmd(ViewportCommand::Fullscreen(false));
        }
    }

    /// The line over the pane: its title, from which another can be chosen, `run` (what it shows), and the way back.
    pub fn head_ui(&self, ui: &mut Ui, theme: &Theme, run: &str) -> Option<SoloAsks> {
        let (pane, kind) = self.alone?;
        let mut asked = None;
        let frame = egui::Frame::new().fill(theme.pane).inner_margin(Margin::symmetric(12, 4));
        egui::Panel::top("alone").frame(frame).exact_size(space::ROW + 8.0).show_separator_line(true).show(ui, |ui| {
            ui.horizontal_centered(|ui| {
                let title = egui::RichText::new(pane.title()).color(theme.text_strong);
                ui.menu_button(title, |ui| {
                    for &other in PaneKind::ALL {
                        let entry = egui::Button::selectable(other == pane, other.title());
                        if ui.add(entry).on_hover_text(other.about()).clicked() {
                            asked = Some(SoloAsks::Pane(other));
                        }
                    }
                })
                .response
                .on_hover_text("Choose another pane.");
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    let back = icon_button(ui, Icon::Remove, "Back to all panes", true);
                    if back.on_hover_text("Back to all panes (Escape).").clicked() {
                        asked = Some(SoloAsks::Leave);
                    }
                    let (name, other, meaning) = match kind {
                        SoloKind::Maximised => ("Present", SoloKind::Presented, "On the whole screen, larger (F11)."),
                        SoloKind::Presented => ("End presentation", SoloKind::Maximised, "Back to the window (F11)."),
                    };
                    if icon_button(ui, Icon::Fit, name, true).on_hover_text(meaning).clicked() {
                        asked = Some(SoloAsks::As(other));
                    }
                    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                        ui.add(egui::Label::new(theme.muted(run)).truncate());
                    });
                });
            });
        });
        asked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn item_13_a_presentation_is_larger_as_far_as_the_screen_has_room() {
        assert_eq!([1080.0, 800.0, 720.0].map(magnification), [PRESENTED; 3]);
        // 1080 pixels at twice the size.
        assert_eq!(magnification(540.0), 1.125);
        assert_eq!(magnification(400.0), 1.0, "never smaller than the window was");
    }
}
