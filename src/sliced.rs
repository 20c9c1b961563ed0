//! Work in slices short enough to fit between training steps.

/// Long work on a subject `S`, done slice by slice. Between two slices a model trains on and progress is shown;
/// dropping the work cancels it.
pub trait Sliced<S: ?Sized> {
    /// The result of all slices together.
    type Found;
    /// The error of a slice that fails.
    type Error;

    /// Do the next slice on at most `threads` threads (more than 1 only on the CPU). Returns `true` once all slices are
    /// done.
    ///
    /// # Errors
    /// Usually an error of the device that computes the slice.
    fn slice(&mut self, subject: &S, threads: usize) -> Result<bool, Self::Error>;

    /// How much of the work is done.
    fn progress(&self) -> Progress;

    /// The findings that the last slice added, where they are worth showing before the end; `None` otherwise.
    fn news(&mut self) -> Option<Self::Found> {
        None
    }

    /// The findings. To be called after [`slice`](Self::slice) has returned `true`.
    fn finish(self: Box<Self>) -> Self::Found;

    /// Do all slices, one after the other, without anything in between.
    ///
    /// # Errors
    /// The first error of [`slice`](Self::slice).
    fn run(mut self, subject: &S, threads: usize) -> Result<Self::Found, Self::Error>
    where
        Self: Sized,
    {
        while !self.slice(subject, threads)? {}
        Ok(Box::new(self).finish())
    }
}

/// How much of a piece of sliced work is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Pieces done. All pieces of a work take about equally long; each kind of work divides itself into pieces of its
    /// own.
    pub done: usize,
    /// Number of pieces in all.
    pub all: usize,
    /// The current activity, in words for a progress bar.
    pub what: &'static str,
}

impl Progress {
    /// The share that is done, from 0 to 1.
    pub fn share(&self) -> f32 {
        (self.done as f32 / self.all.max(1) as f32).min(1.0)
    }
}
