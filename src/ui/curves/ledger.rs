//! The ledger's entries, column by column.

use super::pyramid::Pyramid;
use super::quantity::XAxis;
use super::track::Track;
use crate::worker::LedgerEntry;

/// A quantity of the ledger that is plotted, in nats per image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LedgerQuantity {
    /// E_q[log p(x|z)].
    Reconstruction,
    Elbo,
    LogPx,
    /// ELBO + KL[q(z|x) ‖ p(z|x)], which must equal log p(x).
    Sum,
    Residual,
    /// The residual minus two standard errors, and plus two.
    ResidualLow,
    ResidualHigh,
}

impl LedgerQuantity {
    const ALL: [Self; 7] = [
        Self::Reconstruction,
        Self::Elbo,
        Self::LogPx,
        Self::Sum,
        Self::Residual,
        Self::ResidualLow,
        Self::ResidualHigh,
    ];

    fn of(self, entry: &LedgerEntry) -> f64 {
        match self {
            Self::Reconstruction => entry.reconstruction.value,
            Self::Elbo => entry.elbo.value,
            Self::LogPx => entry.log_px.value,
            Self::Sum => entry.elbo.value + entry.posterior_kl.value,
            Self::Residual => entry.residual.value,
            Self::ResidualLow => entry.residual.value - 2.0 * entry.residual.se,
            Self::ResidualHigh => entry.residual.value + 2.0 * entry.residual.se,
        }
    }
}

/// The identity over the course of a run.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    track: Track,
    y: [Pyramid; LedgerQuantity::ALL.len()],
    entries: Vec<LedgerEntry>,
}

impl Ledger {
    /// Copy the entries that are new since the last call.
    pub(super) fn extend(&mut self, entries: &[LedgerEntry]) {
        for entry in entries.iter().skip(self.entries.len()) {
            self.track.push_x(entry.step, entry.epoch, entry.seconds);
            for (column, quantity) in self.y.iter_mut().zip(LedgerQuantity::ALL) {
                column.push(quantity.of(entry) as f32);
            }
            self.entries.push(entry.clone());
        }
    }

    /// The positions of the entries on the horizontal axis.
    pub fn track(&self) -> &Track {
        &self.track
    }

    pub fn y(&self, quantity: LedgerQuantity) -> &Pyramid {
        &self.y[quantity as usize]
    }

    /// The entries, in ascending order of their steps.
    pub fn entries(&self) -> &[LedgerEntry] {
        &self.entries
    }

    /// The entry nearest to a step.
    pub fn at(&self, step: u64) -> Option<&LedgerEntry> {
        self.entries.get(self.track.nearest(XAxis::Step, step as f64)?)
    }

    pub fn latest(&self) -> Option<&LedgerEntry> {
        self.entries.last()
    }
}
