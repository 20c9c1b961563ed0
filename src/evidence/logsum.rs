//! log Σ exp in f64, updated term by term.

/// A running log Σ exp.
#[derive(Clone, Copy, Debug)]
pub struct LogSum {
    max: f64,
    /// Σ exp(v − max).
    sum: f64,
}

impl Default for LogSum {
    fn default() -> Self {
        Self { max: f64::NEG_INFINITY, sum: 0.0 }
    }
}

impl LogSum {
    /// Add the term exp(`log`).
    pub fn push(&mut self, log: f64) {
        if log == f64::NEG_INFINITY {
            return;
        }
        if log > self.max {
            self.sum *= (self.max - log).exp();
            self.max = log;
        }
        self.sum += (log - self.max).exp();
    }

    /// The logarithm of the sum; −∞ for an empty sum.
    pub fn value(&self) -> f64 {
        self.max + self.sum.ln()
    }
}

#[cfg(test)]
mod tests {
    use super::LogSum;

    fn log_sum_exp(logs: impl IntoIterator<Item = f64>) -> f64 {
        let mut sum = LogSum::default();
        logs.into_iter().for_each(|log| sum.push(log));
        sum.value()
    }

    #[test]
    fn sums_far_outside_the_range_of_exp_are_exact() {
        assert_eq!(log_sum_exp([]), f64::NEG_INFINITY);
        assert_eq!(log_sum_exp([f64::NEG_INFINITY, -3.0]), -3.0);
        let logs = [-2000.0, -2001.0, f64::NEG_INFINITY, -1999.5];
        let direct = logs.iter().map(|l| (l + 2000.0_f64).exp()).sum::<f64>().ln() - 2000.0;
        assert!((log_sum_exp(logs) - direct).abs() < 1e-12);
        assert!(log_sum_exp([0.0, f64::NAN]).is_nan(), "a number that is none is not lost");
    }
}
