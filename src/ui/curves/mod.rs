//! The run's reports, ready to plot: fed as they come, drawn at any zoom for the price of a screen's width.

mod decimate;
mod ledger;
mod of_run;
mod pyramid;
mod quantity;
mod smoothing;
mod track;

pub use decimate::{Columns, Extent, extents};
pub use ledger::LedgerQuantity;
pub use of_run::Curves;
pub use pyramid::Pyramid;
pub use quantity::{Quantity, ReportSource, XAxis};
pub use smoothing::Smoothing;
pub use track::Track;

#[cfg(test)]
mod tests;
