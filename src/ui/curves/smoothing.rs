//! Exponential moving averages of curves, updated report by report.

use super::of_run::Curves;
use super::pyramid::Pyramid;
use super::quantity::{Quantity, ReportSource};
use std::collections::BTreeMap;

/// The smoothed curves of a pane.
#[derive(Clone, Debug, Default)]
pub struct Smoothing {
    run: u64,
    /// Number of reports that the average covers.
    window: f32,
    averages: BTreeMap<(ReportSource, Quantity), Average>,
}

#[derive(Clone, Debug, Default)]
struct Average {
    sum: f64,
    weight: f64,
    smooth: Pyramid,
}

impl Average {
    /// Continue the average over the new values. It is unbiased at the start, since the sum is divided by the sum of
    /// the weights so far (as in Adam; Kingma & Ba 2015, section 3).
    fn extend(&mut self, values: &[f32], window: f32) {
        let keep = 1.0 - 1.0 / f64::from(window);
        for &value in &values[self.smooth.len()..] {
            if value.is_finite() {
                self.sum = keep * self.sum + (1.0 - keep) * f64::from(value);
                self.weight = keep * self.weight + (1.0 - keep);
                self.smooth.push((self.sum / self.weight) as f32);
            } else {
                self.smooth.push(f32::NAN);
            }
        }
    }
}

impl Smoothing {
    /// Update the average of a curve. It covers about `window` reports: the weight of each is 1 − 1/window of that of
    /// the next.
    pub fn update(&mut self, curves: &Curves, source: ReportSource, quantity: Quantity, window: f32) {
        if self.run != curves.run() || self.window != window {
            *self = Self { run: curves.run(), window, averages: BTreeMap::new() };
        }
        if window <= 1.0 {
            return;
        }
        let raw = curves.track(source).y(quantity);
        let average = self.averages.entry((source, quantity)).or_default();
        if average.smooth.len() > raw.len() {
            *average = Average::default();
        }
        average.extend(raw.values(), window);
    }

    /// The average after the last [`update`](Self::update); if there was none, the curve itself.
    pub fn curve<'a>(&'a self, curves: &'a Curves, source: ReportSource, quantity: Quantity) -> &'a Pyramid {
        self.averages.get(&(source, quantity)).map_or(curves.track(source).y(quantity), |average| &average.smooth)
    }
}
