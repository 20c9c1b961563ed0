//! The scores of a table of codes, one after the other, so that nothing waits long for them.

use super::dci::Dci;
use super::{Codes, Scores, beta_vae, factor_vae, mig, sap};

/// Scores in progress.
pub(super) struct Scoring {
    seed: u64,
    /// Slices done.
    done: usize,
    dci: Dci,
    found: Scores,
}

impl Scoring {
    /// What is drawn at random follows the seed.
    pub fn new(seed: u64) -> Self {
        Self { seed, done: 0, dci: Dci::new(seed), found: Scores::default() }
    }

    /// Slices that codes of so many factors take.
    pub fn slices(factors: usize) -> usize {
        4 + factors
    }

    /// Slices done.
    pub fn done(&self) -> usize {
        self.done
    }

    /// The next score, or its part of one factor; all scores once the last is known.
    pub fn slice(&mut self, codes: &Codes) -> Option<Scores> {
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
        (self.done == Self::slices(codes.factors.len())).then_some(*found)
    }
}
