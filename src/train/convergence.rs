//! Convergence of the validation bound: whether it is worth training on.

use super::exact;

/// The best validation bound so far, and the number of measurements since.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Convergence {
    #[serde(default, with = "exact::option")]
    best: Option<f64>,
    stale: usize,
}

impl Convergence {
    /// Note a measured bound in nats. It counts as better only if it exceeds the best so far by more than `min_delta`.
    pub fn note(&mut self, elbo: f64, min_delta: f64) {
        if self.best.is_none_or(|best| elbo > best + min_delta) {
            self.best = Some(elbo);
            self.stale = 0;
        } else {
            self.stale += 1;
        }
    }

    /// Number of measurements since the best bound.
    pub fn stale(&self) -> usize {
        self.stale
    }
}
