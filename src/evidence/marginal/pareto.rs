//! Whether importance weights can be trusted: the shape k̂ of the generalised Pareto distribution of the largest
//! weights (Vehtari, Simpson, Gelman, Yao & Gabry 2024, "Pareto smoothed importance sampling"). Weights with shape k
//! have finite moments of orders below 1/k.

/// The largest log weights of a sequence.
#[derive(Clone, Debug)]
pub struct Tail {
    size: usize,
    /// The `size + 1` largest so far, and possibly others.
    largest: Vec<f64>,
}

impl Tail {
    /// The tail of a sequence of S = `samples` weights: its min(S/5, 3√S) largest (Vehtari et al. 2024, algorithm 1).
    pub fn new(samples: usize) -> Self {
        let size = (samples as f64 / 5.0).min(3.0 * (samples as f64).sqrt()).ceil() as usize;
        Self { size, largest: Vec::new() }
    }

    /// Add a log weight.
    pub fn push(&mut self, log_weight: f64) {
        self.largest.push(log_weight);
        if self.largest.len() >= 2 * (self.size + 1) {
            self.trim();
        }
    }

    fn trim(&mut self) {
        self.largest.sort_unstable_by(|a, b| b.total_cmp(a));
        self.largest.truncate(self.size + 1);
    }

    /// The shape k̂, with the weakly informative prior of Vehtari et al. 2024 (ten observations at ½). `None` for fewer
    /// than five tail weights, or if all are equal, when nothing is wrong with them.
    pub fn shape(mut self) -> Option<f64> {
        self.trim();
        let (&cut, tail) = self.largest.split_last()?;
        let top = *tail.first()?;
        let excess: Vec<f64> =
            tail.iter().rev().map(|log| (log - top).exp() - (cut - top).exp()).filter(|x| *x > 0.0).collect();
        if tail.len() < 5 || excess.len() < 5 {
            return None;
        }
        let (n, (k, _)) = (excess.len() as f64, fit(&excess));
        Some((k * n + 0.5 * 10.0) / (n + 10.0))
    }
}

/// The shape k and scale σ of the generalised Pareto distribution, with density (1 + k·x/σ)^(−1/k − 1)/σ, of positive
/// numbers in ascending order (Zhang & Stephens 2009, "A new and efficient estimation method for the generalized Pareto
/// distribution", whose k has the opposite sign).
pub fn fit(ascending: &[f64]) -> (f64, f64) {
    let n = ascending.len();
    let largest = ascending[n - 1];
    let quartile = ascending[((n as f64 / 4.0 + 0.5).floor() as usize).clamp(1, n) - 1];
    let count = 30 + (n as f64).sqrt() as usize;
    // −k/σ on a grid, each with its profile likelihood; the estimate is the mean under these as weights.
    let shape = |theta: f64| ascending.iter().map(|x| (-theta * x).ln_1p()).sum::<f64>() / n as f64;
    let grid: Vec<(f64, f64)> = (1..=count)
        .map(|i| {
            let theta = 1.0 / largest + (1.0 - (count as f64 / (i as f64 - 0.5)).sqrt()) / (3.0 * quartile);
            let k = shape(theta);
            (theta, n as f64 * ((-theta / k).ln() - k - 1.0))
        })
        .collect();
    let top = grid.iter().map(|(_, l)| *l).fold(f64::NEG_INFINITY, f64::max);
    let (sum, weighted) = grid.iter().filter(|(_, l)| l.is_finite()).fold((0.0, 0.0), |(sum, weighted), (theta, l)| {
        let weight = (l - top).exp();
        (sum + weight, weighted + weight * theta)
    });
    let theta = weighted / sum;
    let k = shape(theta);
    (k, -k / theta)
}

/// The k̂ above which an estimate from S = `samples` samples must not be trusted (Vehtari et al. 2024, section 3.2.4).
pub fn threshold(samples: usize) -> f64 {
    (1.0 - 1.0 / (samples.max(2) as f64).log10()).min(0.7)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, Stream};

    /// Weights U^(−k) have a Pareto tail of shape k.
    #[test]
    fn the_shape_of_known_tails_is_found() {
        let samples = 100_000;
        let mut uniform = vec![0.0; samples];
        Stream::new(5, Purpose::Choice).fill_uniform(0, &mut uniform);
        for k in [0.2, 0.5, 0.7, 1.0, 1.5] {
            let mut tail = Tail::new(samples);
            uniform.iter().for_each(|u| tail.push(-k * f64::from(*u).ln() - 700.0));
            let found = tail.shape().expect("there is a tail");
            // The asymptotic deviation of the shape is (1 + k)/√949; the uniforms' 2⁻²³ steps are far below.
            assert!((found - k).abs() < 4.0 * (1.0 + k) / 949.0_f64.sqrt(), "k = {k}: {found}");
        }
    }

    #[test]
    fn bounded_weights_have_a_shape_below_zero() {
        let samples = 10_000;
        let mut uniform = vec![0.0; samples];
        Stream::new(6, Purpose::Choice).fill_uniform(0, &mut uniform);
        let mut tail = Tail::new(samples);
        uniform.iter().for_each(|u| tail.push(f64::from(*u).ln()));
        // Uniform excesses: k = −1, drawn towards ½ by ten observations in 310.
        let found = tail.shape().expect("there is a tail");
        assert!((-1.2..-0.7).contains(&found), "{found}");
        assert!(Tail::new(10).shape().is_none());
        let mut equal = Tail::new(1_000);
        (0..1_000).for_each(|_| equal.push(-90.0));
        assert!(equal.shape().is_none(), "the exact posterior gives equal weights");
    }

    #[test]
    fn scale_and_shape_of_a_generalised_pareto_are_found() {
        let mut uniform = vec![0.0; 5_000];
        Stream::new(7, Purpose::Choice).fill_uniform(0, &mut uniform);
        let (k, sigma) = (0.4, 3.0);
        let mut x: Vec<f64> = uniform.iter().map(|u| sigma * (f64::from(*u).powf(-k) - 1.0) / k).collect();
        x.sort_by(f64::total_cmp);
        let (found_k, found_sigma) = fit(&x);
        assert!((found_k - k).abs() < 0.08 && (found_sigma - sigma).abs() < 0.25, "{found_k} {found_sigma}");
    }

    #[test]
    fn the_threshold_grows_to_seven_tenths() {
        assert!((threshold(100) - 0.5).abs() < 1e-12);
        assert_eq!(threshold(100_000), 0.7);
    }
}
