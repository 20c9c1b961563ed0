//! Progress on standard error: a bar on a terminal, else a line every few seconds.

use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::time::{Duration, Instant};

const LINE_PERIOD: Duration = Duration::from_secs(5);

/// Shows how far a piece of work has come.
pub struct Progress {
    bar: Option<ProgressBar>,
    line_at: Instant,
}

impl Progress {
    /// `total` steps of work, or an unknown number.
    pub fn new(total: Option<u64>) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let template = "{wide_bar:.cyan/dim} {pos}/{len} {msg} {eta} left";
            let style = ProgressStyle::with_template(template).expect("the template is fixed and valid");
            total.map_or_else(ProgressBar::new_spinner, |total| ProgressBar::new(total).with_style(style))
        });
        Self { bar, line_at: Instant::now() }
    }

    /// `done` steps are behind us; `message` says what they brought.
    pub fn show(&mut self, done: u64, message: impl FnOnce() -> String) {
        match &self.bar {
            Some(bar) => {
                bar.set_position(done);
                bar.set_message(message());
            }
            None if self.line_at.elapsed() > LINE_PERIOD => {
                self.line_at = Instant::now();
                eprintln!("{}", message());
            }
            None => {}
        }
    }

    /// The work is over.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
