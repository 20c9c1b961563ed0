//! Functions that the likelihoods of counts share.

use crate::model::math::log_gamma;
use burn::tensor::{Tensor, TensorData};

/// log x! of counts x.
pub fn log_factorial<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    log_gamma(x + 1.0)
}

/// The log of a mean count, kept above log 0.001 for columns that are always 0.
pub fn log_of_mean(mean: f32) -> f32 {
    mean.max(1e-3).ln()
}

/// A count for each log mean, `rows × pixels`, by uniform draws of equal shape: from a Poisson, or from a negative
/// binomial with the r of each pixel. Where the device fails, the means themselves.
pub fn draw_counts(log_mean: Tensor<2>, r: Option<Tensor<1>>, uniform: Tensor<2>) -> Tensor<2> {
    let [rows, pixels] = log_mean.dims();
    let read = |tensor: Tensor<2>| tensor.try_into_data().map(|data| data.iter::<f64>().collect::<Vec<f64>>());
    let r = r.map(|r| read(r.unsqueeze())).transpose();
    let (Ok(means), Ok(r), Ok(uniforms)) = (read(log_mean.clone()), r, read(uniform)) else {
        return log_mean.exp();
    };
    let drawn =
        means.iter().zip(&uniforms).enumerate().map(|(i, (log_mean, &uniform))| {
            quantile(log_mean.exp(), r.as_ref().map(|r| r[i % pixels]), uniform) as f32
        });
    let drawn: Vec<f32> = drawn.collect();
    Tensor::from_data(TensorData::new(drawn, [rows, pixels]), &log_mean.device())
}

/// The smallest count whose distribution function is above `uniform`: of a Poisson of this mean, or of a negative
/// binomial with `r`. It is found by adding up masses from 0, or from far below the mean where those are too small to
/// count.
fn quantile(mean: f64, r: Option<f64>, uniform: f64) -> f64 {
    /// Standard deviations below the mean at which the sum begins: the mass left out is below that of a `f32` uniform.
    const REACH: f64 = 12.0;
    /// Masses added up at most: a count beyond them is drawn at the mean plus that many.
    const MOST: usize = 10_000_000;
    if !mean.is_finite() || mean <= 0.0 {
        return 0.0;
    }
    let variance = mean + r.map_or(0.0, |r| mean * mean / r);
    let first = (mean - REACH * variance.sqrt()).floor().max(0.0);
    let mut log_mass = match r {
        None => first * mean.ln() - mean - ln_gamma(first + 1.0),
        Some(r) => {
            let orders = ln_gamma(first + r) - ln_gamma(r) - ln_gamma(first + 1.0);
            orders + r * (r / (r + mean)).ln() + first * (mean / (r + mean)).ln()
        }
    };
    let (mut count, mut sum) = (first, log_mass.exp());
    for _ in 0..MOST {
        if sum >= uniform || (count > mean && log_mass < -80.0) {
            break;
        }
        let ratio = match r {
            None => mean / (count + 1.0),
            Some(r) => (count + r) / (count + 1.0) * mean / (r + mean),
        };
        count += 1.0;
        log_mass += ratio.ln();
        sum += log_mass.exp();
    }
    count
}

/// log Γ(x) for x > 0, by Stirling's series after eight steps of Γ(x + 1) = x·Γ(x).
fn ln_gamma(x: f64) -> f64 {
    let below: f64 = (0..8).map(|i| (x + f64::from(i)).ln()).sum();
    let y = x + 8.0;
    let inverse = 1.0 / (y * y);
    let series = (1.0 / 12.0 - inverse * (1.0 / 360.0 - inverse * (1.0 / 1_260.0 - inverse / 1_680.0))) / y;
    (y - 0.5) * y.ln() - y + 0.5 * std::f64::consts::TAU.ln() + series - below
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ln_gamma_is_that_of_factorials_and_of_halves() {
        let factorials: f64 = (1..=20).map(|n| f64::from(n).ln()).sum();
        assert!((ln_gamma(21.0) - factorials).abs() < 1e-11);
        assert!((ln_gamma(0.5) - 0.5 * std::f64::consts::PI.ln()).abs() < 1e-11);
        assert!(ln_gamma(1.0).abs() < 1e-11 && ln_gamma(2.0).abs() < 1e-11);
    }

    #[test]
    fn quantiles_pass_the_distribution_function_also_far_from_zero() {
        // Mean and variance of the quantiles of an even grid of uniforms.
        for (mean, r) in [(0.02, None), (3.7, None), (5_000.0, None), (3.0, Some(0.4)), (800.0, Some(5.0))] {
            let n = 20_000;
            let drawn: Vec<f64> = (0..n).map(|i| quantile(mean, r, (f64::from(i) + 0.5) / f64::from(n))).collect();
            let average = drawn.iter().sum::<f64>() / f64::from(n);
            let square = drawn.iter().map(|x| (x - average).powi(2)).sum::<f64>() / f64::from(n);
            let variance = mean + r.map_or(0.0, |r| mean * mean / r);
            assert!((average - mean).abs() < 2e-3 * variance.sqrt().max(1.0), "{mean} {r:?}: {average}");
            // The grid leaves out the last 1/40,000 of the tail.
            assert!((square / variance - 1.0).abs() < 0.02, "{mean} {r:?}: {square}, not {variance}");
        }
        assert_eq!(quantile(0.0, None, 0.9), 0.0);
        assert_eq!(quantile(2.0, None, 1e-9), 0.0);
    }
}
