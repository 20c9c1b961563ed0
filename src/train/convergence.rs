//! Until when it is worth going on.

use super::exact;

/// The best validation bound so far and how long ago it was.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Convergence {
    #[serde(default, with = "exact::option")]
    best: Option<f64>,
    stale: usize,
}

impl Convergence {
    /// Note a bound in nats; it is better only if it beats the best by `min_delta`.
    pub fn note(&mut self, elbo: f64, min_delta: f64) {
        if self.best.is_none_or(|best| elbo > best + min_delta) {
            self.best = Some(elbo);
            self.stale = 0;
        } else {
            self.stale += 1;
        }
    }

    /// Notes since the best one.
    pub fn stale(&self) -> usize {
        self.stale
    }
}
