//! From any number of reports to at most two points a pixel column, with every extreme kept.

use super::Pyramid;
use super::pyramid::BLOCK;
use egui_plot::PlotPoint;
use std::ops::{Range, RangeInclusive};

/// How the visible reports fall into pixel columns; worked out once for all quantities of a track.
#[derive(Clone, Debug, PartialEq)]
pub enum Columns {
    /// Few enough to draw each.
    Each(Range<usize>),
    /// Column `i` holds the reports `edges[i]..edges[i + 1]`.
    Binned(Vec<usize>),
}

impl Columns {
    /// Spread the reports with `x` (ascending) in `range` over `columns` columns. One report beyond either end is
    /// kept, so that the curve leaves the picture instead of stopping short.
    pub fn new(x: &[f64], range: RangeInclusive<f64>, columns: usize) -> Self {
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
        let mut edges = Vec::with_capacity(columns + 3);
        edges.push(start);
        let (mut at, mut step) = (start, 0);
        for column in 0..=columns {
            let boundary = low + (high - low) * column as f64 / columns as f64;
            let next = seek(&x[..end], at, boundary, step);
            (step, at) = (next - at, next);
            edges.push((at / block * block).max(start));
        }
        edges.push(end);
        edges.dedup();
        Self::Binned(edges)
    }
}

/// The first index from `at` on whose x is not below `boundary`, looked for about `step` further on: columns hold
/// about as many reports as the one before.
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

/// The points of a curve, in ascending x; a NaN in y is a gap. In a column of several reports the minimum and the
/// maximum are drawn at its middle, the one nearer to the last point first.
pub fn polyline(x: &[f64], y: &Pyramid, columns: &Columns) -> Vec<PlotPoint> {
    let edges = match columns {
        Columns::Each(range) => return range.clone().map(|i| PlotPoint::new(x[i], y.get(i))).collect(),
        Columns::Binned(edges) => edges,
    };
    let mut points: Vec<PlotPoint> = Vec::with_capacity(2 * edges.len());
    for pair in edges.windows(2) {
        let (start, end) = (pair[0], pair[1]);
        if end - start == 1 {
            points.push(PlotPoint::new(x[start], y.get(start)));
            continue;
        }
        let middle = 0.5 * (x[start] + x[end - 1]);
        match y.extremes(start..end) {
            Some([min, max]) => {
                let (min, max) = (f64::from(min), f64::from(max));
                let last = points.last().map_or(min, |p| p.y);
                let rising = (last - min).abs() <= (last - max).abs();
                let (first, second) = if rising { (min, max) } else { (max, min) };
                points.push(PlotPoint::new(middle, first));
                if min < max {
                    points.push(PlotPoint::new(middle, second));
                }
            }
            None => points.push(PlotPoint::new(middle, f64::NAN)),
        }
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn seeking_finds_what_a_search_of_everything_finds(
            mut x in prop::collection::vec(0u32..500, 0..3_000), at in 0usize..3_000, step in 0usize..4_000, boundary in -1.0f64..510.0,
        ) {
            x.sort_unstable();
            let x: Vec<f64> = x.into_iter().map(f64::from).collect();
            let at = at.min(x.partition_point(|&v| v < boundary));
            prop_assert_eq!(seek(&x, at, boundary, step), x.partition_point(|&v| v < boundary));
        }
    }
}
