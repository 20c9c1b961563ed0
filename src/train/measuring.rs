//! A measurement of the bounds on images of a split, some images at a time.

use super::interval::Interval;
use crate::data::Split;

/// The bounds on images of a split, as far as they have been measured.
pub struct Measuring {
    pub split: Split,
    /// The images, ascending.
    pub indices: Vec<usize>,
    /// Number of images that have been measured.
    pub done: usize,
    /// Images among them that are reported by themselves too, ascending.
    pub part: Vec<usize>,
    pub all: Interval,
    pub of_part: Interval,
}

impl Measuring {
    pub fn new(split: Split, indices: Vec<usize>, part: Vec<usize>) -> Self {
        Self { split, indices, done: 0, part, all: Interval::default(), of_part: Interval::default() }
    }
}
