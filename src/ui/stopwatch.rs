//! Measurement of how long a user waits: for the first frame, and from Train to the first point of the plot. The log
//! shows the times.

use std::time::Instant;

/// The waits that are being measured.
#[derive(Default)]
pub struct Stopwatch {
    /// The time when the program began to open the window; `None` once the first frame has been shown.
    opening: Option<Instant>,
    frames: u64,
    /// The time when Train was pressed; `None` once the first point has been drawn.
    training: Option<Instant>,
}

impl Stopwatch {
    /// A stopwatch; `opening` is the time when the program began to open the window.
    pub fn new(opening: Option<Instant>) -> Self {
        Self { opening, ..Self::default() }
    }

    /// Note that Train was pressed.
    pub fn train(&mut self) {
        self.training = Some(Instant::now());
    }

    /// Must be called at the start of each frame; returns the messages for the log.
    pub fn frame(&mut self, has_points: bool) -> Vec<String> {
        let mut told = Vec::new();
        let seconds = |since: Instant| since.elapsed().as_secs_f64();
        // When the second frame begins, the first is on the screen.
        if self.frames == 1
            && let Some(opening) = self.opening.take()
        {
            told.push(format!("The first frame was shown after {:.2} s.", seconds(opening)));
        }
        self.frames += 1;
        if has_points && let Some(training) = self.training.take() {
            told.push(format!("The first point of the plot came {:.2} s after Train.", seconds(training)));
        }
        told
    }

    /// Whether a frame is wanted at once, just to take the time.
    pub fn is_opening(&self) -> bool {
        self.opening.is_some()
    }
}
