//! Images on the host: sources, splits, binarisation, seeded batches.

mod dataset;
mod error;
mod images;
mod split;

pub use dataset::Dataset;
pub use error::DataError;
pub use images::{ImageShape, Images};
pub use split::Split;
