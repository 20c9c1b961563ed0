//! Division into nearly equal parts.

use std::ops::Range;

/// Part `index` of `0..whole` in `parts` nearly equal parts.
pub fn part(index: usize, parts: usize, whole: usize) -> Range<usize> {
    index * whole / parts..(index + 1) * whole / parts
}
