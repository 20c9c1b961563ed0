//! The components of a proposal: multivariate Student-t densities, with heavier tails than most posteriors have.

use crate::kernels::vectorised;
use std::f64::consts::PI;

/// Degrees of freedom; an even number, so that a draw needs half as many uniforms.
const FREEDOM: usize = 8;
/// Number of points whose densities are computed side by side.
const LANES: usize = 8;
/// Number of uniforms that a draw needs.
pub const UNIFORMS: usize = FREEDOM / 2;

/// A multivariate t density with 8 degrees of freedom, centre `mean` and scale matrix L·Lᵀ.
#[derive(Clone, Debug)]
pub struct Student {
    mean: Vec<f64>,
    /// The columns of the factor L, one after the other, `latent × latent`: a column at a time is taken from, or
    /// added to, numbers side by side, where sums over rows would wait for each addition.
    columns: Vec<f64>,
    log_constant: f64,
}

impl Student {
    /// The density with this centre and the factor L, lower triangular, `latent × latent` by rows.
    pub fn new(mean: Vec<f64>, factor: Vec<f64>) -> Self {
        let (n, nu) = (mean.len(), FREEDOM as f64);
        let log_determinant: f64 = (0..n).map(|d| factor[d * n + d].ln()).sum();
        let gammas = ln_gamma_of_half(FREEDOM + n) - ln_gamma_of_half(FREEDOM);
        let columns = (0..n * n).map(|at| factor[at % n * n + at / n]).collect();
        Self { log_constant: gammas - 0.5 * n as f64 * (nu * PI).ln() - log_determinant, mean, columns }
    }

    /// The squared distances (z − mean)ᵀ(L·Lᵀ)⁻¹(z − mean) of some points z.
    pub fn square_distances(&self, points: &[&[f64]]) -> Vec<f64> {
        let mut squares = vec![0.0; points.len()];
        let mut block = vec![[0.0; LANES]; self.mean.len()];
        for (points, squares) in points.chunks(LANES).zip(squares.chunks_mut(LANES)) {
            for (lane, z) in points.iter().enumerate() {
                for ((block, z), mean) in block.iter_mut().zip(*z).zip(&self.mean) {
                    block[lane] = z - mean;
                }
            }
            solve(&mut block, &self.columns);
            for (lane, square) in squares.iter_mut().enumerate() {
                *square = block.iter().map(|y| y[lane] * y[lane]).sum();
            }
        }
        squares
    }

    /// The log densities at some points z, in nats.
    pub fn log_probs(&self, points: &[&[f64]]) -> Vec<f64> {
        let (n, nu) = (self.mean.len() as f64, FREEDOM as f64);
        let squares = self.square_distances(points).into_iter();
        squares.map(|square| self.log_constant - 0.5 * (nu + n) * (square / nu).ln_1p()).collect()
    }

    /// A draw from `latent` standard normals and [`UNIFORMS`] uniforms.
    pub fn draw(&self, normal: &[f32], uniform: &[f32]) -> Vec<f64> {
        // A χ² with an even number of degrees of freedom is a sum of exponentials.
        let chi_square: f64 = uniform[..UNIFORMS].iter().map(|u| -2.0 * f64::from(*u).ln()).sum();
        let stretch = (FREEDOM as f64 / chi_square).sqrt();
        let mut z = self.mean.clone();
        add_product(&mut z, &self.columns, normal, stretch);
        z
    }
}

vectorised! {
    /// y ← L⁻¹·y of several points side by side, with L by columns.
    fn solve(y: &mut [[f64; LANES]], columns: &[f64]) {
        let n = y.len();
        for (d, column) in columns.chunks_exact(n).enumerate() {
            let (done, left) = y.split_at_mut(d + 1);
            let done = &mut done[d];
            for y in done.iter_mut() {
                *y /= column[d];
            }
            for (left, l) in left.iter_mut().zip(&column[d + 1..]) {
                for (left, done) in left.iter_mut().zip(&*done) {
                    *left -= l * done;
                }
            }
        }
    }
}

