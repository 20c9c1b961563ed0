//! Minima and maxima of any range of an append-only series.

use std::ops::Range;

/// Number of values of one level that an entry of the next level summarises.
pub const BLOCK: usize = 1 << SHIFT;
const SHIFT: u32 = 3;

/// An append-only series with the minima and maxima of its blocks of 8, 64, 512, … values.
///
/// Appending costs amortised O(1), the extremes of a range O(log n); memory is 1.3 times that of the values.
#[derive(Clone, Debug, Default)]
pub struct Pyramid {
    values: Vec<f32>,
    /// `levels[k][i]`: [min, max] of values `i·8ᵏ⁺¹ .. (i+1)·8ᵏ⁺¹`; complete blocks only.
    levels: Vec<Vec<[f32; 2]>>,
    /// Whether a value is a gap, so that a block may hold fewer values than its length.
    has_gaps: bool,
}

/// [min, max] of an empty range.
const EMPTY: [f32; 2] = [f32::INFINITY, f32::NEG_INFINITY];

fn join(a: [f32; 2], b: [f32; 2]) -> [f32; 2] {
    [a[0].min(b[0]), a[1].max(b[1])]
}

impl Pyramid {
    /// Append a value. One that is not finite is stored as NaN, which makes a gap in the curve.
    pub fn push(&mut self, value: f32) {
        self.has_gaps |= !value.is_finite();
        self.values.push(if value.is_finite() { value } else { f32::NAN });
        let mut extremes = None;
        for k in 0.. {
            let below = if k == 0 { self.values.len() } else { self.levels[k - 1].len() };
            if below == 0 || !below.is_multiple_of(BLOCK) {
                break;
            }
            extremes = Some(match extremes {
                // `min` and `max` pass NaN over.
                None => self.values[below - BLOCK..].iter().fold(EMPTY, |e, &v| join(e, [v, v])),
                Some(_) => self.levels[k - 1][below - BLOCK..].iter().copied().fold(EMPTY, join),
            });
            if self.levels.len() == k {
                self.levels.push(Vec::new());
            }
            self.levels[k].extend(extremes);
        }
    }

    pub fn values(&self) -> &[f32] {
        &self.values
    }

    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// The value at `index`; NaN beyond the end.
    pub fn get(&self, index: usize) -> f64 {
        self.values.get(index).map_or(f64::NAN, |&v| f64::from(v))
    }

    /// [min, max] of the values in `range` that lie in [low, high], and how many lie outside of it; gaps are neither.
    pub fn extremes_within(&self, range: Range<usize>, [low, high]: [f32; 2]) -> (Option<[f32; 2]>, usize) {
        let end = range.end.min(self.values.len());
        let (mut at, mut found, mut outside) = (range.start, EMPTY, 0);
        while at < end {
            let mut level = (at.trailing_zeros().min((end - at).ilog2()) / SHIFT).min(self.levels.len() as u32);
            let size = loop {
                let [least, most] = match level {
                    0 => [self.values[at]; 2],
                    _ => self.levels[level as usize - 1][at >> (SHIFT * level)],
                };
                let size = 1 << (SHIFT * level);
                if (most < low || least > high) && (level == 0 || !self.has_gaps) {
                    outside += size;
                    break size;
                }
                // A block within, or a gap, which `min` and `max` pass over. (The two ends of a block of gaps alone are
                // infinite, so it is not within.)
                if level == 0 || (least >= low && most <= high) {
                    found = join(found, [least, most]);
                    break size;
                }
                level -= 1;
            };
            at += size;
        }
        ((found[0] <= found[1]).then_some(found), outside)
    }

    /// [min, max] of the values in `range` (clipped to the series), without NaN; `None` if there are none.
    pub fn extremes(&self, range: Range<usize>) -> Option<[f32; 2]> {
        let end = range.end.min(self.values.len());
        let mut at = range.start;
        let mut found = EMPTY;
        while at < end {
            // The largest block that starts here and ends in time: 8ᵏ divides `at` and is at most `end − at`.
            let level = (at.trailing_zeros().min((end - at).ilog2()) / SHIFT).min(self.levels.len() as u32);
            let extremes = match level {
                0 => [self.values[at]; 2],
                _ => self.levels[level as usize - 1][at >> (SHIFT * level)],
            };
            found = join(found, extremes);
            at += 1 << (SHIFT * level);
        }
        (found[0] <= found[1]).then_some(found)
    }
}
