//! Draws from weighted points.

/// The indices of `count` draws, ascending, each index as often as its share of all weight says but for less than one
/// (systematic resampling; Kitagawa 1996, "Monte Carlo filter and smoother for non-Gaussian nonlinear state space
/// models", appendix). Empty where no weight is a finite number above 0.
pub fn resample(log_weights: &[f64], count: usize) -> Vec<usize> {
    let peak = log_weights.iter().copied().filter(|log| !log.is_nan()).fold(f64::NEG_INFINITY, f64::max);
    let weight = |log: f64| if log.is_nan() { 0.0 } else { (log - peak).exp() };
    let all: f64 = log_weights.iter().map(|&log| weight(log)).sum();
    let mut drawn = Vec::with_capacity(count);
    if !peak.is_finite() {
        return drawn;
    }
    let mut sum = 0.0;
    for (index, &log) in log_weights.iter().enumerate() {
        sum += weight(log);
        while drawn.len() < count && (drawn.len() as f64 + 0.5) * all < sum * count as f64 {
            drawn.push(index);
        }
    }
    drawn
}

#[cfg(test)]
mod tests {
    use super::resample;

    #[test]
    fn points_are_drawn_as_often_as_their_weight_says() {
        let logs = [0.5_f64, 0.0, 0.25, 0.25].map(|share| share.ln() - 800.0);
        assert_eq!(resample(&logs, 8), [0, 0, 0, 0, 2, 2, 3, 3]);
        assert_eq!(resample(&[f64::NAN, -3.0, f64::NEG_INFINITY], 2), [1, 1]);
        assert!(resample(&[f64::NAN, f64::NEG_INFINITY], 3).is_empty() && resample(&[], 3).is_empty());
    }
}
