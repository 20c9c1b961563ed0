//! The model: z ~ N(0, 1), x ~ N(f(z), s²).

use super::curve::Curve;
use super::grid::Grid;
use super::normal::{log_density, log_density_of};
use crate::random::{Purpose, Stream};
use serde::{Deserialize, Serialize};

/// Points of z for integrals over all z: 200 to a unit, fine enough for the posterior of a noise of 0.05 or more.
const EVERYWHERE: (f64, f64, usize) = (-20.0, 20.0, 8_001);

/// A latent-variable model with one latent dimension and one observed one: z ~ N(0, 1), x ~ N(f(z), noise²).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LatentCurve {
    /// f, the mean of x given z.
    pub curve: Curve,
    /// The standard deviation of x given z.
    pub noise: f64,
}

impl Default for LatentCurve {
    fn default() -> Self {
        Self { curve: Curve::default(), noise: 0.45 }
    }
}

/// A draw from the model.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Draw {
    /// z ~ p(z).
    pub z: f64,
    /// x ~ p(x|z).
    pub x: f64,
}

impl LatentCurve {
    /// The grid on which integrals over all z are taken.
    pub fn grid() -> Grid {
        let (first, last, count) = EVERYWHERE;
        Grid::new(first, last, count)
    }

    /// log p(x|z).
    pub fn log_likelihood(&self, x: f64, z: f64) -> f64 {
        log_density_of(x, self.curve.at(z), self.noise)
    }

    /// d/dz log p(x|z).
    pub fn likelihood_slope(&self, x: f64, z: f64) -> f64 {
        let (value, slope) = self.curve.value_and_slope(z);
        (x - value) * slope / (self.noise * self.noise)
    }

    /// log p(x, z) = log p(x|z) + log p(z).
    pub fn log_joint(&self, x: f64, z: f64) -> f64 {
        self.log_likelihood(x, z) + log_density(z)
    }

    /// log p(x) = log ∫ p(x, z) dz.
    pub fn log_evidence(&self, x: f64) -> f64 {
        Self::grid().log_integral(|z| self.log_joint(x, z))
    }

    /// log p(x) by the sum over a given grid, which may be so coarse that its error can be seen.
    pub fn log_evidence_on(&self, x: f64, grid: Grid) -> f64 {
        grid.log_integral(|z| self.log_joint(x, z))
    }

    /// `count` draws z ~ p(z), x ~ p(x|z), from number `first` of a seed on.
    pub fn draws(&self, seed: u64, first: u64, count: usize) -> Vec<Draw> {
        let stream = Stream::new(seed, Purpose::Tour);
        let mut noise = [0.0_f32; 2];
        let draw = |number| {
            stream.fill_normal(number, &mut noise);
            let [z, epsilon] = noise.map(f64::from);
            Draw { z, x: self.curve.at(z) + self.noise * epsilon }
        };
        (first..first + count as u64).map(draw).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tour::Shape;

    #[test]
    fn a_straight_curve_has_the_evidence_of_the_closed_form() {
        let mut model = LatentCurve { noise: 0.3, ..LatentCurve::default() };
        for (knot, value) in model.curve.knots.iter_mut().enumerate() {
            *value = 0.7 * super::super::knot_z(knot) + 0.2;
        }
        for x in [-3.0, 0.2, 1.7, 5.0] {
            let exact = log_density_of(x, 0.2, f64::hypot(0.7, 0.3));
            assert!((model.log_evidence(x) - exact).abs() < 1e-10, "{x}");
        }
    }

    #[test]
    fn the_histogram_of_draws_is_the_density_of_x() {
        for shape in Shape::ALL {
            let model = LatentCurve { curve: shape.curve(), ..LatentCurve::default() };
            let (count, width) = (40_000, 0.5);
            let draws = model.draws(3, 0, count);
            let mut chi_squared = 0.0;
            let bins: Vec<f64> = (-8..8).map(|i| width * f64::from(i)).collect();
            for &left in &bins {
                let p = Grid::new(left, left + width, 41);
                // The ends of a trapezoidal rule count half.
                let ends = 0.5 * (model.log_evidence(left).exp() + model.log_evidence(left + width).exp());
                let expected = count as f64 * (p.integral(|x| model.log_evidence(x).exp()) - p.step() * ends);
                let found = draws.iter().filter(|draw| (left..left + width).contains(&draw.x)).count() as f64;
                chi_squared += (found - expected).powi(2) / expected.max(5.0);
            }
            let freedom = bins.len() as f64;
            assert!(chi_squared < freedom + 5.0 * (2.0 * freedom).sqrt(), "{shape:?}: {chi_squared}");
        }
    }
}
