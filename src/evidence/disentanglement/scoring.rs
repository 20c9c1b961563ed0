//! The scores of a table of codes, computed one after the other, so that nothing waits long for them.

use super::codes::Codes;
use super::dci::Dci;
use super::scores::Scores;
use super::{beta_vae, factor_vae, mig, sap};
use crate::sliced::{Progress, Sliced};
use std::convert::Infallible;

/// Scores in progress; a slice is one score, or one factor's part of a score.
pub struct Scoring {
    seed: u64,
    /// Number of slices done.
    done: usize,
    all: usize,
    dci: Dci,
    found: Scores,
}

impl Scoring {
    /// Scores for codes with `factors` factors; random draws follow `seed`.
    pub fn new(factors: usize, seed: u64) -> Self {
        Self { seed, done: 0, all: 4 + factors, dci: Dci::new(seed), found: Scores::default() }
    }
}

impl Sliced<Codes> for Scoring {
    type Found = Scores;
    type Error = Infallible;

    fn slice(&mut self, codes: &Codes, _threads: usize) -> Result<bool, Infallible> {
        let found = &mut self.found;
        match self.done {
            0 => (found.images, found.mig) = (codes.len(), mig::score(codes)),
            1 => found.sap = sap::score(codes),
            2 => found.factor_vae = factor_vae::score(codes, self.seed),
            3 => found.beta_vae = beta_vae::score(codes, self.seed),
            _ => {
                if let Some([disentanglement, completeness, informativeness]) = self.dci.slice(codes) {
                    found.dci_disentanglement = disentanglement;
                    found.dci_completeness = completeness;
                    found.dci_informativeness = informativeness;
                }
            }
        }
        self.done += 1;
        Ok(self.done == self.all)
    }

    fn progress(&self) -> Progress {
        Progress { done: self.done, all: self.all, what: "scoring the code" }
    }

    fn finish(self: Box<Self>) -> Scores {
        self.found
    }
}

impl Scores {
    /// Compute the scores of a table of codes in one call; random draws follow `seed`.
    pub fn of(codes: &Codes, seed: u64) -> Self {
        let Ok(scores) = Scoring::new(codes.factors.len(), seed).run(codes, 1);
        scores
    }
}
