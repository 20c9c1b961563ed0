//! Short messages about what has finished or failed, in the line over the panes, where they cover nothing. They stay
//! for seconds by the clock, longer while the pointer is on them; what there is no room for is in the log.

use super::icons::{Icon, icon_button};
use super::panes::PaneKind;
use super::theme::{Theme, space};
use crate::library::Trashed;
use eframe::egui::{self, Align, Button, Color32, Label, Layout, RichText, Ui, vec2};
use std::path::PathBuf;

/// Largest number of messages shown at once; older ones are removed.
const TOASTS_MAX: usize = 2;
/// A message is no wider than this, points.
const WIDTH_MAX: f32 = 760.0;
const HEIGHT: f32 = 24.0;
/// Seconds that one stays on which the pointer has rested.
const LINGERS: f64 = 1.0;

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

    /// Whether a message of this mood tells of something that went wrong.
    fn is_trouble(self) -> bool {
        matches!(self, Self::Warning | Self::Error)
    }
}

/// A remedy that a message offers.
#[derive(Clone, Debug, PartialEq)]
pub enum Remedy {
    /// Bring this pane into sight.
    Show(PaneKind),
    /// Read this run folder again.
    BringBack(PathBuf),
    /// Put these runs back that were deleted.
    PutBack(Vec<Trashed>),
}

impl Remedy {
    fn words(&self) -> (&'static str, &'static str) {
        match self {
            Self::Show(_) => ("Show", "Bring the pane to the front."),
            Self::PutBack(_) => ("Undo", "Put back what was deleted; the runs pane does it later, under Library."),
            Self::BringBack(_) => ("Undo", "Bring the run back that was replaced; the Runs pane has it too."),
        }
    }
}

struct Toast {
    mood: Mood,
    text: String,
    remedy: Option<Remedy>,
    /// The time at which the toast leaves, in egui's clock; `None` before it was drawn.
    until: Option<f64>,
    key: u64,
}

impl Toast {
    /// Seconds that the message stays.
    fn life(&self) -> f64 {
        if self.mood.is_trouble() || self.remedy.is_some() { 12.0 } else { 5.0 }
    }
}

#[derive(Default)]
pub struct Toasts {
    toasts: Vec<Toast>,
    next: u64,
}

impl Toasts {
    pub fn push(&mut self, mood: Mood, text: impl Into<String>, remedy: Option<Remedy>) {
        if self.toasts.len() == TOASTS_MAX {
            // Messages of trouble stay longer than others.
            let leaves = self.toasts.iter().position(|toast| !toast.mood.is_trouble()).unwrap_or(0);
            self.toasts.remove(leaves);
        }
        self.next += 1;
        self.toasts.push(Toast { mood, text: text.into(), remedy, until: None, key: self.next });
    }

    pub fn is_empty(&self) -> bool {
        self.toasts.is_empty()
    }

    /// Draw the messages into the rest of a line, from the right; returns the remedy that was clicked.
    pub fn ui(&mut self, ui: &mut Ui) -> Option<Remedy> {
        let now = ui.input(|input| input.time);
        for toast in &mut self.toasts {
            let life = toast.life();
            toast.until.get_or_insert(now + life);
        }
        self.toasts.retain(|toast| toast.until.is_none_or(|until| until > now));
        let mut asked = None;
        let mut closed = None;
        let count = self.toasts.len();
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = space::S;
            let room = ui.available_width() - space::S * count.saturating_sub(1) as f32;
            let width = (room / count.max(1) as f32).min(WIDTH_MAX);
            for toast in self.toasts.iter_mut().rev() {
                let said = toast_ui(ui, toast, width);
                if said.hovered {
                    toast.until = toast.until.map(|until| until.max(now + LINGERS));
                }
                if said.closed || said.remedied {
                    closed = Some(toast.key);
                }
                if said.remedied {
                    asked.clone_from(&toast.remedy);
                }
            }
        });
        self.toasts.retain(|toast| Some(toast.key) != closed);
        let next = self.toasts.iter().filter_map(|toast| toast.until).fold(f64::INFINITY, f64::min);
        if next.is_finite() {
            ui.ctx().request_repaint_after_secs((next - now).max(0.0) as f32 + 0.01);
        }
        asked
    }
}

/// The user's reaction to a toast in this frame.
struct Said {
    hovered: bool,
    closed: bool,
    remedied: bool,
}

