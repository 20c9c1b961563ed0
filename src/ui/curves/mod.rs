//! The reports of a run, prepared for plotting: extended as they arrive, and drawn at any zoom at the cost of a
//! screen's width.

mod correction;
mod decimate;
mod ledger;
mod mean;
mod of_run;
mod pyramid;
mod quantity;
mod robust;
mod series;
mod smoothing;
mod track;

pub use decimate::{Columns, Extent, extents};
pub use ledger::LedgerQuantity;
pub use mean::{Mean, Spread, summary};
pub use of_run::{Curves, Measured};
pub use pyramid::Pyramid;
pub use quantity::{Quantity, ReportSource, XAxis};
pub use robust::sensible_range;
pub use series::Series;
pub use smoothing::Smoothing;
pub use track::Track;

#[cfg(test)]
mod tests;
