//! Work in slices short enough to fit between training steps.

/// Work on a subject `S` that is done slice by slice: between two of them a model trains on, progress is shown, and
/// whoever holds the work may drop it, which cancels it.
pub trait Sliced<S: ?Sized> {
    /// What all slices together find.
    type Found;
    /// What may go wrong in a slice.
    type Error;

    /// Do the next slice on at most `threads` threads (1, except on the CPU); `true` once all is done.
    ///
    /// # Errors
    /// As a rule the device's.
    fn slice(&mut self, subject: &S, threads: usize) -> Result<bool, Self::Error>;

    /// How far it has come.
    fn progress(&self) -> Progress;

    /// What the last slice added to the findings, where that is worth showing before the end.
    fn news(&mut self) -> Option<Self::Found> {
        None
    }

    /// The findings, once [`slice`](Self::slice) has said that all is done.
    fn finish(self: Box<Self>) -> Self::Found;

    /// Do all slices at once.
    ///
    /// # Errors
    /// The errors of [`slice`](Self::slice).
    fn run(mut self, subject: &S, threads: usize) -> Result<Self::Found, Self::Error>
    where
        Self: Sized,
    {
        while !self.slice(subject, threads)? {}
        Ok(Box::new(self).finish())
    }
}

/// How far sliced work has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Pieces done; all take about equally long, and what a piece is depends on the work.
    pub done: usize,
    /// Pieces in all.
    pub all: usize,
    /// What is being done.
    pub what: &'static str,
}

impl Progress {
    /// The share that is done, from 0 to 1.
    pub fn share(&self) -> f32 {
        (self.done as f32 / self.all.max(1) as f32).min(1.0)
    }
}
