//! Exponential moving averages of curves, kept up to date report by report.

use super::of_run::Curves;
use super::pyramid::Pyramid;
use super::quantity::{Quantity, ReportSource};
use std::collections::BTreeMap;

/// The smoothed curves of a pane.
#[derive(Clone, Debug, Default)]
pub struct Smoothing {
    run: u64,
    /// Reports that the average reaches back over.
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
    /// Average on over the values that are new. The start is unbiased: the sum is divided by the weights it holds
    /// (as in Adam; Kingma & Ba 2015, section 3).
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
    /// Bring the average of a curve up to date. It reaches back over about `window` reports: each weighs
    /// 1 − 1/window of the next.
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

    /// The average as of the last [`update`](Self::update); without one, the curve itself.
    pub fn curve<'a>(&'a self, curves: &'a Curves, source: ReportSource, quantity: Quantity) -> &'a Pyramid {
        self.averages.get(&(source, quantity)).map_or(curves.track(source).y(quantity), |average| &average.smooth)
    }
}
