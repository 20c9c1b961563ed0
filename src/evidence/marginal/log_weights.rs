//! Running sums over importance weights.

/// Running log Σ w and log Σ w² of importance weights w, in f64.
#[derive(Clone, Copy, Debug)]
pub struct LogWeights {
    count: u64,
    max: f64,
    /// Σ exp(log w − max).
    sum: f64,
    /// Σ exp(2(log w − max)).
    squares: f64,
    /// Σ log w: its mean estimates the ELBO.
    logs: f64,
    /// Σ (log w)².
    log_squares: f64,
    /// Σ exp(log w − max)·log w.
    products: f64,
}

impl Default for LogWeights {
    fn default() -> Self {
        Self { count: 0, max: f64::NEG_INFINITY, sum: 0.0, squares: 0.0, logs: 0.0, log_squares: 0.0, products: 0.0 }
    }
}

impl LogWeights {
    /// Add one log weight.
    pub fn push(&mut self, log_weight: f64) {
        if log_weight > self.max {
            let shrink = (self.max - log_weight).exp();
            self.sum *= shrink;
            self.squares *= shrink * shrink;
            self.products *= shrink;
            self.max = log_weight;
        }
        let weight = (log_weight - self.max).exp();
        self.sum += weight;
        self.squares += weight * weight;
        self.logs += log_weight;
        self.log_squares += log_weight * log_weight;
        self.products += weight * log_weight;
        self.count += 1;
    }

    /// log (1/K Σ w), the importance-weighted estimate of log p(x) (Burda et al. 2015, eq. 8): in expectation a lower
    /// bound, tight as K grows.
    pub fn log_mean(&self) -> f64 {
        self.max + (self.sum / self.count as f64).ln()
    }

    /// The standard error of [`log_mean`](Self::log_mean) by the delta method, √(Var w / K) / E w; NaN (not known) for
    /// a single weight.
    pub fn standard_error(&self) -> f64 {
        let (k, mean) = (self.count as f64, self.sum / self.count as f64);
        let variance = (self.squares / k - mean * mean).max(0.0) * k / (k - 1.0);
        (variance / k).sqrt() / mean
    }

    /// The effective sample size (Σ w)²/Σ w² (Kong 1992).
    pub fn effective_sample_size(&self) -> f64 {
        self.sum * self.sum / self.squares
    }

    /// The mean log weight: an estimate of the ELBO from the same samples.
    pub fn mean_log(&self) -> f64 {
        self.logs / self.count as f64
    }

    /// The standard error of [`mean_log`](Self::mean_log).
    pub fn mean_log_se(&self) -> f64 {
        (self.log_variance() / self.count as f64).sqrt()
    }

    fn log_variance(&self) -> f64 {
        let (k, mean) = (self.count as f64, self.mean_log());
        (self.log_squares / k - mean * mean).max(0.0) * k / (k - 1.0)
    }

    /// KL[q(z|x) ‖ p(z|x)] = E_q[log q(z|x) − log p(z|x)], with p(z|x) = w·q(z|x)/`E_q[w]` normalised by the weights
    /// themselves. On average it is too small by as much as [`log_mean`](Self::log_mean) is.
    pub fn kl(&self) -> f64 {
        self.log_mean() - self.mean_log()
    }

    /// The standard error of [`kl`](Self::kl) by the delta method, from w/E w − log w.
    pub fn kl_se(&self) -> f64 {
        let k = self.count as f64;
        let relative = self.standard_error().powi(2) * k;
        let covariance = self.products / self.sum - self.mean_log();
        let variance = relative + self.log_variance() - 2.0 * covariance;
        // `max` would take NaN, not known, to 0.
        if variance.is_nan() { variance } else { (variance.max(0.0) / k).sqrt() }
    }

    /// KL[p(z|x) ‖ q(z|x)] with self-normalised weights, which have a bias of O(1/K) as every ratio of estimates.
    pub fn reverse_kl(&self) -> f64 {
        self.products / self.sum - self.log_mean()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_running_sums_equal_the_direct_ones() {
        let logs = [-800.0, -790.5, -805.0, -790.0, -1200.0];
        let mut running = LogWeights::default();
        logs.iter().for_each(|&l| running.push(l));
        let weights: Vec<f64> = logs.iter().map(|l| (l + 790.0_f64).exp()).collect();
        let (n, sum) = (logs.len() as f64, weights.iter().sum::<f64>());
        let mean = sum / n;
        assert!((running.log_mean() - (mean.ln() - 790.0)).abs() < 1e-12);
        let variance = weights.iter().map(|w| (w - mean).powi(2)).sum::<f64>() / (n - 1.0);
        assert!((running.standard_error() - (variance / n).sqrt() / mean).abs() < 1e-12);
        let squares: f64 = weights.iter().map(|w| w * w).sum();
        assert!((running.effective_sample_size() - sum * sum / squares).abs() < 1e-12);
        let mean_log = logs.iter().sum::<f64>() / n;
        assert!((running.mean_log() - mean_log).abs() < 1e-9);
        let influence: Vec<f64> = weights.iter().zip(logs).map(|(w, l)| w / mean - 1.0 - (l - mean_log)).collect();
        let kl_se = (influence.iter().map(|i| i * i).sum::<f64>() / (n - 1.0) / n).sqrt();
        assert!((running.kl_se() - kl_se).abs() < 1e-2 * kl_se, "{} {kl_se}", running.kl_se());
        let normalised = weights.iter().zip(logs).map(|(w, l)| w / sum * l).sum::<f64>();
        assert!((running.reverse_kl() - (normalised - (mean.ln() - 790.0))).abs() < 1e-9);
    }
}
