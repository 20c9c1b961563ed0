//! Integrals over a line as sums over a grid.

/// Evenly spaced points on a line. The sum over them with the weight of a step (the trapezoidal rule) converges faster
/// than any power of the step for smooth functions that vanish at both ends (Trefethen & Weideman 2014).
#[derive(Clone, Copy, Debug)]
pub struct Grid {
    first: f64,
    step: f64,
    count: usize,
}

impl Grid {
    /// `count` points from `first` to `last`, at least two.
    pub fn new(first: f64, last: f64, count: usize) -> Self {
        let count = count.max(2);
        Self { first, step: (last - first) / (count - 1) as f64, count }
    }

    /// The points from `first` to `last` at whole multiples of 1/`per_unit`: the curve's points, where its second
    /// derivative jumps, are then points of the grid, and the jumps cost a sum nothing that can be seen.
    pub fn aligned(first: f64, last: f64, per_unit: f64) -> Self {
        let per_unit = per_unit.ceil();
        let (from, to) = ((first * per_unit).floor(), (last * per_unit).ceil());
        Self { first: from / per_unit, step: 1.0 / per_unit, count: (to - from) as usize + 1 }
    }

    /// The distance of two neighbours.
    pub fn step(&self) -> f64 {
        self.step
    }

    /// Number of points.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The points, ascending.
    pub fn points(self) -> impl Iterator<Item = f64> {
        (0..self.count).map(move |i| self.first + self.step * i as f64)
    }

    /// ∫ f(z) dz.
    pub fn integral(self, f: impl FnMut(f64) -> f64) -> f64 {
        self.step * self.points().map(f).sum::<f64>()
    }

    /// log ∫ exp f(z) dz.
    pub fn log_integral(self, f: impl Fn(f64) -> f64) -> f64 {
        let most = self.points().map(&f).fold(f64::NEG_INFINITY, f64::max);
        if most == f64::NEG_INFINITY {
            return most;
        }
        most + self.integral(|z| (f(z) - most).exp()).ln()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_normal_density_has_the_area_one_on_a_coarse_grid() {
        let density = super::super::normal::log_density;
        assert!(Grid::new(-12.0, 12.0, 49).log_integral(density).abs() < 1e-14);
        assert_eq!(Grid::new(-1.0, 1.0, 5).log_integral(|_| f64::NEG_INFINITY), f64::NEG_INFINITY);
    }
}
