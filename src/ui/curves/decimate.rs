//! Reduction of any number of reports to one stroke per pixel column that keeps every extreme.

use super::pyramid::{BLOCK, Pyramid};
use std::ops::{Range, RangeInclusive};

/// The division of the visible reports into pixel columns; computed once for all quantities of a track.
#[derive(Clone, Debug, PartialEq)]
pub enum Columns {
    /// There are few enough reports to draw each.
    Each(Range<usize>),
    Binned(Edges),
}

/// Column `i` holds the reports `edges[i]..edges[i + 1]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Edges {
    edges: Vec<usize>,
    range: RangeInclusive<f64>,
    columns: usize,
    /// All edges are multiples of this number.
    block: usize,
    settled: Settled,
}

/// The part of the division that further reports do not change.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Settled {
    edges: usize,
    /// Number of boundaries between columns with reports after them, and the first report after the last boundary.
    boundaries: usize,
    at: usize,
}

impl Columns {
    /// Divide the reports with `x` (ascending) in `range` over `columns` columns. One report beyond either end is kept,
    /// so that the curve leaves the picture instead of ending inside it. `before` is the result of the same call when
    /// there were fewer reports; only the added ones are examined.
    pub fn new(x: &[f64], range: RangeInclusive<f64>, columns: usize, before: Option<&Self>) -> Self {
        let (low, high) = (*range.start(), *range.end());
        let columns = columns.max(1);
        let start = x.partition_point(|&v| v < low).saturating_sub(1);
        let end = (x.partition_point(|&v| v <= high) + 1).min(x.len()).max(start);
        // A width of nothing, or not a number, has no columns.
        if end - start <= 2 * columns || low.partial_cmp(&high) != Some(std::cmp::Ordering::Less) {
            return Self::Each(start..end.min(start + 2 * columns));
        }
        // With many reports a column its edges move to whole blocks of the pyramid, by less than an eighth of a
        // pixel: no block is then read apart.
        let mut block = 1;
        while block * BLOCK * 8 <= (end - start) / columns {
            block *= BLOCK;
        }
        let known = match before {
            Some(Self::Binned(b)) if (&b.range, b.columns, b.block, b.edges[0]) == (&range, columns, block, start) => {
                Some(b)
            }
            _ => None,
        };
        let mut settled = known.map_or(Settled { edges: 1, boundaries: 0, at: start }, |known| known.settled);
        let mut edges = Vec::with_capacity(columns + 3);
        edges.extend_from_slice(known.map_or(&[start], |known| &known.edges[..settled.edges]));
        let mut push = |edge: usize| {
            if edges.last() != Some(&edge) {
                edges.push(edge);
            }
            edges.len()
        };
        let (mut at, mut step) = (settled.at, 0);
        for column in settled.boundaries..=columns {
            let boundary = low + (high - low) * column as f64 / columns as f64;
            let next = seek(&x[..end], at, boundary, step);
            (step, at) = (next - at, next);
            let edges = push((at / block * block).max(start));
            if at < end {
                settled = Settled { edges, boundaries: column + 1, at };
            }
        }
        push(end);
        Self::Binned(Edges { edges, range, columns, block, settled })
    }
}

/// The first index from `at` on whose x is not below `boundary`. The search begins about `step` further on, since
/// columns hold about as many reports as the one before.
fn seek(x: &[f64], at: usize, boundary: f64, step: usize) -> usize {
    let below = |i: usize| x.get(i).is_some_and(|&v| v < boundary);
    let (mut low, mut high) = (at, at + step);
    let mut reach = (step / 64).max(8);
    if below(high) {
        while below(high) {
            (low, high) = (high, high + reach);
            reach *= 4;
        }
    } else {
        while high > at + reach && !below(high - reach) {
            high -= reach;
            reach *= 4;
        }
        low = low.max(high.saturating_sub(reach));
    }
    low + x[low..high.min(x.len())].partition_point(|&v| v < boundary)
}

/// The content of one column: a single report, or the smallest and the largest value of several.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Extent {
    /// x of the report, or of the middle of the column.
    pub x: f64,
    /// The smallest value; NaN makes a gap in the curve.
    pub low: f64,
    pub high: f64,
}

impl Extent {
    fn of_report(x: &[f64], y: &Pyramid, index: usize) -> Self {
        let value = y.get(index);
        Self { x: x[index], low: value, high: value }
    }

    fn of_column(x: &[f64], y: &Pyramid, start: usize, end: usize) -> Self {
        if end - start == 1 {
            return Self::of_report(x, y, start);
        }
        let [low, high] = y.extremes(start..end).unwrap_or([f32::NAN; 2]).map(f64::from);
        Self { x: 0.5 * (x[start] + x[end - 1]), low, high }
    }

    /// Whether there is something to draw.
    pub fn is_gap(&self) -> bool {
        self.low.is_nan() || self.high.is_nan()
    }
}

/// The extents of a curve column by column, in ascending x. `before` is the result of the same call when there were
/// fewer reports, with its columns; columns with unchanged reports are not examined again.
pub fn extents(x: &[f64], y: &Pyramid, columns: &Columns, before: Option<(&Columns, &[Extent])>) -> Vec<Extent> {
    let edges = match columns {
        Columns::Each(range) => return range.clone().map(|i| Extent::of_report(x, y, i)).collect(),
        Columns::Binned(Edges { edges, .. }) => edges,
    };
    let mut extents = Vec::with_capacity(edges.len());
    if let Some((Columns::Binned(old), known)) = before {
        let same = edges.iter().zip(&old.edges).take_while(|(new, old)| new == old).count().saturating_sub(1);
        extents.extend_from_slice(&known[..same.min(known.len())]);
    }
    let rest = edges.windows(2).skip(extents.len());
    extents.extend(rest.map(|pair| Extent::of_column(x, y, pair[0], pair[1])));
    extents
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn seeking_finds_what_a_search_of_everything_finds(
            mut x in prop::collection::vec(0u32..500, 0..3_000),
            at in 0usize..3_000, step in 0usize..4_000, boundary in -1.0f64..510.0,
        ) {
            x.sort_unstable();
            let x: Vec<f64> = x.into_iter().map(f64::from).collect();
            let at = at.min(x.partition_point(|&v| v < boundary));
            prop_assert_eq!(seek(&x, at, boundary, step), x.partition_point(|&v| v < boundary));
        }
    }
}
