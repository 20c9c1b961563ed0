//! A curve of a run by its name, whether it comes from reports or from the ledger.

use super::ledger::LedgerQuantity;
use super::of_run::Curves;
use super::pyramid::Pyramid;
use super::quantity::{Quantity, ReportSource};
use super::track::Track;

/// A curve of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Series {
    /// A quantity of the reports on training images; with `true` on held-out images, where these were measured.
    Reports(Quantity, bool),
    /// A quantity of the ledger.
    Ledger(LedgerQuantity),
}

impl Series {
    /// The reports that the curve is of: on held-out images if they are wanted and were measured, else on training
    /// images. `None` for the ledger.
    pub fn source(self, curves: &Curves) -> Option<ReportSource> {
        let Self::Reports(_, held_out) = self else { return None };
        let sources = [ReportSource::Validation, ReportSource::WholeValidation];
        let found = sources.into_iter().find(|&source| held_out && !curves.track(source).is_empty());
        Some(found.unwrap_or(ReportSource::Training))
    }

    /// Where the curve has values.
    pub fn track(self, curves: &Curves) -> &Track {
        self.source(curves).map_or_else(|| curves.ledger().track(), |source| curves.track(source))
    }

    /// The curve's values.
    pub fn y(self, curves: &Curves) -> &Pyramid {
        match self {
            Self::Reports(quantity, _) => self.track(curves).y(quantity),
            Self::Ledger(quantity) => curves.ledger().y(quantity),
        }
    }
}
