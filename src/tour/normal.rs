//! The standard normal distribution in f64.

use std::f64::consts::TAU;

/// log N(t; 0, 1).
pub fn log_density(t: f64) -> f64 {
    -0.5 * (t * t + TAU.ln())
}

/// log N(x; mean, deviation²).
pub fn log_density_of(x: f64, mean: f64, deviation: f64) -> f64 {
    log_density((x - mean) / deviation) - deviation.ln()
}

/// log Φ(t), the logarithm of the distribution function, to about 14 digits for any t: near 0 by the series of
/// Abramowitz & Stegun (1964), 26.2.11, far from 0 by the continued fraction 26.2.14.
pub fn log_distribution(t: f64) -> f64 {
    if t > 3.0 {
        return (-log_distribution(-t).exp()).ln_1p();
    }
    if t > -3.0 {
        let (mut term, mut sum, mut k) = (t, t, 1.0);
        while term.abs() > 1e-18 * sum.abs() {
            k += 2.0;
            term *= t * t / k;
            sum += term;
        }
        return (0.5 + log_density(t).exp() * sum).ln();
    }
    // The fraction 1/(a + 1/(a + 2/(a + 3/(a + …)))) with a = −t, from its far end.
    let a = -t;
    let fraction = (1..=40).rev().fold(a, |below, k| a + f64::from(k) / below);
    log_density(t) - fraction.ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distribution_function_has_its_known_values_and_its_density_as_slope() {
        for (t, known) in [(0.0, 0.5), (1.0, 0.841_344_746_068_543), (-1.96, 0.024_997_895_148_220)] {
            assert!((log_distribution(t).exp() - known).abs() < 1e-13, "{t}");
        }
        // log Φ(−10) = −53.231 285 150 512…, from tables of high precision.
        assert!((log_distribution(-10.0) + 53.231_285_150_512_5).abs() < 1e-9);
        for t in [-8.0, -3.001, -2.999, -0.5, 0.0, 2.999, 3.001, 6.0] {
            let h = 1e-5;
            let slope = (log_distribution(t + h) - log_distribution(t - h)) / (2.0 * h);
            let known = (log_density(t) - log_distribution(t)).exp();
            assert!((slope - known).abs() < 1e-6 * (1.0 + known), "{t}: {slope}, not {known}");
        }
    }
}
