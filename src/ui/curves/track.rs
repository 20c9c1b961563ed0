//! The reports of one source, column by column.

use super::pyramid::Pyramid;
use super::quantity::{Quantity, XAxis};
use crate::train::Report;
use std::ops::{Range, RangeInclusive};

/// The reports of one source, column by column.
#[derive(Clone, Debug, Default)]
pub struct Track {
    x: [Vec<f64>; 3],
    y: [Pyramid; Quantity::ALL.len()],
    pub(super) latest: Option<Report>,
}

impl Track {
    /// Places without reports, the same on every axis.
    pub(super) fn at(x: &[f64]) -> Self {
        Self { x: std::array::from_fn(|_| x.to_vec()), ..Self::default() }
    }

    pub fn len(&self) -> usize {
        self.x[0].len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The positions of the reports on an axis, in ascending order.
    pub fn x(&self, axis: XAxis) -> &[f64] {
        &self.x[axis as usize]
    }

    pub fn y(&self, quantity: Quantity) -> &Pyramid {
        &self.y[quantity as usize]
    }

    /// The newest report with all its fields.
    pub fn latest(&self) -> Option<&Report> {
        self.latest.as_ref()
    }

    /// The report closest to `x`.
    pub fn nearest(&self, axis: XAxis, x: f64) -> Option<usize> {
        let xs = self.x(axis);
        let after = xs.partition_point(|&v| v < x);
        let before = after.saturating_sub(1);
        let distance = |i: usize| xs.get(i).map(|v| (v - x).abs());
        match (distance(before), distance(after)) {
            (Some(b), Some(a)) => Some(if a < b { after } else { before }),
            (Some(_), None) => Some(before),
            (None, _) => None,
        }
    }

    /// The reports with x in `range`.
    pub fn within(&self, axis: XAxis, range: &RangeInclusive<f64>) -> Range<usize> {
        let xs = self.x(axis);
        let start = xs.partition_point(|v| v < range.start());
        let end = xs.partition_point(|v| v <= range.end());
        start..end.max(start)
    }

    /// Append the position of a measurement.
    pub(super) fn push_x(&mut self, step: u64, epoch: f64, seconds: f64) {
        for (column, x) in self.x.iter_mut().zip([step as f64, epoch, seconds]) {
            // Time never runs backwards here, whatever a resumed run says: the searches rely on it.
            let last = column.last().copied().unwrap_or(f64::NEG_INFINITY);
            column.push(if x >= last { x } else { last.max(0.0) });
        }
    }

    pub(super) fn push(&mut self, report: &Report) {
        self.push_x(report.step, report.epoch, report.seconds);
        for (column, quantity) in self.y.iter_mut().zip(Quantity::ALL) {
            column.push(quantity.of(report) as f32);
        }
    }
}
