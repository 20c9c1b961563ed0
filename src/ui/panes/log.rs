//! The log of events, the newest last, kept for as long as the window is open.

use crate::ui::controls::checkbox;
use crate::ui::icons::Icon;
use crate::ui::pane::{Pane, PaneContext};
use crate::ui::theme::{Theme, space};
use crate::worker::Level;
use eframe::egui::{self, Align, Label, Layout, RichText, ScrollArea, Ui, vec2};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::io::Write;
use std::time::Instant;

/// Largest number of lines that are kept; older ones are dropped.
const LINES_MAX: usize = 1_000;

/// A line of the log.
struct LogLine {
    /// Seconds since the window was opened.
    at: f64,
    level: Level,
    text: String,
}

/// The lines of this session; they are not kept for the next.
#[derive(Serialize, Deserialize)]
#[serde(default)]
pub struct LogPane {
    #[serde(skip)]
    start: Instant,
    #[serde(skip)]
    lines: VecDeque<LogLine>,
    /// Whether only warnings and errors are shown.
    #[serde(skip)]
    terse: bool,
    /// Whether lines also go to standard error, as with `ELBOW_LOG` set.
    #[serde(skip)]
    echoes: bool,
}

impl Default for LogPane {
    fn default() -> Self {
        Self {
            start: Instant::now(),
            lines: VecDeque::new(),
            terse: false,
            echoes: std::env::var_os("ELBOW_LOG").is_some(),
        }
    }
}

impl LogPane {
    pub fn push(&mut self, level: Level, text: impl Into<String>) {
        if self.lines.len() == LINES_MAX {
            self.lines.pop_front();
        }
        let line = LogLine { at: self.start.elapsed().as_secs_f64(), level, text: text.into() };
        if self.echoes {
            // Nobody may be reading: `eprintln!` would end the program then.
            let _ = writeln!(std::io::stderr(), "{:.2} s {}", line.at, line.text);
        }
        self.lines.push_back(line);
    }

    fn shown(&self) -> impl Iterator<Item = &LogLine> {
        self.lines.iter().filter(|line| !self.terse || line.level != Level::Info)
    }

    fn text(&self) -> String {
        self.shown().map(|line| format!("{} {}\n", clock(line.at), line.text)).collect()
    }
}

impl Pane for LogPane {
    fn ui(&mut self, ui: &mut Ui, context: &mut PaneContext<'_>) {
        let theme = context.theme;
        theme.pane_frame().show(ui, |ui| {
            ui.horizontal(|ui| {
                checkbox(ui, &mut self.terse, "Warnings and errors only");
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    if ui.button("Clear").on_hover_text("Forget these lines.").clicked() {
                        self.lines.clear();
                    }
                    if ui.button("Copy").on_hover_text("Copy these lines as text.").clicked() {
                        ui.ctx().copy_text(self.text());
                    }
                });
            });
            ui.add_space(space::XS);
            ScrollArea::vertical().auto_shrink(false).stick_to_bottom(true).show(ui, |ui| {
                if self.shown().next().is_none() {
                    ui.label(theme.muted("Nothing yet. What the run does and what goes wrong is written here."));
                }
                for line in self.shown() {
                    line_ui(ui, theme, line);
                }
            });
        });
    }
}

fn line_ui(ui: &mut Ui, theme: &Theme, line: &LogLine) {
    ui.horizontal_top(|ui| {
        ui.label(theme.muted(clock(line.at)));
        let (icon, colour, ink) = match line.level {
            Level::Info => (None, theme.text_faint, theme.text),
            Level::Warning => (Some(Icon::Warning), theme.warning, theme.text),
            Level::Error => (Some(Icon::Error), theme.error, theme.error),
        };
        let (rect, _) = ui.allocate_exact_size(vec2(12.0, 16.0), egui::Sense::hover());
        match icon {
            Some(icon) => icon.paint(ui.painter(), rect, colour),
            None => {
                ui.painter().circle_filled(rect.center(), 2.0, colour);
            }
        }
        ui.add(Label::new(RichText::new(&line.text).color(ink)).wrap().selectable(true));
    });
}

/// A time since the window was opened, in minutes and seconds: `3:07`.
fn clock(seconds: f64) -> String {
    let seconds = seconds as u64;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_is_bounded_and_keeps_the_newest() {
        let mut log = LogPane::default();
        for i in 0..LINES_MAX + 10 {
            log.push(Level::Info, format!("line {i}"));
        }
        assert_eq!(log.lines.len(), LINES_MAX);
        assert!(log.text().starts_with("0:00 line 10\n"));
    }

    #[test]
    fn terse_hides_information_only() {
        let mut log = LogPane { terse: true, ..LogPane::default() };
        log.push(Level::Info, "a");
        log.push(Level::Warning, "b");
        log.push(Level::Error, "c");
        assert_eq!(log.text(), "0:00 b\n0:00 c\n");
    }
}
