//! The components of a proposal: multivariate Student-t densities, with heavier tails than most posteriors have.

use std::f64::consts::PI;

/// Degrees of freedom; an even number, so that a draw needs half as many uniforms.
const FREEDOM: usize = 8;
/// Number of uniforms that a draw needs.
pub const UNIFORMS: usize = FREEDOM / 2;

/// A multivariate t density with 8 degrees of freedom, centre `mean` and scale matrix L·Lᵀ.
#[derive(Clone, Debug)]
pub struct Student {
    mean: Vec<f64>,
    /// The factor L, lower triangular, `latent × latent`.
    factor: Vec<f64>,
    log_constant: f64,
}

impl Student {
    pub fn new(mean: Vec<f64>, factor: Vec<f64>) -> Self {
        let (n, nu) = (mean.len(), FREEDOM as f64);
        let log_determinant: f64 = (0..n).map(|d| factor[d * n + d].ln()).sum();
        let gammas = ln_gamma_of_half(FREEDOM + n) - ln_gamma_of_half(FREEDOM);
        Self { log_constant: gammas - 0.5 * n as f64 * (nu * PI).ln() - log_determinant, mean, factor }
    }

    /// The squared distance (z − mean)ᵀ(L·Lᵀ)⁻¹(z − mean).
    pub fn square_distance(&self, z: &[f64]) -> f64 {
        let n = self.mean.len();
        let mut y = vec![0.0; n];
        let mut square = 0.0;
        for i in 0..n {
            let row = &self.factor[i * n..i * n + n];
            let sum: f64 = row[..i].iter().zip(&y).map(|(l, y)| l * y).sum();
            y[i] = (z[i] - self.mean[i] - sum) / row[i];
            square += y[i] * y[i];
        }
        square
    }

    /// The log density at z, in nats.
    pub fn log_prob(&self, z: &[f64]) -> f64 {
        let (n, nu) = (self.mean.len() as f64, FREEDOM as f64);
        self.log_constant - 0.5 * (nu + n) * (self.square_distance(z) / nu).ln_1p()
    }

    /// A draw from `latent` standard normals and [`UNIFORMS`] uniforms.
    pub fn draw(&self, normal: &[f32], uniform: &[f32]) -> Vec<f64> {
        let n = self.mean.len();
        // A χ² with an even number of degrees of freedom is a sum of exponentials.
        let chi_square: f64 = uniform[..UNIFORMS].iter().map(|u| -2.0 * f64::from(*u).ln()).sum();
        let stretch = (FREEDOM as f64 / chi_square).sqrt();
        let row = |i: usize| self.factor[i * n..][..=i].iter().zip(normal).map(|(l, e)| l * f64::from(*e)).sum::<f64>();
        (0..n).map(|i| self.mean[i] + stretch * row(i)).collect()
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

    /// The density integrates to 1, and draws fall as it says.
    #[test]
    fn draws_follow_the_density() {
        let student = Student::new(vec![0.3, -0.5], vec![0.4, 0.0, 0.3, 0.2]);
        let step = 0.02;
        let (mut whole, mut near) = (0.0, 0.0);
        for i in -300..300 {
            for j in -300..300 {
                let z = [f64::from(i) * step, f64::from(j) * step];
                let mass = student.log_prob(&z).exp() * step * step;
                whole += mass;
                near += if student.square_distance(&z) < 1.0 { mass } else { 0.0 };
            }
        }
        assert!((whole - 1.0).abs() < 2e-3, "{whole}");
        let draws = 20_000;
        let (mut normal, mut uniform) = (vec![0.0; 2 * draws], vec![0.0; UNIFORMS * draws]);
        Stream::new(3, Purpose::Choice).fill_normal(0, &mut normal);
        Stream::new(3, Purpose::Choice).fill_uniform(1, &mut uniform);
        let inside = normal.chunks_exact(2).zip(uniform.chunks_exact(UNIFORMS));
        let inside = inside.filter(|(n, u)| student.square_distance(&student.draw(n, u)) < 1.0).count();
        let share = inside as f64 / draws as f64;
        assert!((share - near).abs() < 4.0 * (near / draws as f64).sqrt() + 2e-3, "{share} {near}");
    }
}
