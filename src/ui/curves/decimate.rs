//! From any number of reports to at most two points a pixel column, with every extreme kept.

use super::Pyramid;
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
        let mut edges = Vec::with_capacity(columns + 3);
        edges.push(start);
        let mut at = start;
        for column in 0..=columns {
            let boundary = low + (high - low) * column as f64 / columns as f64;
            at += x[at..end].partition_point(|&v| v < boundary);
            edges.push(at);
        }
        edges.push(end);
        edges.dedup();
        Self::Binned(edges)
    }
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
