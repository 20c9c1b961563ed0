//! Progress on standard error: a bar on a terminal, else a line every few seconds.

use super::output;
use indicatif::{ProgressBar, ProgressStyle};
use std::cell::Cell;
use std::io::IsTerminal;
use std::time::{Duration, Instant};

const LINE_PERIOD: Duration = Duration::from_secs(5);

/// Shows the progress of some work; the bar is removed when this is dropped.
pub struct Progress {
    bar: Option<ProgressBar>,
    /// The time when the next line is due.
    line_at: Cell<Instant>,
    started: Cell<bool>,
}

impl Progress {
    pub fn new() -> Self {
        let bar = std::io::stderr().is_terminal().then(ProgressBar::new_spinner);
        Self { bar, line_at: Cell::new(Instant::now() + LINE_PERIOD), started: Cell::new(false) }
    }

    /// Show the present activity before the work proper begins.
    pub fn prepare(&self, what: &str) {
        if let Some(bar) = &self.bar {
            bar.set_message(what.to_string());
            bar.tick();
        }
    }

    /// Show that `done` of `total` (if it is known) is finished; `message` describes the state of the work.
    pub fn show(&self, done: u64, total: Option<u64>, message: impl FnOnce() -> String) {
        match &self.bar {
            Some(bar) => {
                if let Some(total) = total.filter(|&total| bar.length() != Some(total)) {
                    let template = "{wide_bar:.cyan/dim} {percent:>3}% {msg} {eta} left";
                    bar.set_style(ProgressStyle::with_template(template).expect("the template is fixed and valid"));
                    bar.set_length(total);
                }
                bar.set_position(done);
                if !self.started.replace(true) {
                    // Steps that a resumed run had taken before say nothing about its speed now.
                    bar.reset_eta();
                }
                bar.set_message(message());
            }
            None if Instant::now() >= self.line_at.get() => {
                self.line_at.set(Instant::now() + LINE_PERIOD);
                output::note(message());
            }
            None => {}
        }
    }

    /// Print a message above the bar, where it stays.
    pub fn note(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| output::note(text)),
            None => output::note(text),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
