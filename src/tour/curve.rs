//! The curve f that leads from z to the mean of x, as points that can be moved by hand.

use serde::{Deserialize, Serialize};

/// Number of points that the curve passes through.
pub const KNOTS: usize = 9;
/// z of the first point.
const FIRST: f64 = -4.0;

/// z of a point of the curve: −4, −3, …, 4.
pub fn knot_z(knot: usize) -> f64 {
    FIRST + knot as f64
}

/// A smooth curve through points one unit of z apart: cubic between two of them with a continuous slope (Catmull & Rom
/// 1974), straight beyond the last.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Curve {
    /// f at z = −4, −3, …, 4.
    pub knots: [f64; KNOTS],
}

/// A curve to begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Rising, steep in the middle: every posterior has one mode, most of them lean to one side.
    Bend,
    /// Down and up again: two z explain one x, and the posterior has two modes.
    Fold,
    /// Up, down and up: the density of x has bumps.
    Wave,
}

impl Shape {
    /// The curves to begin with, in their order on the screen.
    pub const ALL: [Self; 3] = [Self::Bend, Self::Fold, Self::Wave];

    /// The curve's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bend => "Bend",
            Self::Fold => "Fold",
            Self::Wave => "Wave",
        }
    }

    /// The curve.
    pub fn curve(self) -> Curve {
        let knots = match self {
            Self::Bend => [-2.3, -2.1, -1.8, -1.3, 0.0, 1.3, 1.8, 2.1, 2.3],
            Self::Fold => [3.2, 2.8, 2.0, 0.4, -1.2, 0.4, 2.0, 2.8, 3.2],
            Self::Wave => [-3.0, -2.6, -2.0, -0.2, 1.2, -1.2, 0.2, 2.0, 2.6],
        };
        Curve { knots }
    }
}

impl Default for Curve {
    fn default() -> Self {
        Shape::Bend.curve()
    }
}

impl Curve {
    /// f(z).
    pub fn at(&self, z: f64) -> f64 {
        self.value_and_slope(z).0
    }

    /// f(z) and f′(z).
    pub fn value_and_slope(&self, z: f64) -> (f64, f64) {
        let last = KNOTS - 1;
        let place = z - FIRST;
        if place <= 0.0 {
            let slope = self.slope(0);
            return (self.knots[0] + slope * place, slope);
        }
        if place >= last as f64 {
            let slope = self.slope(last);
            return (self.knots[last] + slope * (place - last as f64), slope);
        }
        let i = (place as usize).min(last - 1);
        let t = place - i as f64;
        let (p, q, a, b) = (self.knots[i], self.knots[i + 1], self.slope(i), self.slope(i + 1));
        // Hermite's cubic, by its coefficients.
        let (c2, c3) = (3.0 * (q - p) - 2.0 * a - b, 2.0 * (p - q) + a + b);
        (p + t * (a + t * (c2 + t * c3)), a + t * (2.0 * c2 + 3.0 * t * c3))
    }

    /// The slope at a point: that of the line between its neighbours.
    fn slope(&self, knot: usize) -> f64 {
        let (before, after) = (knot.saturating_sub(1), (knot + 1).min(KNOTS - 1));
        (self.knots[after] - self.knots[before]) / (after - before) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_passes_through_its_points_and_has_the_slope_that_it_says() {
        for shape in Shape::ALL {
            let curve = shape.curve();
            for (knot, &value) in curve.knots.iter().enumerate() {
                assert!((curve.at(knot_z(knot)) - value).abs() < 1e-12);
            }
            for i in -60..=60 {
                let (z, h) = (0.1 * f64::from(i) + 0.03, 1e-6);
                let slope = (curve.at(z + h) - curve.at(z - h)) / (2.0 * h);
                assert!((slope - curve.value_and_slope(z).1).abs() < 1e-6, "{shape:?} at {z}");
            }
        }
    }
}