vectorised! {
    /// z ← z + factor·L·ε, with L by columns.
    fn add_product(z: &mut [f64], columns: &[f64], normal: &[f32], factor: f64) {
        let n = z.len();
        for (d, (column, normal)) in columns.chunks_exact(n).zip(normal).enumerate() {
            let times = factor * f64::from(*normal);
            for (z, l) in z[d..].iter_mut().zip(&column[d..]) {
                *z += times * l;
            }
        }
    }
}

/// ln Γ(n/2), from Γ(1) = 1 or Γ(½) = √π.
fn ln_gamma_of_half(n: usize) -> f64 {
    let (from, start) = if n.is_multiple_of(2) { (2, 0.0) } else { (1, 0.5 * PI.ln()) };
    start + (from..n).step_by(2).map(|k| (0.5 * k as f64).ln()).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, Stream};

    #[test]
    fn gammas_of_halves() {
        assert!((ln_gamma_of_half(12) - 120.0_f64.ln()).abs() < 1e-12);
        // Γ(7/2) = 15/8·√π.
        assert!((ln_gamma_of_half(7) - (15.0 / 8.0 * PI.sqrt()).ln()).abs() < 1e-12);
    }

    #[test]
    fn points_side_by_side_have_the_distances_that_each_has_alone() {
        let (mean, factor) = (vec![0.3, -0.5, 1.0], vec![0.4, 0.0, 0.0, 0.3, 0.2, 0.0, -0.6, 0.1, 2.0]);
        let points: Vec<[f64; 3]> = (0..2 * LANES + 3).map(|i| [0.1, 0.2, 0.3].map(|v| v * i as f64 - 1.0)).collect();
        let found = Student::new(mean.clone(), factor.clone())
            .square_distances(&points.iter().map(<[f64; 3]>::as_slice).collect::<Vec<_>>());
        for (z, found) in points.iter().zip(found) {
            // By substitution.
            let a = (z[0] - mean[0]) / factor[0];
            let b = (z[1] - mean[1] - factor[3] * a) / factor[4];
            let c = (z[2] - mean[2] - factor[6] * a - factor[7] * b) / factor[8];
            let exact = a * a + b * b + c * c;
            assert!((found - exact).abs() < 1e-12 * exact.max(1.0), "{found}, not {exact}");
        }
    }

    /// The density integrates to 1, and draws fall as it says.
    #[test]
    fn draws_follow_the_density() {
        let student = Student::new(vec![0.3, -0.5], vec![0.4, 0.0, 0.3, 0.2]);
        let step = 0.02;
        let (mut whole, mut near) = (0.0, 0.0);
        for i in -300..300 {
            for j in -300..300 {
                let z = [f64::from(i) * step, f64::from(j) * step];
                let mass = student.log_probs(&[&z])[0].exp() * step * step;
                whole += mass;
                near += if student.square_distances(&[&z])[0] < 1.0 { mass } else { 0.0 };
            }
        }
        assert!((whole - 1.0).abs() < 2e-3, "{whole}");
        let draws = 20_000;
        let (mut normal, mut uniform) = (vec![0.0; 2 * draws], vec![0.0; UNIFORMS * draws]);
        Stream::new(3, Purpose::Choice).fill_normal(0, &mut normal);
        Stream::new(3, Purpose::Choice).fill_uniform(1, &mut uniform);
        let inside = normal.chunks_exact(2).zip(uniform.chunks_exact(UNIFORMS));
        let inside = inside.filter(|(n, u)| student.square_distances(&[&student.draw(n, u)])[0] < 1.0).count();
        let share = inside as f64 / draws as f64;
        assert!((share - near).abs() < 4.0 * (near / draws as f64).sqrt() + 2e-3, "{share} {near}");
    }
}