/// One message on one line; where it is cut, the rest shows on hover.
fn toast_ui(ui: &mut Ui, toast: &Toast, width: f32) -> Said {
    let theme = Theme::of(ui.ctx());
    let (icon, colour) = toast.mood.look(theme);
    let size = vec2(width.max(60.0), HEIGHT);
    let inner = ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), |ui| {
        ui.spacing_mut().item_spacing.x = space::XS;
        let ground = ui.painter().add(egui::Shape::Noop);
        ui.add_space(space::XS);
        let closed = icon_button(ui, Icon::Remove, "Dismiss this message", true).clicked();
        let mut remedied = false;
        if let Some(remedy) = &toast.remedy {
            let (name, hint) = remedy.words();
            let text = RichText::new(name).small().color(theme.on_accent);
            remedied = ui.add(Button::new(text).fill(theme.accent)).on_hover_text(hint).clicked();
        }
        let text = RichText::new(&toast.text).small().color(theme.text_strong);
        let left = (ui.available_width() - 14.0 - space::S - 2.0 * space::XS).max(0.0);
        // As wide as the text, so that short messages are short.
        let full = super::controls::text_width(ui, &toast.text, egui::TextStyle::Small).ceil() + 1.0;
        ui.allocate_ui_with_layout(vec2(full.min(left), HEIGHT), Layout::left_to_right(Align::Center), |ui| {
            ui.add(Label::new(text).truncate());
        });
        let (rect, _) = ui.allocate_exact_size(vec2(14.0, HEIGHT), egui::Sense::hover());
        icon.paint(ui.painter(), rect, colour);
        ui.add_space(space::S);
        let rect = egui::Rect::from_x_y_ranges(ui.min_rect().x_range(), ui.max_rect().y_range());
        let edge = egui::Stroke::new(1.0, colour.gamma_multiply(0.6));
        ui.painter().set(ground, egui::epaint::RectShape::new(rect, 5, theme.raised, edge, egui::StrokeKind::Inside));
        let hovered = ui.rect_contains_pointer(rect);
        Said { hovered, closed, remedied }
    });
    inner.inner
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Draw at this time; says how many stay and how long egui may sleep.
    fn draw(ctx: &egui::Context, toasts: &mut Toasts, time: f64) -> (usize, f64) {
        let screen = egui::Rect::from_min_size(egui::Pos2::ZERO, vec2(900.0, 40.0));
        let input = egui::RawInput { screen_rect: Some(screen), time: Some(time), ..egui::RawInput::default() };
        let output = ctx.run_ui(input, |ui| {
            assert_eq!(toasts.ui(ui), None);
        });
        let sleep = output.viewport_output[&egui::ViewportId::ROOT].repaint_delay;
        output.drop_without_applying_deltas();
        (toasts.toasts.len(), sleep.as_secs_f64())
    }

    #[test]
    fn item_07_messages_leave_by_the_clock_and_need_no_frames_until_then() {
        let ctx = egui::Context::default();
        Theme::install(&ctx);
        let mut toasts = Toasts::default();
        draw(&ctx, &mut toasts, 0.0);
        toasts.push(Mood::Success, "Saved mine.ron.", None);
        // A long time after the last frame: its time begins now.
        draw(&ctx, &mut toasts, 100.0);
        // egui draws what is new a second time.
        draw(&ctx, &mut toasts, 100.1);
        draw(&ctx, &mut toasts, 100.2);
        let (count, sleep) = draw(&ctx, &mut toasts, 100.5);
        assert_eq!(count, 1);
        assert!((4.0..5.0).contains(&sleep), "the window sleeps until it leaves, not {sleep} s");
        toasts.push(Mood::Error, "It failed.", None);
        assert_eq!(draw(&ctx, &mut toasts, 104.0).0, 2);
        assert_eq!(draw(&ctx, &mut toasts, 105.1).0, 1);
        assert_eq!(draw(&ctx, &mut toasts, 115.9).0, 1);
        assert_eq!(draw(&ctx, &mut toasts, 116.1).0, 0);
        let (_, sleep) = draw(&ctx, &mut toasts, 116.2);
        assert!(sleep > 1e3, "nothing is drawn any more, but {sleep} s later");
    }

    #[test]
    fn there_are_two_at_most_and_errors_stay_longest() {
        let mut toasts = Toasts::default();
        for (mood, text) in
            [(Mood::Error, "a"), (Mood::Info, "b"), (Mood::Success, "c"), (Mood::Error, "d"), (Mood::Info, "e")]
        {
            toasts.push(mood, text, None);
        }
        let texts: Vec<&str> = toasts.toasts.iter().map(|toast| toast.text.as_str()).collect();
        assert_eq!(texts, ["d", "e"]);
    }
}
