//! Numbers in memory that begins with a line of the processor's cache, so that no vector of them lies across two lines:
//! such a vector takes two loads.

use std::ops::{Deref, DerefMut};

/// Bytes of a line of the cache.
const LINE: usize = 64;

/// Numbers whose first lies at the beginning of a line.
pub struct Aligned {
    /// A line more than is used.
    numbers: Vec<f32>,
    first: usize,
    count: usize,
}

impl Aligned {
    /// So many zeros.
    pub fn zeros(count: usize) -> Self {
        let numbers = vec![0.0; count + LINE / size_of::<f32>()];
        let first = numbers.as_ptr().align_offset(LINE).min(LINE / size_of::<f32>());
        Self { numbers, first, count }
    }
}

impl Deref for Aligned {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        &self.numbers[self.first..][..self.count]
    }
}

impl DerefMut for Aligned {
    fn deref_mut(&mut self) -> &mut [f32] {
        &mut self.numbers[self.first..][..self.count]
    }
}
